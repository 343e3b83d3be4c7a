"""Means over seeds, and how sure they are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

# Two-sided 95% points of Student's t for 1 to 30 degrees of freedom (Student, 1908; any table has them).
_T = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228),
    *(2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086),
    *(2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
)
_NORMAL = 1.960


@dataclass(frozen=True)
class Summary:
    """Values of several seeds.

    Attributes:
        values: One for each seed that has it.
    """

    values: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Their mean."""
        return fmean(self.values)

    @property
    def spread(self) -> float | None:
        """Their standard deviation (of a sample); None for a single one."""
        return stdev(self.values) if len(self.values) > 1 else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the mean of more seeds would lie, with 95% confidence, were they normal; None for one."""
        spread, count = self.spread, len(self.values)
        if spread is None:
            return None
        half = (_T[count - 2] if count - 1 <= len(_T) else _NORMAL) * spread / math.sqrt(count)
        return self.mean - half, self.mean + half

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        ends = None if self.interval is None else list(self.interval)
        return {"mean": self.mean, "spread": self.spread, "interval": ends, "values": list(self.values)}


def summary_of(values: Sequence[float | None]) -> Summary | None:
    """The summary of what is there; None where nothing is."""
    known = tuple(each for each in values if each is not None)
    return Summary(known) if known else None
