"""Inputs of any length through a model, those of like length together; outputs in the order of the inputs.

The encoder takes most memory while it reads, the decoder most time in steps that a few rows cost as much as
many. So a batch is as large as what the decoder keeps of it may be, and the encoder reads it in pieces of the
token budget.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from transformers.data.data_collator import pad_without_fast_tokenizer_warning

from ftkit.data.bucketing import cut
from ftkit.errors import RunError
from ftkit.inference.progress import RowProgress
from ftkit.memory import ran_out_of_memory, release_memory
from ftkit.precision import held_in_bfloat16, in_bfloat16

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

Batch = Mapping[str, torch.Tensor]
"""`input_ids` and `attention_mask`, (B, S)."""

_USUALLY_WRITTEN = 0.4  # of the limit: some texts go on to it, most end long before
_MOST_ROWS = 128  # answered together, however short: each has logits over the whole vocabulary
_KEPT = 40 * 2**20  # bytes of keys and values for which a token budget may be passed


@dataclass(frozen=True)
class Output:
    """What a model answers to one input.

    Attributes:
        text: Without special tokens.
        score: Mean log-probability of its tokens, the end token counted: 0 is certain.
    """

    text: str
    score: float


def outputs_of(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    inputs: Sequence[list[int]],
    answer: Callable[[Batch], Sequence[Output]],
    settings: Mapping[str, Any],
    *,
    quiet: bool = True,
) -> list[Output]:
    """Answer inputs batch by batch, the longest first, so that a lack of memory shows at once.

    Args:
        model: Left in the mode it was in.
        tokenizer: The model's.
        inputs: Token ids of each input.
        answer: Gives the outputs of one batch.
        settings: `token_budget`, `max_output_tokens`, `num_beams`, `precision` and `seed` are used.
        quiet: Show no progress.

    Raises:
        RunError: A single input doesn't fit into memory.
    """
    outputs: dict[int, Output] = {}
    room = _MOST_ROWS
    with _ready(model, settings), closing(RowProgress(len(inputs), 0, quiet=quiet)) as shown:
        waiting = _batches(model, inputs, settings)[::-1]
        while waiting:
            whole = waiting.pop()
            batch, rest = whole[:room], whole[room:]
            waiting += [rest] if rest else []
            answered = _answered([inputs[index] for index in batch], tokenizer, model.device, answer)
            if answered is None:  # later ones are no larger than what there is memory for
                room = len(batch) // 2
                waiting.append(batch)
                continue
            outputs.update(zip(batch, answered, strict=True))
            shown.advance(len(batch))
    return [outputs[index] for index in range(len(inputs))]


def _batches(
    model: PreTrainedModel, inputs: Sequence[list[int]], settings: Mapping[str, Any]
) -> list[list[int]]:
    """Indices of inputs that are answered together, the longest first."""
    longest_first = sorted(range(len(inputs)), key=lambda index: -len(inputs[index]))
    budget, written = settings["token_budget"], math.ceil(_USUALLY_WRITTEN * settings["max_output_tokens"])
    little = _KEPT // _kept_for_a_token(model)
    if little > budget and settings["decoding"] == "generate":  # labels take a step or two
        budget, written = little, settings["max_output_tokens"]
    lengths = [(len(ids), written) for ids in inputs]
    return cut(longest_first, lengths, max(1, budget // settings["num_beams"]))  # each beam is a row


def _kept_for_a_token(model: PreTrainedModel) -> int:
    """Bytes of the keys and values by which a decoder's layers know a token of the input."""
    decoder = model.config.get_text_config(decoder=True)
    return int(2 * decoder.num_hidden_layers * decoder.hidden_size * model.dtype.itemsize)


def _answered(
    inputs: list[list[int]],
    tokenizer: PreTrainedTokenizerBase,
    device: torch.device,
    answer: Callable[[Batch], Sequence[Output]],
) -> Sequence[Output] | None:
    """The outputs of one batch; None where it does not fit into memory."""
    padded = pad_without_fast_tokenizer_warning(tokenizer, {"input_ids": inputs}, return_tensors="pt")
    try:
        return answer(padded.to(device))
    except RuntimeError as error:
        if not ran_out_of_memory(error):
            raise
        if len(inputs) == 1:
            raise RunError(
                f"out of memory with a single input of {len(inputs[0]):,} tokens: lower "
                "--generation.max-input-tokens or --generation.num-beams"
            ) from error
    release_memory()
    return None


@contextmanager
def _ready(model: PreTrainedModel, settings: Mapping[str, Any]) -> Iterator[None]:
    """Evaluation mode without gradients, in the precision asked for; what is drawn is drawn from the seed."""
    device, training = model.device, model.training
    bfloat16 = in_bfloat16(settings["precision"], device)
    model.eval()
    try:
        with (
            torch.no_grad(),
            torch.random.fork_rng(devices=[device] if device.type == "cuda" else []),
            torch.autocast(device.type, torch.bfloat16, enabled=bfloat16),
            held_in_bfloat16(model, trained=True) if bfloat16 else nullcontext(),
        ):
            torch.manual_seed(settings["seed"])
            yield
    finally:
        model.train(training)
