"""The loss: a sum over target tokens over their number, so that no split of a batch changes its gradient."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch.autograd.function import once_differentiable

IGNORED = -100
"""Label of padding, as transformers' collator writes it."""

_TOGETHER = 1 << 21  # logits computed in float32 at once: 8 MB, which stays in the cache


def token_mean_loss(
    outputs: Mapping[str, torch.Tensor],
    labels: torch.Tensor,
    num_items_in_batch: torch.Tensor | int | None = None,
    *,
    label_smoothing: float = 0.0,
) -> torch.Tensor:
    """Cross-entropy summed over target tokens, over their number.

    Args:
        outputs: With `logits` (B, T, vocabulary).
        labels: Token ids (B, T), -100 where padded.
        num_items_in_batch: Target tokens in the whole accumulated batch; None: in this one.
        label_smoothing: Share of each target spread evenly over the vocabulary (Szegedy et al., 2016).

    Returns:
        A scalar.
    """
    logits = outputs["logits"].flatten(0, 1)
    total: torch.Tensor = _CrossEntropySum.apply(logits, labels.flatten(), label_smoothing)
    count = (labels != IGNORED).sum() if num_items_in_batch is None else num_items_in_batch
    return total / count


class _CrossEntropySum(torch.autograd.Function):  # type: ignore[misc]  # torch's is untyped
    """Computed in float32 a few tokens at a time, and the gradient with it, in the type of the logits.

    Logits over a vocabulary are by far the largest tensor of a step; whole, in float32, with their softmax
    and its gradient, they were several times larger than everything else that a decoder keeps.
    """

    @staticmethod
    def forward(ctx: Any, logits: torch.Tensor, labels: torch.Tensor, smoothing: float) -> torch.Tensor:
        gradients = torch.empty_like(logits) if ctx.needs_input_grad[0] else None
        total = torch.zeros((), device=logits.device)
        step = max(1, _TOGETHER // logits.shape[1])
        for start in range(0, len(logits), step):
            part = slice(start, start + step)
            total += _part(
                logits[part], labels[part], smoothing, None if gradients is None else gradients[part]
            )
        ctx.save_for_backward(gradients)
        return total

    @staticmethod
    @once_differentiable  # type: ignore[untyped-decorator]
    def backward(ctx: Any, of_total: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        (gradients,) = ctx.saved_tensors
        return gradients.mul_(of_total), None, None


def _part(
    logits: torch.Tensor, labels: torch.Tensor, smoothing: float, gradients: torch.Tensor | None
) -> torch.Tensor:
    """The summed loss of a few tokens (N, vocabulary), whose gradients it writes."""
    counted = (labels != IGNORED).unsqueeze(1)
    targets = labels.clamp(min=0).unsqueeze(1)
    log_probabilities = torch.log_softmax(logits.float(), dim=1)
    losses = log_probabilities.gather(1, targets).mul_(smoothing - 1)
    if smoothing:
        losses -= smoothing * log_probabilities.mean(dim=1, keepdim=True)
    if gradients is not None:
        of_logits = log_probabilities.exp_()
        if smoothing:
            of_logits -= smoothing / logits.shape[1]
        of_logits.scatter_add_(1, targets, torch.full_like(losses, smoothing - 1))
        gradients.copy_(of_logits.mul_(counted))
    return losses.mul_(counted).sum()
