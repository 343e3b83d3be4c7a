"""Keys and values of a text that is being written, in memory that is taken up ahead of it.

transformers' own cache copies all that it holds at every step: as much traffic as the attention itself. A
CPU's memory counts from when it is written to, so that there the whole text's is taken up at once; elsewhere
a few tokens' at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from transformers.cache_utils import Cache, DynamicCache, DynamicLayer, EncoderDecoderCache

if TYPE_CHECKING:
    from transformers import PreTrainedModel

_AHEAD = 8  # tokens, where memory counts at once


class RoomyLayer(DynamicLayer):  # type: ignore[misc]  # transformers carries no types
    """One layer's keys and values, views of something larger."""

    keys: torch.Tensor
    values: torch.Tensor
    _rooms: Sequence[torch.Tensor] = ()

    def __init__(self, ahead: int) -> None:
        """Hold nothing yet.

        Args:
            ahead: For how many more tokens than are there memory is taken up.
        """
        super().__init__()
        self.ahead = ahead

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, cache_kwargs: dict[str, Any] | None = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Add keys and values, (B, H, T, D) each, and give back all of them."""
        del cache_kwargs  # of other kinds of layers
        if not self.is_initialized:
            self.lazy_initialization(key_states)
        start = self.get_seq_length()
        end = start + key_states.shape[-2]
        if not self._fits(end):
            held = self.keys, self.values
            self._rooms = [_room(new, end + self.ahead) for new in (key_states, value_states)]
            for room, states in zip(self._rooms, held if start else (), strict=False):
                room[..., :start, :] = states
        keys, values = self._rooms
        keys[..., start:end, :] = key_states
        values[..., start:end, :] = value_states
        self.keys, self.values = keys[..., :end, :], values[..., :end, :]
        return self.keys, self.values

    def reorder_cache(self, beam_idx: torch.Tensor) -> None:
        """Put other rows' in the place of rows': they stay where they are, for there is room behind them."""
        if self.get_seq_length() == 0:
            return
        for held in (self.keys, self.values):
            held.copy_(held.index_select(0, beam_idx.to(held.device)))

    def batch_select_indices(self, indices: torch.Tensor) -> None:
        """Keep some rows, at the beginning of the memory that there is."""
        if self.get_seq_length() == 0:
            return
        count = len(indices)
        for held in (self.keys, self.values):
            held[:count] = held.index_select(0, indices.to(held.device))
        self.keys, self.values = self.keys[:count], self.values[:count]
        self._rooms = [room[:count] for room in self._rooms]

    def _fits(self, end: int) -> bool:
        """Whether so many tokens fit, and what is held still lies here: it may have been reordered."""
        return any(
            end <= room.shape[-2] and room.data_ptr() == self.keys.data_ptr() for room in self._rooms[:1]
        )


def _room(states: torch.Tensor, tokens: int) -> torch.Tensor:
    """Memory for so many tokens."""
    return states.new_empty(*states.shape[:-2], tokens, states.shape[-1])


def roomy_cache(model: PreTrainedModel, tokens: int) -> EncoderDecoderCache | None:
    """An empty cache for texts of so many tokens; none where a model has its own kind."""
    if not getattr(model, "_supports_default_dynamic_cache", bool)():
        return None
    ahead = tokens if model.device.type == "cpu" else _AHEAD
    written = Cache(layer_class_to_replicate=partial(RoomyLayer, ahead))
    return EncoderDecoderCache(written, DynamicCache())
