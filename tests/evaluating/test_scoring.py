"""Scores row by row and bootstrap intervals, against closed forms, for tasks of every shape."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftkit import Column, Metric, TaskInfo, hookimpl
from ftkit.data.examples import Formatter
from ftkit.evaluating.scoring import intervals, resampled_scores, row_scores, signatures
from ftkit.registry.registration import create_manager


class Points:
    """A task whose predictions are their own scores, and whose metric is their mean."""

    @hookimpl
    def score(self, predictions: Sequence[float]) -> dict[str, float]:
        return {"points": sum(predictions) / len(predictions)}


class WeightedPoints:
    """The same where resamples cost a sum each, and `score` is never called for them."""

    @hookimpl
    def score(self) -> dict[str, float]:
        raise AssertionError("resamples are scored by weights")

    @hookimpl
    def weighted_score(self, predictions: Sequence[float]) -> Any:
        return lambda weights: {"points": weights @ np.array(predictions) / weights.sum()}


class RowPoints(Points):
    """A task that looks at single rows in another way."""

    @hookimpl
    def score_row(self, prediction: float) -> dict[str, float]:
        return {"points": -prediction}


def formatter(task: object) -> Formatter:
    return Formatter(create_manager({"task": task}), {})


def described(*, mean_of_rows: bool) -> TaskInfo:
    return TaskInfo((Column("a", "b"),), (Metric("points", "mean", mean_of_rows=mean_of_rows),), 8)


MEAN, CORPUS = described(mean_of_rows=True), described(mean_of_rows=False)
WAYS = [(Points(), MEAN), (WeightedPoints(), CORPUS), (Points(), CORPUS)]
WAY_NAMES = ["mean of rows", "weights", "repeated rows"]
SCORES = st.lists(st.floats(0, 100), min_size=1, max_size=30)


def interval(
    points: Sequence[float], task: object = WAYS[0][0], info: TaskInfo = MEAN, **options: Any
) -> Any:
    return intervals(formatter(task), info, points, [[0]] * len(points), **options)["points"]


def binomial_quantile(n: int, p: float, share: float) -> int:
    """The smallest count whose cumulated probability reaches a share."""
    reached = 0.0
    for count in range(n + 1):
        reached += math.comb(n, count) * p**count * (1 - p) ** (n - count)
        if reached >= share:
            return count
    raise AssertionError("the probabilities of all counts add up to one")


@pytest.mark.parametrize(("task", "info"), WAYS, ids=WAY_NAMES)
@pytest.mark.parametrize(("n", "right"), [(50, 35), (40, 4), (200, 150)])
@pytest.mark.parametrize("confidence", [0.95, 0.8])
def test_the_interval_of_an_accuracy_has_the_quantiles_of_the_binomial_distribution(
    task: object, info: TaskInfo, n: int, right: int, confidence: float
) -> None:
    """The right answers in a resample of n rows are binomial, with the accuracy for a probability."""
    points = [1.0] * right + [0.0] * (n - right)
    ends = interval(points, task, info, resamples=4_000, confidence=confidence)
    exact = [binomial_quantile(n, right / n, (1 + sign * confidence) / 2) for sign in (-1, 1)]
    # Where a quantile lies near a step of the distribution, chance may take the next count.
    assert [end * n for end in ends] == pytest.approx(exact, abs=1)
    assert sum(end * n == pytest.approx(count) for end, count in zip(ends, exact, strict=True)) >= 1


def test_the_interval_of_a_mean_of_many_rows_is_that_of_the_normal_distribution() -> None:
    points = np.random.default_rng(3).gamma(2.0, 10.0, size=5_000)
    low, high = interval(points.tolist(), resamples=4_000)
    error = 1.959964 * points.std() / math.sqrt(len(points))
    assert points.mean() - low == pytest.approx(error, rel=0.05)
    assert high - points.mean() == pytest.approx(error, rel=0.05)


def test_nineteen_in_twenty_intervals_hold_the_true_value() -> None:
    """300 samples of 60 answers with a true accuracy of 0.7; the bounds are 3.5 standard errors wide."""
    samples = (np.random.default_rng(11).random((300, 60)) < 0.7).astype(float)
    held = [low <= 0.7 <= high for low, high in (interval(each.tolist(), resamples=200) for each in samples)]
    assert 0.95 - 0.045 <= np.mean(held) <= 0.95 + 0.045


@given(SCORES, st.integers(0, 2**32))
def test_every_way_to_score_resamples_gives_the_same(points: list[float], seed: int) -> None:
    drawn = [
        resampled_scores(formatter(task), info, points, [[0]] * len(points), resamples=20, seed=seed)
        for task, info in WAYS
    ]
    for each in drawn[1:]:
        assert each["points"] == pytest.approx(drawn[0]["points"])


@given(SCORES)
def test_an_interval_holds_the_score_itself_and_lies_within_the_scores(points: list[float]) -> None:
    low, high = interval(points, resamples=200)
    rounding = 1e-9
    assert min(points) - rounding <= low <= sum(points) / len(points) + rounding
    assert sum(points) / len(points) - rounding <= high <= max(points) + rounding


def test_a_higher_confidence_has_a_wider_interval_within_the_same_resamples() -> None:
    points = list(range(30))
    (low, high), (lower, higher) = (interval(points, confidence=share) for share in (0.8, 0.99))
    assert lower < low < high < higher


def test_a_seed_decides_the_interval() -> None:
    points = [float(each) for each in range(30)]
    assert interval(points, seed=1) == interval(points, seed=1)
    assert interval(points, seed=1) != interval(points, seed=2)


def test_two_systems_on_the_same_rows_are_drawn_in_pairs() -> None:
    points = [float(each**2) for each in range(20)]
    one, other = (
        resampled_scores(formatter(Points()), MEAN, [each + more for each in points], [[0]] * 20, seed=5)
        for more in (0, 3)
    )
    assert other["points"] - one["points"] == pytest.approx([3.0] * 1000)


@pytest.mark.parametrize(("task", "info"), WAYS, ids=WAY_NAMES)
def test_one_row_has_an_interval_without_width(task: object, info: TaskInfo) -> None:
    assert interval([42.0], task, info) == (42.0, 42.0)


@pytest.mark.parametrize(("task", "info"), WAYS, ids=WAY_NAMES)
def test_no_rows_are_refused(task: object, info: TaskInfo) -> None:
    with pytest.raises(ValueError, match="there is nothing to score"):
        interval([], task, info)
    with pytest.raises(ValueError, match="there is nothing to score"):
        row_scores(formatter(task), [], [])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"resamples": 0}, "at least one resample, not 0"),
        ({"confidence": 0}, "between 0 and 1, not at 0"),
        ({"confidence": 95}, "between 0 and 1, not at 95"),
    ],
)
def test_settings_without_meaning_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        interval([1.0, 2.0], **options)


def test_predictions_without_references_of_their_own_are_refused() -> None:
    with pytest.raises(ValueError, match="2 predictions for 1 references"):
        intervals(formatter(Points()), MEAN, [1.0, 2.0], [[0]])


def test_a_row_is_scored_alone_in_the_tasks_own_way_where_it_has_one() -> None:
    references = [[0], [0]]
    assert row_scores(formatter(Points()), [1.0, 3.0], references) == [{"points": 1.0}, {"points": 3.0}]
    assert row_scores(formatter(RowPoints()), [1.0, 3.0], references) == [{"points": -1.0}, {"points": -3.0}]


def test_a_task_without_signatures_has_none() -> None:
    assert signatures(formatter(Points()), [[0]]) == {}
