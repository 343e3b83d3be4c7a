"""A training that has so many seconds: its end, and its schedule, follow the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ftkit.training.meter import Meter

_TICKS = 10_000
"""Steps of a schedule that follows the clock: fine enough for its shape."""


@dataclass(frozen=True)
class Clock:
    """What is left of the time.

    Attributes:
        meter: Counts the seconds trained.
        max_seconds: How many there are; None: the steps decide, and the clock says nothing.
    """

    meter: Meter
    max_seconds: float | None

    @property
    def share(self) -> float:
        """Which share of the time is used up, at most 1; 0 where there is no limit."""
        if self.max_seconds is None:
            return 0.0
        return min(self.meter.seconds / self.max_seconds, 1.0) if self.max_seconds else 1.0

    @property
    def run_out(self) -> bool:
        """Whether all of it is used up."""
        return self.max_seconds is not None and self.share >= 1.0

    def schedule(self, create: Callable[[int], Any], steps: int) -> Any:
        """A schedule of the learning rate, by steps or, where time is limited, by its share.

        Args:
            create: Makes a `torch.optim.lr_scheduler.LambdaLR` for so many steps.
            steps: Steps of the training, where they decide.
        """
        if self.max_seconds is None:
            return create(steps)
        scheduler = create(_TICKS)
        scheduler.lr_lambdas = [self._by_time(each) for each in scheduler.lr_lambdas]
        return scheduler

    def _by_time(self, by_step: Callable[[int], float]) -> Callable[[int], float]:
        return lambda _step: by_step(int(self.share * _TICKS))
