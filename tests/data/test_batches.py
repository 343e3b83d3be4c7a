"""Batches: each example once, within the budget, little padding, a pure function of seed and epoch."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftkit.data.batches import TokenBudgetBatches, padding_fraction

LENGTHS = st.lists(st.tuples(st.integers(1, 50), st.integers(1, 20)), min_size=1, max_size=80)


def batches(lengths: list[tuple[int, int]], budget: int, seed: int = 0, epoch: int = 0) -> list[list[int]]:
    sampler = TokenBudgetBatches(lengths, budget, seed)
    sampler.set_epoch(epoch)
    return list(sampler)


@given(LENGTHS, st.integers(1, 500), st.integers(0, 3), st.integers(0, 3))
def test_every_example_is_in_one_batch_and_no_batch_exceeds_the_budget(
    lengths: list[tuple[int, int]], budget: int, seed: int, epoch: int
) -> None:
    found = batches(lengths, budget, seed, epoch)
    assert sorted(index for batch in found for index in batch) == list(range(len(lengths)))
    for batch in found:
        padded = len(batch) * (max(lengths[i][0] for i in batch) + max(lengths[i][1] for i in batch))
        assert padded <= budget or len(batch) == 1


@given(LENGTHS, st.integers(1, 500))
def test_every_epoch_has_the_same_number_of_batches(lengths: list[tuple[int, int]], budget: int) -> None:
    counts = {len(batches(lengths, budget, seed=3, epoch=epoch)) for epoch in range(4)}
    assert counts == {len(TokenBudgetBatches(lengths, budget, 3))}


def test_order_is_a_function_of_seed_and_epoch_and_not_of_length() -> None:
    lengths = [(random.Random(i).randint(5, 200), 4) for i in range(1000)]
    first = batches(lengths, 2000, seed=1, epoch=0)
    assert first == batches(lengths, 2000, seed=1, epoch=0)
    assert first != batches(lengths, 2000, seed=1, epoch=1)
    assert first != batches(lengths, 2000, seed=2, epoch=0)
    longest = [max(lengths[i][0] for i in batch) for batch in first]
    assert longest not in (sorted(longest), sorted(longest, reverse=True))


@pytest.mark.parametrize(
    ("inputs", "targets", "limit"),
    [((40, 320), (2, 12), 0.03), ((60, 900), (4, 4), 0.01), ((8, 80), (8, 80), 0.09)],
)
def test_padding_stays_low_on_eight_thousand_independent_lengths(
    inputs: tuple[int, int], targets: tuple[int, int], limit: float
) -> None:
    draw = random.Random(0)
    lengths = [(draw.randint(*inputs), draw.randint(*targets)) for _ in range(8000)]
    assert padding_fraction(batches(lengths, 4096), lengths) < limit
