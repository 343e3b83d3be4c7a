"""A step that runs out of memory is done again in smaller pieces.

The loss of a step is a sum over target tokens divided by a number that is known beforehand, so that the
pieces of a batch give the gradient of the whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import torch

Batch = Mapping[str, torch.Tensor]


def split_batch(batch: Batch, pieces: int) -> Iterator[dict[str, torch.Tensor]]:
    """The rows of a batch in at most `pieces` parts of nearly equal size."""
    rows = len(next(iter(batch.values())))
    size = -(-rows // pieces)
    for start in range(0, rows, size):
        yield {name: tensor[start : start + size] for name, tensor in batch.items()}
