"""Examples as token ids, in memory or in a memory-mapped file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ftkit.data.store import ArrowWriter, Positions, mapped_batches
from ftkit.descriptions import Example

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray
    from transformers import PreTrainedTokenizerBase

_TOGETHER = 128  # examples that are tokenised at once: enough for threads, and little memory


class TokenisedExamples:
    """Token ids of examples, in their order; indexable as a data set for torch."""

    def __init__(self, batches: Sequence[pa.RecordBatch]) -> None:
        self._positions = Positions(batches)
        self._columns = [(_ragged(batch, "input_ids"), _ragged(batch, "labels")) for batch in batches]
        self._whole = [
            tuple(batch.column(name).to_numpy() for name in ("input_length", "target_length"))
            for batch in batches
        ]

    def __len__(self) -> int:
        return len(self._positions)

    def __getitem__(self, index: int) -> dict[str, list[int]]:
        batch, row = self._positions.find(index)
        inputs, targets = self._columns[batch]
        return {"input_ids": _ids_at(inputs, row), "labels": _ids_at(targets, row)}

    def origin(self, index: int) -> int:
        """The number that an example has among all: its own, unless these are some of them."""
        return index

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """For each example the number of its input's and its target's tokens, (examples, 2)."""
        import numpy as np  # noqa: PLC0415 - not needed to say that a recipe is wrong

        parts = [np.stack([np.diff(i), np.diff(t)], axis=1) for (i, _), (t, _) in self._columns]
        return np.concatenate([np.zeros((0, 2), np.int64), *parts])

    @cached_property
    def whole_lengths(self) -> NDArray[np.int64]:
        """The same before anything was cut to a limit."""
        import numpy as np  # noqa: PLC0415 - as above

        parts = [np.stack(pair, axis=1) for pair in self._whole]
        return np.concatenate([np.zeros((0, 2), np.int64), *parts])

    @property
    def truncated(self) -> int:
        """How many examples lost tokens to a limit."""
        return int((self.whole_lengths > self.lengths).any(axis=1).sum())

    @property
    def target_tokens(self) -> int:
        """Tokens that count in the loss, over all examples."""
        return int(self.lengths[:, 1].sum())

    @property
    def longest(self) -> int:
        """Index of the example that was longest before it was cut, input and target together."""
        return int(self.whole_lengths.sum(axis=1).argmax())


def tokenise_to(
    path: Path,
    examples: Iterable[Example],
    tokenizer: PreTrainedTokenizerBase,
    max_input_tokens: int,
    max_target_tokens: int,
) -> None:
    """Write examples with targets as token ids, each ending with the tokenizer's end token.

    Some hundred examples are in memory at a time.
    """
    with ArrowWriter(path, _schema()) as file:
        for batch in _batches(examples, tokenizer, max_input_tokens, max_target_tokens):
            file.write(batch)


def stored_tokens(path: Path) -> TokenisedExamples:
    """The token ids in a file that `tokenise_to` wrote, read where they lie."""
    return TokenisedExamples(mapped_batches(path))


def token_ids(
    tokenizer: PreTrainedTokenizerBase, texts: list[str], limit: int, *, target: bool = False
) -> tuple[list[list[int]], list[int]]:
    """Token ids of each text, cut to the limit and ending with the end token, and how many there were before.

    Args:
        tokenizer: The model's.
        texts: Inputs or targets.
        limit: Tokens of a text at most.
        target: Whether they are for the decoder.
    """
    if not texts:
        return [], []
    end = tokenizer.eos_token_id
    # verbose=False: the tokenizer would warn of lengths that are dealt with here.
    whole = tokenizer(text_target=texts, verbose=False) if target else tokenizer(texts, verbose=False)
    ids = [each if len(each) <= limit else [*each[: limit - 1], end] for each in whole["input_ids"]]
    return ids, [len(each) for each in whole["input_ids"]]


def _batches(
    examples: Iterable[Example], tokenizer: PreTrainedTokenizerBase, max_input: int, max_target: int
) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa  # noqa: PLC0415 - as above

    for part in _parts(examples):
        inputs, input_lengths = token_ids(tokenizer, [each.input for each in part], max_input)
        texts = [each.target or "" for each in part]
        targets, target_lengths = token_ids(tokenizer, texts, max_target, target=True)
        yield pa.RecordBatch.from_pydict(
            {
                "input_ids": inputs,
                "labels": targets,
                "input_length": input_lengths,
                "target_length": target_lengths,
            },
            schema=_schema(),
        )


def _parts(examples: Iterable[Example]) -> Iterator[list[Example]]:
    part: list[Example] = []
    for example in examples:
        part.append(example)
        if len(part) == _TOGETHER:
            yield part
            part = []
    if part:
        yield part


def _schema() -> pa.Schema:
    import pyarrow as pa  # noqa: PLC0415 - as above

    ids = pa.large_list(pa.int32())
    lengths = {"input_length": pa.int64(), "target_length": pa.int64()}
    return pa.schema({"input_ids": ids, "labels": ids, **lengths})


def _ragged(batch: pa.RecordBatch, name: str) -> tuple[Any, Any]:
    """Offsets (rows + 1) and values of a column of lists, as numpy arrays on the same memory."""
    column = batch.column(name)
    return column.offsets.to_numpy(), column.values.to_numpy()


def _ids_at(ragged: tuple[Any, Any], row: int) -> list[int]:
    offsets, values = ragged
    ids: list[int] = values[offsets[row] : offsets[row + 1]].tolist()
    return ids
