"""Examples, batch by batch, for torch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.utils.data import DataLoader, Dataset

from ftkit.data.batches import TokenBudgetBatches
from ftkit.data.tokenised import TokenisedExamples

ROW = "row"
"""Each example's number, which goes with it into the batch."""


class NumberedExamples(Dataset):  # type: ignore[misc]
    """Examples that carry their numbers into the batch."""

    def __init__(self, examples: TokenisedExamples) -> None:
        self._examples = examples

    def __len__(self) -> int:
        return len(self._examples)

    def __getitem__(self, index: int) -> dict[str, Any]:
        return {**self._examples[index], ROW: index}


class EpochLoader(DataLoader):  # type: ignore[misc]
    """A loader whose batches know the epoch; the trainer says which begins."""

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch."""
        self.batch_sampler.set_epoch(epoch)


def create_loader(
    examples: NumberedExamples, batches: TokenBudgetBatches, collate: Callable[..., Any], *, pin_memory: bool
) -> EpochLoader:
    """A loader of padded batches."""
    own_generator = torch.Generator()  # or each epoch would draw from the model's
    return EpochLoader(
        examples,
        batch_sampler=batches,
        collate_fn=collate,
        pin_memory=pin_memory,
        generator=own_generator,
    )
