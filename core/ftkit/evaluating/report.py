"""The figures of an evaluation with all that they depend on, and the folder that keeps them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ftkit.answering.predictor import Predictor
from ftkit.descriptions import Metric
from ftkit.errors import RunError
from ftkit.evaluating.evaluation import Evaluation, evaluate_examples, scored_rows
from ftkit.evaluating.rows import REJECTED, EvaluationRows
from ftkit.evaluating.scoring import intervals, signatures
from ftkit.files import empty_folder, folder_made_for, next_free_folder, write_whole
from ftkit.json_text import as_json, as_json_lines
from ftkit.memory import peak_memory
from ftkit.threads import fitting_threads

RESULT, PREDICTIONS = "result.json", "predictions.jsonl"


@dataclass(frozen=True)
class Report:
    """What came of an evaluation.

    Attributes:
        folder: Where it is kept.
        result: What `result.json` holds; times in seconds, sizes in bytes.
        rows: What `predictions.jsonl` holds: for each example its place, input, references, prediction,
            parsed answer and metrics.
        decisive: The task's first metric.
    """

    folder: Path
    result: Mapping[str, Any]
    rows: Sequence[Mapping[str, Any]]
    decisive: Metric

    def worst(self, count: int) -> list[Mapping[str, Any]]:
        """The rows with the worst values of the decisive metric: the worst first, ties by confidence.

        Rows whose metrics the task can't give are left out.
        """
        name, sign = self.decisive.name, 1 if self.decisive.higher_is_better else -1
        scored = [row for row in self.rows if row["metrics"] is not None]
        return sorted(scored, key=lambda row: (sign * row["metrics"][name], -row["score"]))[:count]


def make_report(
    subject: Predictor,
    rows: EvaluationRows,
    generation: Mapping[str, Any],
    *,
    seed: int,
    resamples: int,
    output: str | None,
    beside: Path,
    quiet: bool,
) -> Report:
    """Evaluate, and keep what came of it.

    Args:
        subject: What is evaluated.
        rows: On which rows.
        generation: A value for every option of generation.
        seed: Of what is drawn when sampling, and of the intervals.
        resamples: How many resamples give the 95% intervals; 0: none are made.
        output: The folder to write; None: a new one in `beside`.
        beside: Where that is.
        quiet: Show no progress.

    Raises:
        RunError: The folder holds something, or can't be made or written.
    """
    _demand_free(output)
    result, scored = _evaluated(subject, rows, {**generation, "seed": seed}, resamples, quiet=quiet)
    folder = _folder(output, beside, subject.setup.name)
    told = {**result, "output": str(folder)}
    files = {PREDICTIONS: as_json_lines(scored)}
    if rows.rejected:
        files[REJECTED] = rows.rejected_lines
    _write(folder, {**files, RESULT: as_json(told, indent=2) + "\n"})  # last: it says that all is there
    return Report(folder, told, scored, subject.task.metrics[0])


def _evaluated(
    subject: Predictor, rows: EvaluationRows, settings: Mapping[str, Any], resamples: int, *, quiet: bool
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What the two files of an evaluation hold: the result, and each row with its scores."""
    began = time.perf_counter()
    with fitting_threads(tiny=subject.setup.tiny):
        evaluation = evaluate_examples(subject.loaded, rows.examples, settings, quiet=quiet)
    seconds = time.perf_counter() - began
    result = {
        **_figures(subject, evaluation, resamples, settings["seed"]),
        "rejected": rows.rejected,
        "seconds": round(seconds, 3),
        "examples_per_second": round(len(evaluation.examples) / seconds, 2),
        "peak_memory_bytes": peak_memory(),
        "data": {
            "sources": list(rows.sources),
            "fingerprint": rows.fingerprint,
            "changed_since_run": rows.changed,
        },
        "rehearsal": rows.rehearsal,
        "seed": settings["seed"],
        **subject.setup.made_with,
    }
    scored = enumerate(scored_rows(evaluation, subject.formatter))
    return result, [{"place": rows.place(index), **row} for index, row in scored]


def _demand_free(output: str | None) -> None:
    """Refuse a folder that holds something before any row is answered."""
    if output is not None and Path(output).exists():
        _folder(output, Path(), "")


def _folder(output: str | None, beside: Path, name: str) -> Path:
    with folder_made_for("evaluation", Path(output or beside)):
        return empty_folder(Path(output)) if output else next_free_folder(beside, name)


def _write(folder: Path, files: Mapping[str, str]) -> None:
    try:
        for name, text in files.items():
            write_whole(folder / name, text)
    except OSError as error:
        raise RunError(f"{folder}: the evaluation can't be written: {error.strerror or error}") from error


def _figures(subject: Predictor, evaluation: Evaluation, resamples: int, seed: int) -> dict[str, Any]:
    recipe, formatter = subject.setup.recipe, subject.formatter
    ends = {}
    if resamples:
        ends = intervals(
            formatter,
            subject.task,
            evaluation.answers,
            evaluation.references,
            resamples=resamples,
            seed=seed,
        )
    return {
        "model": recipe.model,
        "checkpoint": subject.setup.checkpoint,
        "method": recipe.method,
        "task": recipe.task,
        "metrics": dict(evaluation.metrics),
        "intervals": {name: list(pair) for name, pair in ends.items()},
        "signatures": signatures(formatter, evaluation.references),
        "examples": len(evaluation.examples),
        "unparseable": evaluation.unparseable,
        "truncated": evaluation.truncated,
        "generation": dict(evaluation.generation),
    }
