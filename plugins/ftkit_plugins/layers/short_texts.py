"""Cross-attention of a text far shorter than the input, without keys and values of the input.

A query q meets the key W h of a state h as q · W h = (Wᵀ q) · h, and the weighted mean of the values W h is W
times that of the states. So the few tokens of a label or of an answer attend to the encoder's states
themselves, and the two products over every token of the input fall away, which cost a seventh of what an
encoder's layer does. DeepSeek-AI, 2024 (https://arxiv.org/abs/2405.04434, section 2.1.2), reads its
compressed states so. A bias of the keys adds q · b to all scores of a query; one of the values is added as
often as the query's weights sum up to.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional
from transformers.cache_utils import EncoderDecoderCache

from ftkit_plugins.layers.projections import Affine, affine_of

_WORTH_IT = 2 / 3  # of the operations: those that are left run at a lower rate than a product of all states


def maps_of_short_text(
    attention: Any,
    texts: torch.Tensor,
    states: torch.Tensor,
    past: Any,
    projections: tuple[Any, Any],
    width: int,
) -> tuple[Affine, Affine] | None:
    """What makes keys and values of states, where a text is read sooner without making them.

    A single token is one of a text that is being written: for all that follow, keys and values are worth
    their cost.

    Args:
        attention: The module; `layer_idx` is its place in the cache.
        texts: What attends, (B, T, d_model).
        states: What is attended to, the encoder's states, (B, S, d_model).
        past: Keys and values of earlier steps of generation, or None.
        projections: The modules that make its keys and its values.
        width: Of a head.

    Returns:
        Of the keys and of the values; None where these are to be made, or are there.
    """
    if isinstance(past, EncoderDecoderCache) and past.is_updated.get(attention.layer_idx):
        return None
    if attention.training and not _products_are_slow(states):
        return None
    if len(texts) != len(states):  # the adapters library repeats keys and values for adapters side by side
        return None
    tokens, (inputs, model) = texts.shape[1], states.shape[1:]
    operations = tokens * (width + inputs) * model, inputs * width * (model + tokens)
    if tokens == 1 or operations[0] >= _WORTH_IT * operations[1]:
        return None
    key, value = (affine_of(each) for each in projections)
    return None if key is None or value is None else (key, value)


def _products_are_slow(states: torch.Tensor) -> bool:
    """Whether products are most of a step: in bfloat16, where they are a quarter, training gained nothing."""
    on_cpu = states.device.type == "cpu"
    return on_cpu and states.dtype == torch.float32 and not torch.is_autocast_enabled("cpu")


def attend_to_states(
    query: torch.Tensor,
    states: torch.Tensor,
    maps: tuple[Affine, Affine],
    bias: torch.Tensor | None,
    rate: float,
) -> torch.Tensor:
    """What attention gives, of the states of the input in place of its keys and values.

    Args:
        query: Scaled as the model scales it, (B, H, T, D).
        states: (B, S, d_model), the encoder's.
        maps: What makes keys and values of them.
        bias: Added to the scores; broadcasts to (B, H, T, S).
        rate: Share of the weights that dropout sets to zero.

    Returns:
        (B, H, T, D).
    """
    heads, tokens, width = query.shape[1:]
    to_keys, to_values = (each.weight.view(heads, width, -1) for each in maps)
    asked = torch.einsum("bhtd,hdm->bhtm", query, to_keys).flatten(1, 2)
    scores = (asked @ states.transpose(1, 2)).unflatten(1, (heads, tokens))
    of_keys, of_values = (None if each.bias is None else each.bias.view(heads, 1, width) for each in maps)
    if of_keys is not None:
        scores = scores + (query * of_keys).sum(dim=-1, keepdim=True)
    weights = functional.softmax(scores if bias is None else scores.add_(bias), dim=-1).to(query.dtype)
    weights = functional.dropout(weights, rate, training=rate > 0)
    means = (weights.flatten(1, 2) @ states).unflatten(1, (heads, tokens))
    attended = torch.einsum("bhtm,hdm->bhtd", means, to_values)
    return attended if of_values is None else attended + weights.sum(dim=-1, keepdim=True) * of_values


def has_prefixes(attention: Any) -> bool:
    """Whether the adapters library puts learnt keys and values before the others."""
    return bool(getattr(getattr(attention, "prefix_tuning", None), "prefixes", None))
