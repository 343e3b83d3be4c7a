"""Examples as token ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ftkit.descriptions import Example

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True)
class TokenisedExamples:
    """Token ids of examples, in their order; indexable as a data set for torch.

    Attributes:
        inputs: For each example the ids of its input, at most the limit.
        targets: For each example the ids of its target, likewise.
        truncated: How many examples lost tokens to a limit.
    """

    inputs: Sequence[list[int]]
    targets: Sequence[list[int]]
    truncated: int

    def __len__(self) -> int:
        return len(self.inputs)

    def __getitem__(self, index: int) -> dict[str, list[int]]:
        return {"input_ids": self.inputs[index], "labels": self.targets[index]}

    @property
    def lengths(self) -> list[tuple[int, int]]:
        """For each example the number of its input's and its target's tokens."""
        return [(len(i), len(t)) for i, t in zip(self.inputs, self.targets, strict=True)]

    @property
    def target_tokens(self) -> int:
        """Tokens that count in the loss, over all examples."""
        return sum(map(len, self.targets))


def tokenise(
    examples: Sequence[Example],
    tokenizer: PreTrainedTokenizerBase,
    max_input_tokens: int,
    max_target_tokens: int,
) -> TokenisedExamples:
    """Turn examples with targets into token ids, each ending with the tokenizer's end token."""
    inputs, cut_inputs = _ids(tokenizer, [each.input for each in examples], max_input_tokens, target=False)
    targets, cut_targets = _ids(
        tokenizer, [each.target or "" for each in examples], max_target_tokens, target=True
    )
    truncated = sum(a or b for a, b in zip(cut_inputs, cut_targets, strict=True))
    return TokenisedExamples(inputs, targets, truncated)


def _ids(
    tokenizer: PreTrainedTokenizerBase, texts: list[str], limit: int, *, target: bool
) -> tuple[list[list[int]], list[bool]]:
    """Token ids of each text, cut to the limit, and whether they were cut."""
    end = tokenizer.eos_token_id
    # verbose=False: the tokenizer would warn of lengths that are dealt with here.
    whole = tokenizer(text_target=texts, verbose=False) if target else tokenizer(texts, verbose=False)
    ids = [each if len(each) <= limit else [*each[: limit - 1], end] for each in whole["input_ids"]]
    return ids, [len(each) > limit for each in whole["input_ids"]]
