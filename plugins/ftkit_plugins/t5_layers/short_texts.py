"""Cross-attention of a text far shorter than the input, without keys and values of the input.

A query q meets the key W h of a state h as q · W h = (Wᵀ q) · h, and the weighted mean of the values W h is W
times that of the states. So the few tokens of a label or of an answer attend to the encoder's states
themselves, and the two products over every token of the input fall away, which cost a seventh of what an
encoder's layer does. DeepSeek-AI, 2024 (https://arxiv.org/abs/2405.04434, section 2.1.2), reads its
compressed states so; T5 can, since its projections add no bias.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional

_WORTH_IT = 2 / 3  # of the operations: those that are left run at a lower rate than a product of all states


def is_short(attention: Any, query: torch.Tensor, states: torch.Tensor) -> bool:
    """Whether a text that is there as a whole is read sooner so.

    A single token is one of a text that is being written: for all that follow, keys and values are worth
    their cost. In training, where products are a quarter of a step's time, it made no difference.
    """
    if attention.training or not (_is_plain(attention.k) and _is_plain(attention.v)):
        return False
    (tokens, width), (inputs, model) = query.shape[2:], states.shape[1:]
    operations = tokens * (width + inputs) * model, inputs * width * (model + tokens)
    return bool(tokens > 1 and operations[0] < _WORTH_IT * operations[1])


def attend_to_states(
    attention: Any, query: torch.Tensor, states: torch.Tensor, bias: torch.Tensor | None
) -> torch.Tensor:
    """What `attend` gives without dropout, of the states of the input in place of its keys and values.

    Args:
        attention: A `T5Attention`.
        query: (B, H, T, D).
        states: (B, S, d_model), the encoder's.
        bias: Broadcasts to (B, H, T, S), of the query's type.

    Returns:
        (B, H, T, D).
    """
    heads, tokens, width = query.shape[1:]
    to_keys, to_values = (each.weight.view(heads, width, -1) for each in (attention.k, attention.v))
    asked = torch.einsum("bhtd,hdm->bhtm", query, to_keys).flatten(1, 2)
    scores = (asked @ states.transpose(1, 2)).unflatten(1, (heads, tokens))
    weights = functional.softmax(scores if bias is None else scores.add_(bias), dim=-1).to(query.dtype)
    means = (weights.flatten(1, 2) @ states).unflatten(1, (heads, tokens))
    return torch.einsum("bhtm,hdm->bhtd", means, to_values)


def _is_plain(project: Any) -> bool:
    """Whether a projection is its weight and nothing else: no update, no hook of a fine-tuning method."""
    return (
        isinstance(project, nn.Linear)
        and project.bias is None
        and project.weight.is_floating_point()  # not packed into integers
        and not getattr(project, "loras", None)  # of the adapters library
        and not (project._forward_hooks or project._forward_pre_hooks or "forward" in vars(project))  # noqa: SLF001
    )
