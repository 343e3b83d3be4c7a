"""Which examples and batches stand for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ftkit.data.tokenised import TokenisedExamples

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Rows = list[int]
"""Numbers of the examples of a batch."""


class Excerpt(TokenisedExamples):
    """Some of the examples, in an order of their own."""

    def __init__(self, examples: TokenisedExamples, rows: Sequence[int]) -> None:
        self._examples, self._rows = examples, list(rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: int) -> dict[str, list[int]]:
        return self._examples[self._rows[index]]

    def origin(self, index: int) -> int:
        """The number that an example has among all."""
        return self._rows[index]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """For each example the number of its input's and its target's tokens."""
        return self._examples.lengths[self._rows]


def size_of(rows: Rows, lengths: NDArray[np.int64]) -> tuple[int, int, int]:
    """Rows of a batch, and tokens of its longest input and target."""
    source, target = lengths[rows].max(axis=0).tolist()
    return len(rows), source, target


def tokens_of(rows: Rows, lengths: NDArray[np.int64]) -> int:
    """Tokens of a batch, padding counted."""
    count, source, target = size_of(rows, lengths)
    return count * (source + target)


def heaviest(batches: Sequence[Rows], lengths: NDArray[np.int64]) -> list[Rows]:
    """The batches that may take most memory: by attention, by targets, by tokens."""

    def by_attention(rows: Rows) -> int:
        count, source, target = size_of(rows, lengths)
        return count * (source + target) ** 2

    def by_targets(rows: Rows) -> int:
        count, _, target = size_of(rows, lengths)
        return count * target

    orders = (by_attention, by_targets, lambda rows: tokens_of(rows, lengths))
    chosen = [max(batches, key=order) for order in orders]
    return [rows for number, rows in enumerate(chosen) if rows not in chosen[:number]]


def typical(batches: Sequence[Rows], lengths: NDArray[np.int64], count: int) -> list[Rows]:
    """So many batches that stand for as many equal parts of all, by the length of their inputs."""
    ordered = sorted(batches, key=lambda rows: size_of(rows, lengths)[1:])
    count = min(count, len(ordered))
    return [ordered[len(ordered) * (2 * number + 1) // (2 * count)] for number in range(count)]
