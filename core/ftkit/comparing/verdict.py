"""What the methods claim of themselves, held against what was measured: true, false or undecided.

A claim places a method among others on one figure. It is judged on each model by itself, from the
differences between runs of the same seed: where 95% confidence (Student's t) puts their mean on the claimed
side it is true, on the other side false, and else undecided. A claim speaks of every model: one on which it
is false makes it false, and it is true only if it is on all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ftkit.comparing.figures import RunFigures
from ftkit.comparing.statistics import Summary, summary_of
from ftkit.descriptions import Claim, Metric

if TYPE_CHECKING:
    from ftkit.comparing.row import Row

TRUE, FALSE, UNDECIDED = "true", "false", "undecided"
_LESS = frozenset({"lowest", "lower"})
_AMONG_ALL = frozenset({"highest", "lowest"})


@dataclass(frozen=True)
class Contest:
    """A method beside one other on one model.

    Attributes:
        model: The model.
        other: Label of the other method.
        own_mean: What the method has on the mean.
        other_mean: What the other has.
        difference: The method's minus the other's, seed by seed; None where no seed has both.
        verdict: Whether the claim holds against this one.
    """

    model: str
    other: str
    own_mean: float | None
    other_mean: float | None
    difference: Summary | None
    verdict: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**vars(self), "difference": self.difference.as_dict() if self.difference else None}


@dataclass(frozen=True)
class Finding:
    """What came of one claim on one task.

    Attributes:
        method: Whose claim it is.
        claim: The claim.
        verdict: Over all models.
        by_model: For each model.
        contests: What was compared with what; empty where there is nothing to compare with.
    """

    method: str
    claim: Claim
    verdict: str
    by_model: Mapping[str, str]
    contests: tuple[Contest, ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "method": self.method,
            **vars(self.claim),
            "verdict": self.verdict,
            "by_model": dict(self.by_model),
            "contests": [each.as_dict() for each in self.contests],
        }


def judge(rows: Sequence[Row], metric: Metric, claims: Mapping[str, Sequence[Claim]]) -> tuple[Finding, ...]:
    """Hold every claim of every method against the rows of one task.

    Args:
        rows: Those of methods; the untuned checkpoints are left out.
        metric: The task's first one, which stands for quality.
        claims: By label of the method.
    """
    return tuple(_finding(method, claim, rows, metric) for method, each in claims.items() for claim in each)


def _finding(method: str, claim: Claim, rows: Sequence[Row], metric: Metric) -> Finding:
    contests: list[Contest] = []
    by_model: dict[str, str] = {}
    for own in (row for row in rows if row.method == method):
        here = [
            _contest(own, other, claim, metric)
            for other in rows
            if other.model == own.model and other is not own
            if claim.standing in _AMONG_ALL or other.trains_everything
        ]
        contests += here
        by_model[own.model] = all_of([each.verdict for each in here])
    return Finding(method, claim, all_of(list(by_model.values())), by_model, tuple(contests))


def all_of(verdicts: Sequence[str]) -> str:
    """True if all are, false if one is, undecided else, and where there are none."""
    if FALSE in verdicts:
        return FALSE
    return TRUE if verdicts and set(verdicts) == {TRUE} else UNDECIDED


def _contest(own: Row, other: Row, claim: Claim, metric: Metric) -> Contest:
    value = _value_of(claim.figure, metric)
    theirs = {run.seed: value(run) for run in other.runs}
    pairs = [(value(run), theirs.get(run.seed)) for run in own.runs]
    difference = summary_of([a - b if a is not None and b is not None else None for a, b in pairs])
    means = [summary_of([value(run) for run in row.runs]) for row in (own, other)]
    wants_less = claim.standing in _LESS
    if claim.figure == "quality" and not metric.higher_is_better:
        wants_less = not wants_less
    return Contest(
        model=own.model,
        other=other.method,
        own_mean=means[0].mean if means[0] else None,
        other_mean=means[1].mean if means[1] else None,
        difference=difference,
        verdict=_verdict(difference, wants_less=wants_less),
    )


def _verdict(difference: Summary | None, *, wants_less: bool) -> str:
    ends = difference.interval if difference else None
    if ends is None:  # a single seed says nothing of how others would come out
        return UNDECIDED
    low, high = (-ends[1], -ends[0]) if wants_less else ends
    if low > 0:
        return TRUE
    return FALSE if high < 0 else UNDECIDED


def _value_of(figure: str, metric: Metric) -> Callable[[RunFigures], float | None]:
    if figure == "quality":
        return lambda run: run.metrics.get(metric.name)
    return lambda run: run.costs.get(figure)
