"""What all cells come to: rows of seeds, the target, the verdict."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import psutil

from ftkit.comparing.figures import RunFigures, read_run, seconds_to
from ftkit.comparing.folder import ComparisonFolder
from ftkit.comparing.resolving import ComparisonSetup
from ftkit.comparing.row import Row
from ftkit.comparing.verdict import Finding, judge
from ftkit.descriptions import Metric

TARGET_SHARE = 0.95
"""Who reaches this share of the best cell's metric has got there."""


@dataclass(frozen=True)
class TaskResults:
    """All rows of one task.

    Attributes:
        label: The task.
        metrics: Its metrics; the first one decides.
        rows: Model by model, the untuned checkpoint first.
        best: The row with the best mean of the first metric; None where nothing has finished.
        target: The value that the time to target is about.
        findings: What came of the methods' claims.
        data: What the rows of data were.
        own_data: Whether they are somebody's own, and not the task's bundled sample.
    """

    label: str
    metrics: tuple[Metric, ...]
    rows: tuple[Row, ...]
    best: Row | None
    target: float | None
    findings: tuple[Finding, ...]
    data: Mapping[str, Any]
    own_data: bool

    @property
    def decisive(self) -> Metric:
        """The metric that decides."""
        return self.metrics[0]


@dataclass(frozen=True)
class Results:
    """Everything that a comparison found.

    Attributes:
        tasks: Task by task.
        recipe: What was compared, as a recipe has it.
        made_with: Versions and plugins.
        machine: Where it ran.
    """

    tasks: tuple[TaskResults, ...]
    recipe: Mapping[str, Any]
    made_with: Mapping[str, Any]
    machine: Mapping[str, Any]

    @property
    def seeds(self) -> list[int]:
        """The seeds of every cell."""
        return list(self.recipe["seeds"])

    def as_dict(self) -> dict[str, Any]:
        """For `results.json`: sizes in bytes, times in seconds."""
        tasks = [
            {
                "task": task.label,
                "metrics": [asdict(metric) for metric in task.metrics],
                "best": [task.best.model, task.best.method] if task.best else None,
                "target": task.target,
                "rows": [row.as_dict(task.metrics) for row in task.rows],
                "verdict": [finding.as_dict() for finding in task.findings],
                "data": dict(task.data),
            }
            for task in self.tasks
        ]
        return {"recipe": self.recipe, "tasks": tasks, **self.made_with, "machine": dict(self.machine)}


def collect(setup: ComparisonSetup, folder: ComparisonFolder) -> Results:
    """Read what every cell has left.

    Raises:
        RunError: A finished cell's files are damaged.
    """
    made_with = {name: setup.made_with[name] for name in ("versions", "plugins")}
    return Results(
        tasks=tuple(_task_results(setup, folder, task.label) for task in setup.recipe.tasks),
        recipe=setup.recipe.as_dict(),
        made_with=made_with,
        machine=_machine(),
    )


def _task_results(setup: ComparisonSetup, folder: ComparisonFolder, label: str) -> TaskResults:
    metrics = setup.tasks[label].metrics
    runs: dict[tuple[str, str], list[RunFigures]] = {}
    for cell in setup.cells:
        task, model, method = cell.row
        if task == label:
            runs.setdefault((model, method), []).append(read_run(folder, cell, metrics[0]))
    rows = _from_untuned([Row(*names, tuple(of_row)) for names, of_row in runs.items()], metrics[0])
    best = _best(rows, metrics[0])
    target = _target(best, metrics[0])
    if target is not None:
        rows = tuple(_timed(row, target, metrics[0]) for row in rows)
    return TaskResults(
        label=label,
        metrics=metrics,
        rows=rows,
        best=best,
        target=target,
        findings=judge([row for row in rows if row.tuned], metrics[0], setup.claims),
        data=setup.made_with["data"].get(label, {}),
        own_data=any("data" in task.where for task in setup.recipe.tasks if task.label == label),
    )


def _from_untuned(rows: Sequence[Row], metric: Metric) -> tuple[Row, ...]:
    """The rows with curves that begin where nothing was trained yet."""
    starts = {row.model: known.mean for row in rows if not row.tuned and (known := row.metric(metric.name))}
    return tuple(
        replace(
            row,
            runs=tuple(
                replace(run, curve=((0.0, starts[row.model]), *run.curve))
                if run.curve and row.model in starts
                else run
                for run in row.runs
            ),
        )
        for row in rows
    )


def _best(rows: Sequence[Row], metric: Metric) -> Row | None:
    sign = 1 if metric.higher_is_better else -1
    known = [(each.mean, row) for row in rows if (each := row.metric(metric.name))]
    return max(known, key=lambda pair: sign * pair[0])[1] if known else None


def _target(best: Row | None, metric: Metric) -> float | None:
    """`TARGET_SHARE` of the best mean, counted from the metric's smallest value, from either side."""
    reached = best.metric(metric.name) if best else None
    if reached is None:
        return None
    share = TARGET_SHARE if metric.higher_is_better else 1 / TARGET_SHARE
    return metric.minimum + share * (reached.mean - metric.minimum)


def _timed(row: Row, target: float, metric: Metric) -> Row:
    """The row with the time to target of each run that got there."""
    times = [seconds_to(target, run.curve, metric) for run in row.runs]
    runs = [
        run if seconds is None else replace(run, costs={**run.costs, "seconds_to_target": seconds})
        for run, seconds in zip(row.runs, times, strict=True)
    ]
    return replace(row, runs=tuple(runs))


def _machine() -> dict[str, Any]:
    return {
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "memory_bytes": psutil.virtual_memory().total,
        "python": platform.python_version(),
    }
