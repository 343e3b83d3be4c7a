"""What the folder of a run says of its quality and its costs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ftkit.comparing.folder import FINISHED, ComparisonFolder, Outcome
from ftkit.comparing.grid import Cell
from ftkit.descriptions import Metric
from ftkit.errors import RunError
from ftkit.runs.folder import RunFolder

COSTS = MappingProxyType(
    {
        "trainable_parameters": "trained parameters",
        "total_parameters": "parameters in all",
        "artifact_bytes": "size of the artifact",
        "steps": "optimizer steps",
        "train_seconds": "seconds of training, evaluations left out",
        "total_seconds": "seconds of the whole process, from start to end",
        "step_seconds": "seconds of an optimizer step",
        "tokens_per_second": "source and target tokens a second, without padding",
        "seconds_to_target": "seconds of training until the target was first reached",
        "memory": "peak memory of the training, without what the process held before the weights",
        "memory_average": "average of the same",
        "memory_weights": "of the peak: weights",
        "memory_gradients": "of the peak: gradients",
        "memory_optimizer": "of the peak: the optimizer's tensors",
        "memory_activations": "of the peak: the rest, activations and temporary results",
        "process_peak": "peak of the whole process, libraries and evaluation included",
    }
)
"""Every cost that is reported, in bytes and seconds."""

MEMORY_PARTS = ("weights", "gradients", "optimizer", "activations")
"""What the memory of a training is for."""

EXAMPLES = 5

Point = tuple[float, float]
"""Seconds of training, and the task's first metric then."""


@dataclass(frozen=True)
class RunFigures:
    """One run of a comparison.

    Attributes:
        seed: Its seed.
        outcome: How it ended; None: it has not.
        metrics: The task's metrics; empty where it has not finished.
        costs: A value for each of `COSTS` that is known.
        curve: The task's first metric over the training, from the untuned checkpoint on where that is known.
        examples: A few of its predictions: rows of `predictions.jsonl`.
        facts: What else is worth knowing: device, versions, the data's fingerprint.
    """

    seed: int
    outcome: Outcome | None
    metrics: Mapping[str, float] = field(default_factory=dict)
    costs: Mapping[str, float] = field(default_factory=dict)
    curve: Sequence[Point] = ()
    examples: Sequence[Mapping[str, Any]] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def finished(self) -> bool:
        """Whether it has figures."""
        return bool(self.metrics)


def read_run(folder: ComparisonFolder, cell: Cell, metric: Metric) -> RunFigures:
    """The figures of a cell as they lie in its folder.

    Raises:
        RunError: It has finished, and its files are damaged.
    """
    outcome, run = folder.outcome(cell), folder.run_folder(cell)
    if outcome is None or outcome.status != FINISHED:
        return RunFigures(cell.seed, outcome)
    try:
        result = json.loads(run.result.read_text(encoding="utf-8"))
        return RunFigures(
            seed=cell.seed,
            outcome=outcome,
            metrics=result["metrics"],
            costs=_costs(result, outcome),
            curve=_curve(run, result, metric) if cell.method else (),
            examples=_examples(run.path / "predictions.jsonl"),
            facts={"device": result["generation"]["device"], "checkpoint": result["checkpoint"]},
        )
    except (OSError, ValueError, KeyError) as error:
        raise RunError(f"{run.path}: the result of this cell can't be read: {error!r}") from error


def seconds_to(target: float, curve: Sequence[Point], metric: Metric) -> float | None:
    """When a curve first reaches a value; None where it never does."""
    sign = 1 if metric.higher_is_better else -1
    return next((seconds for seconds, value in curve if sign * value >= sign * target), None)


def _costs(result: Mapping[str, Any], outcome: Outcome) -> dict[str, float]:
    costs = {"total_seconds": outcome.seconds, "process_peak": result["peak_memory_bytes"]}
    if "train_seconds" not in result:  # nothing was trained
        return costs
    costs |= {name: result[name] for name in COSTS if name in result}
    memory = result["memory"]
    costs |= {"step_seconds": result["train_seconds"] / max(result["steps"], 1)}
    costs |= {"memory": memory["peak"], "memory_average": memory["average"]}
    return costs | {f"memory_{part}": memory[part] for part in MEMORY_PARTS}


def _curve(run: RunFolder, result: Mapping[str, Any], metric: Metric) -> tuple[Point, ...]:
    points = [
        (row["seconds"], row["evaluation"][metric.name]) for row in run.read_metrics() if "evaluation" in row
    ]
    return tuple(points or [(result["train_seconds"], result["metrics"][metric.name])])


def _examples(predictions: Path) -> tuple[Mapping[str, Any], ...]:
    """Predictions at even distances, the same for every run on the same rows."""
    with predictions.open(encoding="utf-8") as stream:
        count = sum(1 for _ in stream)
    wanted = {count * number // EXAMPLES for number in range(EXAMPLES)}
    with predictions.open(encoding="utf-8") as stream:
        return tuple(json.loads(line) for number, line in enumerate(stream) if number in wanted)
