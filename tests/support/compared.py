"""Comparisons for tests: results that were never run, and plugins that nobody of ftkit's has seen."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ftkit import Claim, Metric
from ftkit.comparing.figures import RunFigures
from ftkit.comparing.folder import FAILED, FINISHED, Outcome
from ftkit.comparing.grid import UNTUNED
from ftkit.comparing.results import Results, TaskResults
from ftkit.comparing.row import Row
from ftkit.comparing.verdict import judge
from support.wheels import PluginDistribution

ACCURACY = Metric("accuracy", "share that is right")
TOTAL = 1_000_000
CLAIMS = {
    "all": (
        Claim("needs the most memory", "memory", "highest"),
        Claim("performs best", "quality", "highest"),
    ),
    "few": (Claim("is the fastest", "step_seconds", "lowest"),),
}

HAZARD = '''"""A method that does to its process what its option says."""
import ctypes
import os
import signal
import time

from ftkit import MethodInfo, Option, hookimpl
from ftkit.testing.tiny.method import load_artifact, save_artifact  # noqa: F401


@hookimpl
def describe_method():
    return MethodInfo(options=(Option("how", "str", "abort", "what happens"),))


@hookimpl
def apply_method(model, options):
    how = options["how"]
    if how == "abort":
        os.abort()
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "segfault":
        ctypes.string_at(0)
    if how == "exit":
        os._exit(0)
    if how == "hang":
        time.sleep(3600)
    if how == "memory":
        import resource
        import torch

        limit = 4 << 30
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        torch.zeros(16 << 30)
    raise ValueError("no such hazard")
'''

BARE = '''"""A backbone that no library can wrap."""
from dataclasses import replace

from ftkit import Checkpoint, hookimpl
from ftkit.testing.tiny.backbone import T5, TinyBackbone


class Bare(TinyBackbone):
    @hookimpl
    def describe_backbone(self):
        only = {"bare-random": Checkpoint("bare-random", embedded=True)}
        names = {"default_checkpoint": "bare-random", "rehearsal_checkpoint": "bare-random"}
        return replace(T5.describe_backbone(), features=(), checkpoints=only, **names)


BARE = Bare("t5", {})
'''

THIRD_PARTY = PluginDistribution(
    "ftkit-elsewhere",
    "[ftkit.backbones]\ntiny = ftkit.testing.tiny.backbone:T5\nbare = bare:BARE\n"
    "[ftkit.methods]\nqueries = ftkit.testing.tiny.method\nhazard = hazard\n",
    {"hazard.py": HAZARD, "bare.py": BARE},
)
"""Backbones and methods that ftkit doesn't bring; one does its process in, one can't be wrapped."""


def rows(folder: Path, count: int = 40) -> Path:
    """A file of short reviews."""
    path = folder / "reviews.jsonl"
    lines = [
        {"text": f"Film {n} was {'bad' if n % 2 else 'good'}.", "label": (n + 1) % 2} for n in range(count)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def run(seed: int, accuracy: float | None, **costs: float) -> RunFigures:
    """A run with figures, or, without an accuracy, one that has failed."""
    if accuracy is None:
        return RunFigures(seed, Outcome(FAILED, "it hung: no result within 5 s", 5.0, 1))
    parts = {"weights": 0.3, "gradients": 0.2, "optimizer": 0.1, "activations": 0.4}
    memory = costs.get("memory", 1e8)
    known = {"train_seconds": 10.0, "step_seconds": 0.5, "tokens_per_second": 900.0, "memory": memory}
    known |= {f"memory_{part}": share * memory for part, share in parts.items()}
    known |= {"trainable_parameters": 1000, "total_parameters": TOTAL, "artifact_bytes": 4000.0}
    return RunFigures(
        seed=seed,
        outcome=Outcome(FINISHED, seconds=20.0, threads=1),
        metrics={"accuracy": accuracy},
        costs={**known, **costs},
        curve=((2.0, accuracy / 2), (6.0, accuracy * 0.96), (10.0, accuracy)),
        examples=[
            {"input": f"input {n}", "references": ["yes"], "prediction": f"answer {n}"} for n in range(5)
        ],
    )


def row(model: str, method: str, accuracies: Sequence[float | None], **costs: Sequence[float]) -> Row:
    """A row with a run for each accuracy; `costs` has a value for each as well."""
    runs = [
        run(seed, accuracy, **{name: values[seed] for name, values in costs.items()})
        for seed, accuracy in enumerate(accuracies)
    ]
    if method == UNTUNED:
        runs = [replace(each, costs={"total_seconds": 9.0}, curve=()) for each in runs]
    return Row(model, method, tuple(runs))


def results(rows: Sequence[Row], claims: Mapping[str, Any] = CLAIMS) -> Results:
    """Results of one task with these rows."""
    best = max(
        (each for each in rows if each.metric("accuracy")), key=lambda each: each.metric("accuracy").mean
    )
    task = TaskResults(
        label="sorting",
        metrics=(ACCURACY,),
        rows=tuple(rows),
        best=best,
        target=0.95 * best.metric("accuracy").mean,
        findings=judge([each for each in rows if each.tuned], ACCURACY, claims),
        data={"training_rows": 1800, "validation_rows": 200, "fingerprint": "abc", "sources": []},
        own_data=False,
    )
    choices = {axis: [{"name": "x", "label": axis}] for axis in ("model", "method", "task")}
    recipe = {**choices, "seeds": [0, 1, 2], "budget_seconds": None, "training": {}}
    made_with = {"versions": {"torch": "2"}, "plugins": {}}
    machine = {"system": "s", "processor": "p", "cores": 2, "memory_bytes": 8e9, "python": "3"}
    return Results((task,), recipe, made_with, machine)


def usual_rows() -> list[Row]:
    """Two models with two methods each, three seeds; one cell has failed."""
    everything = {"trainable_parameters": [TOTAL] * 3}
    return [
        row("red", "untuned", [0.5]),
        row(
            "red",
            "all",
            [0.90, 0.92, 0.91],
            memory=[3e8, 3.1e8, 3.2e8],
            step_seconds=[0.9, 1, 1.1],
            **everything,
        ),
        row("red", "few", [0.80, 0.82, 0.81], memory=[1e8, 1.1e8, 1.2e8], step_seconds=[0.5, 0.6, 0.7]),
        row("blue", "untuned", [0.4]),
        row(
            "blue",
            "all",
            [0.70, 0.90, 0.80],
            memory=[3e8, 3.1e8, 3.2e8],
            step_seconds=[0.9, 1, 1.1],
            **everything,
        ),
        row("blue", "few", [0.82, None, 0.79], memory=[1e8, 0, 1.2e8], step_seconds=[0.5, 0, 0.7]),
    ]
