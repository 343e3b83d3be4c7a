"""What the heaviest batches of a run take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ftkit.errors import RunError
from ftkit.planning.budget import Growth, growth_through
from ftkit.planning.excerpt import Rows, heaviest, tokens_of
from ftkit.planning.occupancy import Occupancy, watch_occupancy
from ftkit.planning.probe import Probe

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Memory:
    """What a run takes.

    Attributes:
        growth: What a step takes beside what is there before it.
        step: The most that a step takes, in bytes.
        peak: Most bytes held at any time.
    """

    growth: Growth
    step: int
    peak: int


def foresee_memory(probe: Probe, batches: Sequence[Rows], lengths: NDArray[np.int64]) -> Memory:
    """Go through one row of the heaviest batch and then through the heaviest, for a heap only grows.

    Raises:
        RunError: There is no memory for a single row.
    """
    chosen = heaviest(batches, lengths)
    occupancy = watch_occupancy(probe.device)
    points = []
    for rows in (chosen[0][:1], *chosen):
        done = _go_as_far_as_possible(probe, rows, occupancy)
        points.append((tokens_of(done, lengths), occupancy.grown))
    large = max(points[1:], key=lambda point: (point[1], -point[0]))
    growth = growth_through(points[0], large)
    tokens = max(tokens_of(rows, lengths) for rows in chosen)
    step = max(occupancy.grown, growth.bytes(tokens) if tokens > max(points)[0] else 0)
    return Memory(growth, step, max(probe.peak, probe.before + step))


def _go_as_far_as_possible(probe: Probe, rows: Rows, occupancy: Occupancy) -> Rows:
    """Go through a batch, or through half of it where there isn't even room to try, and so on."""
    while True:
        if probe.go_through(rows, occupancy) is not None:
            return rows
        if len(rows) == 1:
            raise RunError(
                "there is no memory for a batch of a single example: lower --training.max-input-tokens"
            )
        rows = rows[: len(rows) // 2]
