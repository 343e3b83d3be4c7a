"""Prices of operations."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from ftkit.planning.calls import Call
from ftkit.planning.occupancy import Alive
from ftkit.planning.pricing import Prices
from ftkit.planning.recording import HollowStep, Outcome, Step


def recorded(known: dict[Call, Outcome], work: Callable[[], object]) -> Step:
    with HollowStep(known, (), Alive()) as hollow:
        work()
    return hollow.step


def squares(size: int, times: int) -> Callable[[], object]:
    matrix = torch.empty(size, size)
    return lambda: [matrix @ matrix for _ in range(times)]


def test_an_operation_done_twice_as_often_costs_twice_as_much() -> None:
    known: dict[Call, Outcome] = {}
    few, many = (recorded(known, squares(64, times)) for times in (3, 6))
    prices = Prices([few, many], known, 5.0)
    assert prices.seconds(few) > 0
    assert prices.seconds(many) == 2 * prices.seconds(few)


def test_what_was_not_measured_is_priced_by_the_work_of_its_kind() -> None:
    known: dict[Call, Outcome] = {}
    small, large = (recorded(known, squares(size, 1)) for size in (512, 1024))
    prices = Prices([large], known, 60.0)
    assert prices.seconds(small) == pytest.approx(prices.seconds(large) / 8)


def test_without_time_to_measure_the_dearer_step_is_still_the_dearer_one() -> None:
    known: dict[Call, Outcome] = {}
    small, large = (recorded(known, squares(size, 1)) for size in (32, 1024))
    prices = Prices([small, large], known, -1.0)
    assert 0 < prices.seconds(small) < prices.seconds(large)
