"""The clock of a plan."""

from __future__ import annotations

import time

import pytest

from ftkit.planning import clock


def test_time_that_is_slept_passes() -> None:
    before = clock.own_seconds()
    time.sleep(0.05)
    assert clock.own_seconds() - before >= 0.04


def test_waiting_for_a_core_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    waited, now = iter([1.0, 1.0, 4.0, 4.0]), iter([10.0, 15.0])
    monkeypatch.setattr(clock, "_seconds_waited", lambda: next(waited))
    monkeypatch.setattr(clock.time, "perf_counter", lambda: next(now))
    before = clock.own_seconds()
    assert clock.own_seconds() - before == 5.0 - 3.0


def test_a_core_that_is_lost_between_two_looks_is_looked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    waited, now = iter([1.0, 3.0, 3.0, 3.0]), iter([10.0, 12.0])
    monkeypatch.setattr(clock, "_seconds_waited", lambda: next(waited))
    monkeypatch.setattr(clock.time, "perf_counter", lambda: next(now))
    assert clock.own_seconds() == 12.0 - 3.0
