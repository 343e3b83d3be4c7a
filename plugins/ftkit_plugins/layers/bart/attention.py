"""BART's cross-attention (Lewis et al., 2020): that of Vaswani et al., 2017, https://arxiv.org/abs/1706.03762."""

from __future__ import annotations

from typing import Any

import torch

from ftkit_plugins.layers.short_texts import attend_to_states, has_prefixes, maps_of_short_text


def attention_forward(
    self: Any,
    hidden_states: torch.Tensor,
    key_value_states: torch.Tensor | None = None,
    past_key_values: Any = None,
    attention_mask: torch.Tensor | None = None,
    layer_head_mask: torch.Tensor | None = None,
    output_attentions: bool = False,  # noqa: FBT001, FBT002 - the signature of the method that it replaces
    **more: Any,
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Attend to the encoder's states, as `BartAttention.forward` does: a short text without keys and values.

    Args:
        self: A `BartAttention`.
        hidden_states: (B, T, d_model).
        key_value_states: (B, S, d_model).
        past_key_values: Keys and values of earlier steps of generation.
        attention_mask: Added to the scores, (B, 1, T, S); 0 where attended to.
        layer_head_mask: As in transformers.
        output_attentions: As in transformers.
        more: As in transformers.

    Returns:
        The output (B, T, d_model), and the weights of the attention where they are asked for.
    """
    states, maps = key_value_states, None
    asked_for_more = output_attentions or layer_head_mask is not None or has_prefixes(self)
    if states is not None and _is_added(attention_mask) and not asked_for_more:
        projections, width = (self.k_proj, self.v_proj), self.head_dim
        maps = maps_of_short_text(self, hidden_states, states, past_key_values, projections, width)
    if states is None or maps is None:
        return type(self).forward(  # type: ignore[no-any-return]
            self,
            hidden_states,
            states,
            past_key_values=past_key_values,
            attention_mask=attention_mask,
            layer_head_mask=layer_head_mask,
            output_attentions=output_attentions,
            **more,
        )
    rate = self.dropout if self.training else 0.0
    query = self.q_proj(hidden_states).unflatten(2, (self.num_heads, self.head_dim)).transpose(1, 2)
    attended = attend_to_states(query * self.scaling, states, maps, attention_mask, rate)
    return self.out_proj(attended.transpose(1, 2).flatten(2)), None


def _is_added(mask: Any) -> bool:
    """Whether a mask is one that SDPA and eager attention add to the scores; others have their own kinds."""
    rank = 4  # (B, 1, T, S)
    return mask is None or (isinstance(mask, torch.Tensor) and mask.ndim == rank and mask.is_floating_point())
