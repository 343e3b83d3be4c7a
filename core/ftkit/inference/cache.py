"""Keys and values of a text that is being written, in memory that is taken up some tokens ahead.

transformers' own cache copies all that it holds at every step: as much traffic as the attention itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from transformers.cache_utils import Cache, DynamicCache, DynamicLayer, EncoderDecoderCache

if TYPE_CHECKING:
    from transformers import PreTrainedModel

_AHEAD = 8  # tokens


class RoomyLayer(DynamicLayer):  # type: ignore[misc]  # transformers carries no types
    """One layer's keys and values, views of something larger."""

    keys: torch.Tensor
    values: torch.Tensor
    _rooms: Sequence[torch.Tensor] = ()

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
            self._rooms = [_room(new, end) for new in (key_states, value_states)]
            for room, states in zip(self._rooms, held if start else (), strict=False):
                room[..., :start, :] = states
        keys, values = self._rooms
        keys[..., start:end, :] = key_states
        values[..., start:end, :] = value_states
        self.keys, self.values = keys[..., :end, :], values[..., :end, :]
        return self.keys, self.values

    def _fits(self, end: int) -> bool:
        """Whether so many tokens fit, and what is held still lies here: it may have been reordered."""
        return any(
            end <= room.shape[-2] and room.data_ptr() == self.keys.data_ptr() for room in self._rooms[:1]
        )


def _room(states: torch.Tensor, tokens: int) -> torch.Tensor:
    """Memory for so many tokens, and some more."""
    return states.new_empty(*states.shape[:-2], tokens + _AHEAD, states.shape[-1])


def roomy_cache(model: PreTrainedModel) -> dict[str, EncoderDecoderCache]:
    """An argument for `generate`; none where the model has a cache of its own kind."""
    if not getattr(model, "_supports_default_dynamic_cache", bool)():
        return {}
    written = Cache(layer_class_to_replicate=RoomyLayer)
    return {"past_key_values": EncoderDecoderCache(written, DynamicCache())}
