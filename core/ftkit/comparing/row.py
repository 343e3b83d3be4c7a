"""A model with a method on a task, over all its seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ftkit.comparing.figures import COSTS, RunFigures
from ftkit.comparing.grid import UNTUNED
from ftkit.comparing.statistics import Summary, summary_of
from ftkit.descriptions import Metric


@dataclass(frozen=True)
class Row:
    """A model with a method on a task: one line of the table.

    Attributes:
        model: Label of the model.
        method: Label of the method, or `untuned`.
        runs: One for each seed.
    """

    model: str
    method: str
    runs: tuple[RunFigures, ...]

    @property
    def tuned(self) -> bool:
        """Whether something was trained, or was to be."""
        return self.method != UNTUNED

    @property
    def errors(self) -> list[str]:
        """Why runs have not finished, each reason once."""
        found = (run.outcome.error if run.outcome else "it has not run yet" for run in self.runs)
        return list(dict.fromkeys(filter(None, found)))

    def metric(self, name: str) -> Summary | None:
        """A metric over the seeds that have finished."""
        return summary_of([run.metrics.get(name) for run in self.runs])

    def cost(self, name: str) -> Summary | None:
        """One of `COSTS`, likewise."""
        return summary_of([run.costs.get(name) for run in self.runs])

    @property
    def trains_everything(self) -> bool:
        """Whether every weight is trained."""
        trained, total = self.cost("trainable_parameters"), self.cost("total_parameters")
        return trained is not None and total is not None and trained.mean == total.mean

    def as_dict(self, metrics: Sequence[Metric]) -> dict[str, Any]:
        """For JSON."""
        known = {each.name: self.metric(each.name) for each in metrics}
        costs = {name: self.cost(name) for name in COSTS}
        return {
            "model": self.model,
            "method": self.method,
            "metrics": {name: each.as_dict() for name, each in known.items() if each},
            "costs": {name: each.as_dict() for name, each in costs.items() if each},
            "errors": self.errors,
            "runs": [_run_as_dict(run) for run in self.runs],
        }


def _run_as_dict(run: RunFigures) -> dict[str, Any]:
    return {
        "seed": run.seed,
        "status": run.outcome.status if run.outcome else "pending",
        "error": run.outcome.error if run.outcome else "",
        "threads": run.outcome.threads if run.outcome else None,
        "metrics": dict(run.metrics),
        "costs": dict(run.costs),
        "curve": [list(point) for point in run.curve],
        **run.facts,
    }
