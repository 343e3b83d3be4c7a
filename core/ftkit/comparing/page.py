"""What the report says, as words and numbers for its template."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ftkit.comparing import charts
from ftkit.comparing.canvas import key_mark, looks_of, models_of
from ftkit.comparing.figures import COSTS, MEMORY_PARTS
from ftkit.comparing.results import Results, TaskResults
from ftkit.comparing.row import Row
from ftkit.comparing.statistics import Summary
from ftkit.comparing.verdict import Contest, Finding, all_of
from ftkit.comparing.wording import NOTHING, told_cost, told_metric, told_with_spread
from ftkit.descriptions import CLAIM_FIGURES

Tell = Callable[[float | None], str]
"""What says the values of one figure."""

COLUMNS = {
    "seconds_to_target": "to target",
    "train_seconds": "training",
    "step_seconds": "step",
    "tokens_per_second": "tokens/s",
    "memory": "peak memory",
    "memory_average": "average memory",
    "trainable_parameters": "trained parameters",
    "total_parameters": "all parameters",
    "artifact_bytes": "artifact",
    "total_seconds": "whole process",
}
"""Costs that have a column in the table, with its heading."""


@dataclass(frozen=True)
class Cell:
    """A cell of a table.

    Attributes:
        text: What it shows.
        value: What it is sorted by; None comes last.
        best: Whether no other row has a better one.
    """

    text: str
    value: float | None = None
    best: bool = False


def page_of(results: Results) -> dict[str, Any]:
    """Everything that the template shows."""
    return {
        "tasks": [_task(task) for task in results.tasks],
        "summary": summary_of_claims(results),
        "seeds": results.seeds,
        "recipe": results.recipe,
        "versions": results.made_with["versions"],
        "plugins": results.made_with["plugins"],
        "machine": results.machine,
        "budget": results.recipe["budget_seconds"],
        "columns": {heading: COSTS[name] for name, heading in COLUMNS.items()},
        "memory_total": told_cost("memory", results.machine["memory_bytes"]),
    }


def cost_text(row: Row, name: str) -> str:
    """The mean of a cost over the seeds, and where only some have it, how many."""
    known = row.cost(name)
    if known is None:
        return NOTHING
    text, count = told_cost(name, known.mean), len(known.values)
    return text if count == sum(run.finished for run in row.runs) else f"{text} ({count} of {len(row.runs)})"


def summary_of_claims(results: Results) -> list[dict[str, Any]]:
    """Each method's claims in words, with a verdict for each half, on each task and over all."""
    methods = dict.fromkeys(finding.method for task in results.tasks for finding in task.findings)
    return [_claims_of(method, results) for method in methods]


def _claims_of(method: str, results: Results) -> dict[str, Any]:
    found = [[each for each in task.findings if each.method == method] for task in results.tasks]
    halves = [
        {
            "text": of_claim[0].claim.text,
            "verdict": all_of([each.verdict for each in of_claim]),
            "by_task": {task.label: each.verdict for task, each in zip(results.tasks, of_claim, strict=True)},
        }
        for of_claim in zip(*found, strict=True)
    ]
    text = " and ".join(half["text"] for half in halves)
    return {
        "method": method,
        "text": text,
        "verdict": all_of([half["verdict"] for half in halves]),
        "halves": halves,
    }


def _task(task: TaskResults) -> dict[str, Any]:
    looks = looks_of(task.rows)
    return {
        "label": task.label,
        "metric": task.decisive,
        "best": task.best,
        "target": None if task.target is None else told_metric(task.target),
        "headings": [metric.name for metric in task.metrics],
        "rows": [{"row": row, "cells": list(_cells(task, row)), "errors": row.errors} for row in task.rows],
        "findings": [_finding(each, task) for each in task.findings],
        "by_time": charts.quality_against(task, "train_seconds", "seconds of training"),
        "by_memory": charts.quality_against(task, "memory", "peak memory"),
        "curves": {
            model: curve for model in models_of(task.rows) if (curve := charts.learning_curves(task, model))
        },
        "forest": charts.forest(task),
        "memory": charts.memory_bars(task),
        "memory_parts": MEMORY_PARTS,
        "method_key": [(method, looks.colour(method)) for method in looks.methods],
        "model_key": [(model, key_mark(looks.shape(model))) for model in looks.models],
        "examples": _examples(task),
        "data": task.data,
        "source": _source(task),
    }


def _source(task: TaskResults) -> str:
    """What was read; where a bundled sample lies is nobody's concern."""
    names = ", ".join(each["name"] for each in task.data.get("sources", ()))
    return names if task.own_data else "the task's bundled sample"


def _cells(task: TaskResults, row: Row) -> Iterator[Cell]:
    for metric in task.metrics:
        sign = 1 if metric.higher_is_better else -1
        summary, others = row.metric(metric.name), [each.metric(metric.name) for each in task.rows]
        yield _cell(summary, told_with_spread(summary), sign, others)
    for name in COLUMNS:
        sign = {"tokens_per_second": 1, "total_parameters": 0}.get(name, -1)
        others = [each.cost(name) for each in task.rows if each.tuned]
        yield _cell(row.cost(name), cost_text(row, name), sign, others)


def _cell(summary: Summary | None, text: str, sign: int, others: Sequence[Summary | None]) -> Cell:
    if summary is None:
        return Cell(text)
    best = max(sign * each.mean for each in others if each) if others and any(others) else None
    return Cell(text, summary.mean, bool(sign) and best == sign * summary.mean)


def _finding(finding: Finding, task: TaskResults) -> dict[str, Any]:
    figure = finding.claim.figure
    of_quality = figure == "quality"
    tell = told_metric if of_quality else partial(told_cost, figure)
    return {
        "method": finding.method,
        "text": finding.claim.text,
        "verdict": finding.verdict,
        "about": task.decisive.name if of_quality else CLAIM_FIGURES[figure],
        "contests": [_contest(each, tell) for each in finding.contests],
    }


def _contest(contest: Contest, tell: Tell) -> dict[str, str]:
    ends = contest.difference.interval if contest.difference else None
    between = NOTHING if ends is None else f"{_signed(tell, ends[0])} to {_signed(tell, ends[1])}"
    return {
        "model": contest.model,
        "other": contest.other,
        "own_mean": tell(contest.own_mean),
        "other_mean": tell(contest.other_mean),
        "difference": _signed(tell, contest.difference.mean) if contest.difference else NOTHING,
        "interval": between,
        "verdict": contest.verdict,
    }


def _signed(tell: Tell, value: float) -> str:
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{tell(abs(value))}"


def _examples(task: TaskResults) -> dict[str, Any]:
    """Inputs and references, and what the first run of each row made of them."""
    shown = [(row, next((run.examples for run in row.runs if run.finished), ())) for row in task.rows]
    first: Sequence[Mapping[str, Any]] = next((examples for _, examples in shown if examples), ())
    return {
        "inputs": [(each["input"], each["references"]) for each in first],
        "rows": [(row, [each["prediction"] for each in examples]) for row, examples in shown if examples],
    }
