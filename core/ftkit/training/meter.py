"""What a training has done so far. It goes into every checkpoint, so that a resumed run counts on."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

_FILE = "meter.json"


@dataclass
class Meter:
    """Counts of a training.

    Attributes:
        tokens: Source and target tokens trained on, without padding.
        padded_tokens: The same with padding.
        pieces: Into how many parts each batch is split to fit into memory; doubles when it runs out.
        loss_sum: Losses of the steps since the last line of the metrics.
        loss_steps: How many steps that are.
        seconds_before: Wall time trained in earlier processes of the run.
        ended: Whether the training has come to its end: a run that is resumed there has nothing to train.
    """

    tokens: int = 0
    padded_tokens: int = 0
    pieces: int = 1
    loss_sum: float = 0.0
    loss_steps: int = 0
    seconds_before: float = 0.0
    ended: bool = False

    def __post_init__(self) -> None:
        self._start: float | None = time.perf_counter()
        self._unread: list[tuple[torch.Tensor, Callable[[float], None]]] = []

    @property
    def seconds(self) -> float:
        """Wall time trained, in all processes of the run."""
        return self.seconds_before + (0.0 if self._start is None else time.perf_counter() - self._start)

    @property
    def stands_still(self) -> bool:
        """Whether something is under way that is no training."""
        return self._start is None

    def start(self) -> None:
        """Measure from now on."""
        self._start = time.perf_counter()

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Measure nothing in this context: an evaluation is no training."""
        self.seconds_before, self._start = self.seconds, None
        try:
            yield
        finally:
            self.start()

    def count_loss(self, loss: torch.Tensor, demand: Callable[[float], None]) -> None:
        """Add the loss of a batch, a GPU's when it is next read: that waits for all that the GPU has to do.

        Args:
            loss: A scalar.
            demand: Looks at its value once it is read, and raises what is wrong with it.
        """
        self._unread.append((loss, demand))
        if loss.device.type == "cpu":
            self.read_losses()

    def read_losses(self) -> None:
        """Read all that was counted: before anything is shown, measured or kept of the weights.

        Raises:
            RunError: What `demand` finds wrong with the earliest.
        """
        unread, self._unread = self._unread, []
        if not unread:
            return
        values: list[float] = torch.stack([loss for loss, _ in unread]).tolist()
        for value, (_, demand) in zip(values, unread, strict=True):
            demand(value)
            self.loss_sum += value

    def take_loss(self) -> float:
        """The mean loss of the steps since it was last taken."""
        self.read_losses()
        mean = self.loss_sum / max(self.loss_steps, 1)
        self.loss_sum, self.loss_steps = 0.0, 0
        return mean

    def save(self, directory: Path) -> None:
        """Write the counts into a checkpoint."""
        text = json.dumps(asdict(self) | {"seconds_before": self.seconds})
        (directory / _FILE).write_text(text + "\n", encoding="utf-8")


def load_meter(directory: Path) -> Meter:
    """The counts of a checkpoint."""
    return Meter(**json.loads((directory / _FILE).read_text(encoding="utf-8")))
