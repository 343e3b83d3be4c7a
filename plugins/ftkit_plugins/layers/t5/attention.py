"""T5's attention (Raffel et al., 2020, section 2.1): scores unscaled, a learnt bias by relative position.

Without dropout, and on a GPU with it, torch's scaled dot product attention computes it, which never writes
the scores to memory. Its CPU kernel knows no dropout: there the scores are written once and changed in
place. A text far shorter than the input attends to it by `short_texts`.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch.nn import functional
from transformers.cache_utils import EncoderDecoderCache

from ftkit_plugins.layers.short_texts import attend_to_states, has_prefixes, maps_of_short_text


def attention_forward(
    self: Any,
    hidden_states: torch.Tensor,
    mask: torch.Tensor | None = None,
    key_value_states: torch.Tensor | None = None,
    position_bias: torch.Tensor | None = None,
    past_key_values: Any = None,
    layer_head_mask: torch.Tensor | None = None,
    query_length: int | None = None,
    use_cache: bool = False,  # noqa: FBT001, FBT002 - the signature of the method that it replaces
    output_attentions: bool = False,  # noqa: FBT001, FBT002
    cache_position: torch.Tensor | None = None,
) -> tuple[torch.Tensor, ...]:
    """Attend to `key_value_states`, or to `hidden_states` themselves, as `T5Attention.forward` does.

    Args:
        self: A `T5Attention`.
        hidden_states: (B, T, d_model).
        mask: Added to the scores, (B, 1, 1 or T, S); 0 where attended to.
        key_value_states: (B, S, d_model), or None in self-attention.
        position_bias: What an earlier layer of the stack gave back; it holds the mask already.
        past_key_values: Keys and values of earlier steps of generation.
        layer_head_mask: As in transformers.
        query_length: Length of the text so far, earlier steps counted.
        use_cache: As in transformers.
        output_attentions: As in transformers.
        cache_position: Positions of the T tokens, (T,).

    Returns:
        The output (B, T, d_model), and the bias for the stack's further layers.
    """
    if output_attentions or layer_head_mask is not None or self.pruned_heads or has_prefixes(self):
        return type(self).forward(  # type: ignore[no-any-return]
            self,
            hidden_states,
            mask=mask,
            key_value_states=key_value_states,
            position_bias=position_bias,
            past_key_values=past_key_values,
            layer_head_mask=layer_head_mask,
            query_length=query_length,
            use_cache=use_cache,
            output_attentions=output_attentions,
            cache_position=cache_position,
        )
    query, rate = _heads(self, self.q(hidden_states)), self.dropout if self.training else 0.0
    states, maps = key_value_states, None
    if states is not None:
        projections, width = (self.k, self.v), self.key_value_proj_dim
        maps = maps_of_short_text(self, hidden_states, states, past_key_values, projections, width)
    if states is not None and maps is not None:
        keys, attended = states.shape[1], partial(attend_to_states, query, states, maps, rate=rate)
    else:
        key, value = _keys_and_values(self, hidden_states, key_value_states, past_key_values, cache_position)
        keys, attended = key.shape[2], partial(attend, query, key, value, rate=rate)
    if position_bias is None:
        position_bias = _position_bias(self, query, keys, mask, query_length, cache_position)
    return self.o(attended(bias=position_bias).transpose(1, 2).flatten(2)), position_bias


def attend(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, bias: torch.Tensor | None, rate: float
) -> torch.Tensor:
    """Values weighted by the softmax of query times key plus bias.

    Args:
        query: (B, H, T, D).
        key: (B, H, S, D).
        value: (B, H, S, D).
        bias: Broadcasts to (B, H, T, S), of the query's type.
        rate: Share of the weights that dropout sets to zero.

    Returns:
        (B, H, T, D).
    """
    if rate == 0 or query.device.type != "cpu":
        return functional.scaled_dot_product_attention(
            query, key, value, attn_mask=bias, dropout_p=rate, scale=1.0
        )
    scores = torch.matmul(query, key.transpose(2, 3))
    weights = functional.softmax(scores if bias is None else scores.add_(bias), dim=-1)
    return torch.matmul(functional.dropout(weights, rate).to(value.dtype), value)


def _heads(attention: Any, states: torch.Tensor) -> torch.Tensor:
    """(B, T, H * D) as (B, H, T, D)."""
    return states.view(*states.shape[:2], attention.n_heads, attention.key_value_proj_dim).transpose(1, 2)


def _keys_and_values(
    attention: Any,
    hidden_states: torch.Tensor,
    key_value_states: torch.Tensor | None,
    past: Any,
    cache_position: torch.Tensor | None,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Those of this step and of earlier ones; in cross-attention they are computed once for a text."""
    across, layer = key_value_states is not None, attention.layer_idx
    both = isinstance(past, EncoderDecoderCache)
    cache = past if not both else past.cross_attention_cache if across else past.self_attention_cache
    if across and both and past.is_updated.get(layer):
        return cache.layers[layer].keys, cache.layers[layer].values
    states = key_value_states if key_value_states is not None else hidden_states
    key, value = _heads(attention, attention.k(states)), _heads(attention, attention.v(states))
    if cache is not None:
        where = {"cache_position": None if across else cache_position}
        key, value = cache.update(key, value, layer, where)
        if across and both:
            past.is_updated[layer] = True
    return key, value


def _position_bias(
    attention: Any,
    query: torch.Tensor,
    keys: int,
    mask: torch.Tensor | None,
    query_length: int | None,
    cache_position: torch.Tensor | None,
) -> torch.Tensor | None:
    """What is added to the scores, in the type that they have; None where that is nothing."""
    bias = None
    if attention.has_relative_attention_bias:
        # With positions given, the length has no effect; to ask them for it, a GPU would be waited for.
        length = query.shape[2] if query_length is None else query_length
        bias = attention.compute_bias(length, keys, device=query.device, cache_position=cache_position)
        bias = bias[:, :, -query.shape[2] :]
    if mask is not None and _hides(mask):
        mask = mask[..., :keys]
        bias = mask if bias is None else bias + mask
    return None if bias is None else bias.to(query.dtype)


def _hides(mask: torch.Tensor) -> bool:
    """Whether a mask hides anything: added to the bias, it makes that as large as the batch.

    Asked on a CPU alone, for a GPU would have to be waited for, and not in training, whose plan is made by
    going through a step without knowing what tensors hold.
    """
    return mask.device.type != "cpu" or torch.is_grad_enabled() or bool(mask.any())
