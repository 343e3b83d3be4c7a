"""Means and intervals, against published figures."""

from __future__ import annotations

import pytest

from ftkit.comparing.statistics import Summary, summary_of

# Student, 1908, The Probable Error of a Mean: hours of sleep gained with one drug over another, ten patients.
# R's `t.test(extra ~ group, paired = TRUE)` on its data set `sleep` prints this mean and this interval.
SLEEP = (1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4)


def test_the_interval_is_that_of_a_paired_t_test() -> None:
    summary = Summary(SLEEP)
    assert summary.mean == pytest.approx(1.58)
    assert summary.interval == pytest.approx((0.7001142, 2.4598858), abs=2e-4)


def test_many_seeds_come_near_the_normal_distribution() -> None:
    low, high = Summary((0.0, 1.0) * 50).interval or (0, 0)
    assert high - low == pytest.approx(2 * 1.96 * 0.5025 / 10, rel=0.001)


def test_one_value_has_neither_spread_nor_interval() -> None:
    assert (Summary((3.0,)).spread, Summary((3.0,)).interval) == (None, None)


def test_what_is_missing_counts_for_nothing() -> None:
    assert summary_of([1.0, None, 3.0]) == Summary((1.0, 3.0))
    assert summary_of([None]) is None
