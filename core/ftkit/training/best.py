"""The best weights of a run by the task's own metric, kept beside its checkpoints."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path

import torch

from ftkit.descriptions import Metric
from ftkit.training.checkpoints import last_whole, step_of, write_checkpoint
from ftkit.training.state import load_weights, save_weights

_SCORE = "metrics.json"


class BestWeights:
    """Keeps the weights of the best evaluation so far.

    What is on the disk is looked at first, so that a resumed run goes on with what the one before it found.

    Attributes:
        folder: Where they are kept.
        metric: What decides.
    """

    def __init__(self, folder: Path, metric: Metric) -> None:
        self.folder = folder
        self.metric = metric
        self._best = last_whole(folder).last

    @property
    def step(self) -> int | None:
        """The step of the best evaluation; None before the first."""
        return None if self._best is None else step_of(self._best)

    @property
    def score(self) -> float | None:
        """The metric at that step."""
        if self._best is None:
            return None
        return float(json.loads((self._best / _SCORE).read_text(encoding="utf-8"))[self.metric.name])

    def consider(self, step: int, metrics: Mapping[str, float], model: torch.nn.Module) -> bool:
        """Keep the model's trained weights if the metric has never been better; says whether it has not.

        Raises:
            OSError: They can't be written; the best so far are untouched.
        """
        if not self._better(metrics[self.metric.name], self.score):
            return False

        def fill(directory: Path) -> None:
            save_weights(model, directory)
            (directory / _SCORE).write_text(json.dumps(dict(metrics)) + "\n", encoding="utf-8")

        self._best = write_checkpoint(self.folder, step, fill, keep=1)
        return True

    def restore(self, model: torch.nn.Module) -> None:
        """Put the best weights into the model, if an evaluation has found some."""
        if self._best is not None:
            load_weights(model, self._best)

    def _better(self, new: float, old: float | None) -> bool:
        if math.isnan(new):  # which no later metric could be better than
            return False
        return old is None or (new > old if self.metric.higher_is_better else new < old)
