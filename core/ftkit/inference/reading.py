"""Inputs read by the encoder in pieces, and once, whatever is then asked of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional
from transformers.modeling_outputs import BaseModelOutput

if TYPE_CHECKING:
    from transformers import PreTrainedModel


@dataclass
class Read:
    """What was read last.

    Attributes:
        states: (B, S, width), the encoder's last ones; None before anything is read.
    """

    states: torch.Tensor | None = None

    def arguments(self, rows: slice = slice(None)) -> dict[str, BaseModelOutput]:
        """For a model's `forward`, so that it doesn't read some rows again."""
        if self.states is None:  # by an encoder that is called in a way of its own
            return {}
        return {"encoder_outputs": BaseModelOutput(last_hidden_state=self.states[rows])}


@contextmanager
def reading_in_pieces(model: PreTrainedModel, token_budget: int) -> Iterator[Read]:
    """Let the encoder read a large batch in pieces, and remember the states.

    While it reads it takes far more memory than what it leaves, and its speed hardly gains from more rows;
    the decoder's does. It is the same function of its inputs.

    Args:
        model: Its encoder's `forward` is another one until the end.
        token_budget: Tokens of one piece, padding counted.
    """
    encoder, read = model.get_encoder(), Read()
    own, whole = vars(encoder).get("forward"), encoder.forward

    @wraps(whole)
    def forward(*arguments: Any, **named: Any) -> Any:
        mask = named.get("attention_mask")
        if arguments or mask is None or named.get("output_attentions") or named.get("output_hidden_states"):
            return whole(*arguments, **named)
        rows = max(1, token_budget // mask.shape[1])
        parts = []
        for piece in _pieces({**named, "return_dict": True}, rows):
            found = whole(**piece)
            parts.append(_padded(found.last_hidden_state, mask.shape[1]))
        read.states = torch.cat(parts) if len(parts) > 1 else parts[0]
        return type(found)(last_hidden_state=read.states)  # some models have a kind of their own

    encoder.forward = forward
    try:
        yield read
    finally:
        if own is None:
            del encoder.forward
        else:
            encoder.forward = own


def _pieces(named: Mapping[str, Any], rows: int) -> Iterator[dict[str, Any]]:
    """Named arguments for so many rows at a time, without columns that are padding in all of them."""
    mask = named["attention_mask"]
    of_tokens = {
        name for name, each in named.items() if torch.is_tensor(each) and each.shape[:2] == mask.shape
    }
    for start in range(0, len(mask), rows):
        some = slice(start, start + rows)
        width = int(mask[some].any(dim=0).nonzero().max()) + 1
        yield {name: each[some, :width] if name in of_tokens else each for name, each in named.items()}


def _padded(states: torch.Tensor, width: int) -> torch.Tensor:
    """States with zeros in place of the columns that were not read; nothing attends to them."""
    return functional.pad(states, (0, 0, 0, width - states.shape[1]))
