"""What a frozen encoder makes of the training inputs: computed once, read from disk in every epoch.

Where a method trains only the decoder, the encoder makes the same of an input each time, up to its dropout:
that is off here, and it is all that differs.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

import torch
from torch.nn.utils.rnn import pad_sequence
from transformers.modeling_outputs import BaseModelOutput

from ftkit.data.bucketing import cut
from ftkit.data.tokenised import TokenisedExamples
from ftkit.errors import OptionsError, RunError

if TYPE_CHECKING:
    from transformers import PreTrainedModel

STATES = "encoder_states"
"""The name under which they go with a batch, (B, S, width)."""

_READ = 4096  # tokens that the encoder reads at a time


def demand_frozen_encoder(model: PreTrainedModel) -> None:
    """Refuse an encoder that training would change.

    Raises:
        OptionsError: It has parameters that are trained.
    """
    trained = [name for name, each in model.get_encoder().named_parameters() if each.requires_grad]
    if trained:
        problem = (
            f"training.cache_encoder: the encoder is trained ({len(trained):,} tensors, {trained[0]} the "
            "first); choose a method, or options of it, that train the decoder alone"
        )
        raise OptionsError([problem])


class EncodedInputs:
    """The encoder's states of all training inputs, in a file that goes when this process does."""

    def __init__(self, path: Path, lengths: Sequence[int], width: int, dtype: torch.dtype) -> None:
        """Take up the space.

        Args:
            path: The file; its name may go once this is made.
            lengths: Tokens of each input.
            width: Features of a state.
            dtype: Of the states.

        Raises:
            RunError: There is no room.
        """
        self._lengths = list(lengths)
        self._ends = torch.tensor(self._lengths).cumsum(0).tolist()
        values = self._ends[-1] * width
        try:
            _take_up(path, values * dtype.itemsize)
        except OSError as error:
            raise RunError(
                f"the encoder's states need {values * dtype.itemsize:,} bytes in {path.parent}: "
                f"{error.strerror}; do without --training.cache-encoder"
            ) from error
        self._values = torch.from_file(str(path), shared=True, size=values, dtype=dtype).view(-1, width)

    def put(self, number: int, states: torch.Tensor) -> None:
        """Keep an input's states, (S or more, width)."""
        self._of(number).copy_(states[: self._lengths[number]])

    def batch(self, numbers: Sequence[int]) -> torch.Tensor:
        """The states of some inputs, (B, S, width), zeros behind the shorter ones."""
        return pad_sequence([self._of(number) for number in numbers], batch_first=True)

    def _of(self, number: int) -> torch.Tensor:
        end = self._ends[number]
        return self._values[end - self._lengths[number] : end]


def _take_up(path: Path, size: int) -> None:
    """Make a file of so many bytes; where disks allow it, now, as a full one would end the process later."""
    with path.open("wb") as file:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, size)
        else:
            file.truncate(size)


def encode_inputs(
    model: PreTrainedModel, examples: TokenisedExamples, folder: Path, precision: str
) -> EncodedInputs:
    """Read all inputs, those of like length together.

    Args:
        model: Its encoder is frozen.
        examples: The training examples.
        folder: Where there is room for the file.
        precision: `fp32` or `bf16`, that of the training. In bf16 whatever reads the states rounds them so.

    Raises:
        RunError: There is no room.
    """
    lengths = examples.lengths[:, 0].tolist()
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    with NamedTemporaryFile(dir=folder) as file:
        width = model.config.get_text_config(encoder=True).hidden_size
        encoded = EncodedInputs(Path(file.name), lengths, width, dtype)
    by_length = sorted(range(len(lengths)), key=lengths.__getitem__)
    was_training = model.training
    model.eval()
    with torch.no_grad(), torch.autocast(model.device.type, torch.bfloat16, enabled=precision == "bf16"):
        for batch in cut(by_length, [(length, 0) for length in lengths], _READ):
            for number, states in zip(batch, _read(model, examples, batch), strict=True):
                encoded.put(number, states)
    model.train(was_training)
    return encoded


def with_encoder_outputs(batch: Mapping[str, Any]) -> dict[str, Any]:
    """A batch as a model takes it: states, if it has any, in place of a pass of the encoder."""
    named = dict(batch)
    if STATES in named:
        named["encoder_outputs"] = BaseModelOutput(last_hidden_state=named.pop(STATES))
    return named


def _read(model: PreTrainedModel, examples: TokenisedExamples, batch: Sequence[int]) -> torch.Tensor:
    """The states of some inputs, (B, S, width)."""
    inputs = [torch.tensor(examples[number]["input_ids"]) for number in batch]
    ids = pad_sequence(inputs, batch_first=True).to(model.device)
    mask = pad_sequence([torch.ones_like(each) for each in inputs], batch_first=True).to(model.device)
    states: torch.Tensor = model.get_encoder()(input_ids=ids, attention_mask=mask).last_hidden_state
    return states
