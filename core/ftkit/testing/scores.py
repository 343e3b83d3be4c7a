"""Properties of a task: answers become figures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ftkit.descriptions import Metric
from ftkit.testing.properties import conforms
from ftkit.testing.task_subject import TaskSubject
from ftkit.testing.violations import demand

_ROUNDING = 1e-6
_NEAR = 0.05  # share of a metric's range within which the best answers may end: METEOR's best is not quite 1


def _rotated(answers: Sequence[Any]) -> list[Any]:
    return [*answers[1:], *answers[:1]]


def _trials(subject: TaskSubject) -> dict[str, list[Any]]:
    """Answers of every quality."""
    right, wrong = list(subject.answers), _rotated(subject.answers)
    kinds = [right, right, wrong, [None] * len(right)]
    return {
        "the references themselves": right,
        "no answers": [None] * len(right),
        "answers of other rows": wrong,
        "answers of every kind": [kinds[index % len(kinds)][index] for index in range(len(right))],
    }


@conforms("score")
def score_gives_every_declared_metric(subject: TaskSubject) -> None:
    """And no other, each a number."""
    names = {metric.name for metric in subject.info.metrics}
    for what, answers in _trials(subject).items():
        found = subject.score(answers)
        demand(isinstance(found, Mapping), f"score gives a {type(found).__name__}", "give a mapping")
        demand(set(found) == names, f"score gives {sorted(found)}, declared are {sorted(names)}")
        odd = [
            name
            for name, value in found.items()
            if not isinstance(value, (int, float)) or not math.isfinite(value)
        ]
        demand(not odd, f"{odd} of {what} is not a finite number")


@conforms("score")
def scores_stay_within_their_bounds(subject: TaskSubject) -> None:
    """Of answers of every quality, also one row at a time."""
    for what, answers in _trials(subject).items():
        _demand_bounds(subject, subject.score(answers), what)
        for answer, references in zip(answers, subject.references, strict=True):
            _demand_bounds(subject, subject.score([answer], [references]), f"one row of {what}")


def _demand_bounds(subject: TaskSubject, found: Mapping[str, float], what: str) -> None:
    for metric in subject.info.metrics:
        value = found[metric.name]
        top = math.inf if metric.maximum is None else metric.maximum
        slack = _ROUNDING * max(1.0, abs(value))
        inside = metric.minimum - slack <= value <= top + slack
        demand(inside, f"{metric.name} of {what} is {value}, outside {metric.minimum:g} to {top:g}")


@conforms("score")
def the_references_score_best(subject: TaskSubject) -> None:
    """Better than no answers, no worse than any, and at the good end of the range where it has one."""
    best, *others = (subject.score(answers) for answers in _trials(subject).values())
    for metric in subject.info.metrics:
        sign = 1 if metric.higher_is_better else -1
        value, rest = sign * best[metric.name], [sign * other[metric.name] for other in others]
        slack = _ROUNDING * max(1.0, abs(value))
        demand(value >= max(rest) - slack, f"{metric.name} of the references is not the best there is")
        demand(value > rest[0], f"{metric.name} of the references is no better than that of no answers")
        end = metric.maximum if metric.higher_is_better else metric.minimum
        span = 1.0 if metric.maximum is None else metric.maximum - metric.minimum
        near = end is None or abs(best[metric.name] - end) <= _NEAR * span
        demand(near, f"{metric.name} of the references is {best[metric.name]}, and its best is {end}")


@conforms("score")
def the_order_of_rows_changes_no_score(subject: TaskSubject) -> None:
    """A row is a row wherever it stands."""
    answers = _trials(subject)["answers of every kind"]
    forwards = subject.score(answers)
    backwards = subject.score(answers[::-1], subject.references[::-1])
    _demand_equal(subject.info.metrics, backwards, forwards, "rows in another order")


@conforms(
    "score",
    when=lambda subject: any(len(example.references) > 1 for example in subject.examples),
    otherwise="no row has several references",
)
def every_reference_counts(subject: TaskSubject) -> None:
    """The last one as much as the first, whatever stands beside it."""
    wrong = _rotated(subject.answers)
    both = [[other, *right] for other, right in zip(wrong, subject.references, strict=True)]
    found, alone = subject.score(subject.answers, both), subject.score(subject.answers)
    _demand_equal(subject.info.metrics, found, alone, "a wrong reference in front of the right ones")


def _has_means(subject: TaskSubject) -> bool:
    return any(metric.mean_of_rows for metric in subject.info.metrics)


@conforms("score", when=_has_means, otherwise="no metric is declared as a mean of rows")
def means_of_rows_are_means(subject: TaskSubject) -> None:
    """As `mean_of_rows` says; intervals are computed so."""
    answers = _trials(subject)["answers of every kind"]
    means = [metric for metric in subject.info.metrics if metric.mean_of_rows]
    pairs = list(zip(answers, subject.references, strict=True))
    rows = [subject.score([answer], [references]) for answer, references in pairs]
    mean = {metric.name: sum(row[metric.name] for row in rows) / len(rows) for metric in means}
    _demand_equal(means, subject.score(answers), mean, "scoring all rows instead of each")


@conforms(
    "score_row",
    when=lambda subject: subject.implements("score_row"),
    otherwise="score is all it has for a row",
)
def scores_of_a_row_stay_within_their_bounds(subject: TaskSubject) -> None:
    """For every declared metric."""
    for answers in _trials(subject).values():
        for answer, references in zip(answers, subject.references, strict=True):
            given = {"prediction": answer, "references": references, "options": subject.options()}
            found = subject.hook.score_row(**given)
            names = {metric.name for metric in subject.info.metrics}
            demand(set(found) == names, f"score_row gives {sorted(found)}, declared are {sorted(names)}")
            _demand_bounds(subject, found, "one row")


@conforms(
    "weighted_score",
    when=lambda subject: subject.implements("weighted_score"),
    otherwise="score is all it has for resampled rows",
)
def weights_are_repeated_rows(subject: TaskSubject) -> None:
    """A row of weight 2 counts as two rows, one of weight 0 as none."""
    import numpy as np  # noqa: PLC0415 - only this property needs it

    answers = _trials(subject)["answers of every kind"]
    weigh = subject.hook.weighted_score(
        predictions=answers, references=subject.references, options=subject.options()
    )
    weights = np.random.default_rng(0).integers(0, 4, size=len(answers))
    chosen = [int(index) for index in np.repeat(np.arange(len(answers)), weights)]
    repeated = subject.score([answers[i] for i in chosen], [subject.references[i] for i in chosen])
    metrics = [metric for metric in subject.info.metrics if not metric.mean_of_rows]
    _demand_equal(metrics, weigh(weights), repeated, "weights in the place of repeated rows")


@conforms(
    "score_signatures",
    when=lambda subject: subject.implements("score_signatures"),
    otherwise="it gives no signatures",
)
def signatures_are_lines_about_declared_metrics(subject: TaskSubject) -> None:
    """One line each."""
    given = {"references": subject.references, "options": subject.options()}
    found = subject.hook.score_signatures(**given)
    names = {metric.name for metric in subject.info.metrics}
    demand(set(found) <= names, f"signatures of {sorted(set(found) - names)}, which is not a declared metric")
    lines = all(isinstance(line, str) and line.strip() and "\n" not in line for line in found.values())
    demand(lines, "a signature is not a line of text")


def _demand_equal(
    metrics: Sequence[Metric], found: Mapping[str, float], expected: Mapping[str, float], what: str
) -> None:
    for metric in metrics:
        one, other = found[metric.name], expected[metric.name]
        same = math.isclose(one, other, rel_tol=_ROUNDING, abs_tol=_ROUNDING)
        demand(same, f"{what} changes {metric.name} from {other} to {one}")
