"""T5's norm: root mean square, neither a mean subtracted nor a bias added.

Zhang and Sennrich, 2019: Root Mean Square Layer Normalization, https://arxiv.org/abs/1910.07467.
"""

from __future__ import annotations

from typing import Any

import torch


def norm_forward(self: Any, hidden_states: torch.Tensor) -> torch.Tensor:
    """Scale each vector to a root mean square of one, then by the learnt weights.

    Args:
        self: A `T5LayerNorm`.
        hidden_states: (..., d_model).
    """
    normed: torch.Tensor = _RootMeanSquareNorm.apply(hidden_states, self.weight, self.variance_epsilon)
    return normed


class _RootMeanSquareNorm(torch.autograd.Function):  # type: ignore[misc]  # torch's is untyped
    """It keeps its input, which the residual stream keeps too, and one number for each vector."""

    @staticmethod
    def forward(ctx: Any, states: torch.Tensor, weight: torch.Tensor, epsilon: float) -> torch.Tensor:
        exact = torch.promote_types(states.dtype, torch.float32)
        squares = torch.linalg.vector_norm(states, dim=-1, keepdim=True, dtype=exact).square_()
        inverse = squares.div_(states.shape[-1]).add_(epsilon).rsqrt_()
        ctx.save_for_backward(states, weight, inverse)
        kind = states.device.type
        # under autocast as whatever reads it, linear layers all, would cast it
        dtype = torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else weight.dtype
        return torch.mul(states, inverse).mul_(weight).to(dtype)

    @staticmethod
    def backward(ctx: Any, gradients: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None, None]:
        states, weight, inverse = ctx.saved_tensors
        normed = states * inverse
        of_weight = None
        if ctx.needs_input_grad[1]:
            of_weight = (gradients * normed).flatten(0, -2).sum(0).to(weight.dtype)
        of_normed = gradients.to(normed.dtype) * weight
        along = torch.linalg.vecdot(of_normed, normed).unsqueeze(-1).div_(states.shape[-1])
        of_states = of_normed.sub_(normed.mul_(along)).mul_(inverse)
        return of_states.to(states.dtype), of_weight, None
