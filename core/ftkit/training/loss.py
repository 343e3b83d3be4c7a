"""The loss: a sum over target tokens over their number, so that no split of a batch changes its gradient."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch.nn import functional

IGNORED = -100
"""Label of padding, as transformers' collator writes it."""


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
    logits = outputs["logits"]
    total = functional.cross_entropy(
        logits.flatten(0, 1).float(),
        labels.flatten(),
        ignore_index=IGNORED,
        reduction="sum",
        label_smoothing=label_smoothing,
    )
    count = (labels != IGNORED).sum() if num_items_in_batch is None else num_items_in_batch
    return total / count
