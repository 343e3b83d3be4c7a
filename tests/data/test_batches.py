"""Batches: each example once, within the budget, little padding, a pure function of seed and epoch."""

from __future__ import annotations

import random
import statistics
import time

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ftkit import DataError
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


@given(LENGTHS, st.integers(1, 500), st.integers(1, 5), st.integers(0, 3))
def test_ranks_share_the_examples_and_get_equally_many_batches(
    lengths: list[tuple[int, int]], budget: int, world_size: int, epoch: int
) -> None:
    assume(len(lengths) >= world_size)
    shares = []
    for rank in range(world_size):
        sampler = TokenBudgetBatches(lengths, budget, 5, rank=rank, world_size=world_size)
        sampler.set_epoch(epoch)
        shares.append(list(sampler))
        assert len(sampler) == len(shares[-1])
    assert len({len(share) for share in shares}) == 1
    found = [index for share in shares for batch in share for index in batch]
    assert sorted(found) == list(range(len(lengths)))
    assert all(batch for share in shares for batch in share)


def test_batches_of_one_step_are_of_like_size_so_that_no_rank_waits() -> None:
    draw = random.Random(0)
    lengths = [(draw.randint(5, 300), draw.randint(2, 40)) for _ in range(5000)]
    shares = [list(TokenBudgetBatches(lengths, 3072, 0, rank=rank, world_size=4)) for rank in range(4)]
    ratios = []
    for step in zip(*shares, strict=True):
        sizes = [len(b) * (max(lengths[i][0] for i in b) + max(lengths[i][1] for i in b)) for b in step]
        ratios.append(max(sizes) / min(sizes))
    assert statistics.median(ratios) < 1.01
    longest = [statistics.fmean(max(lengths[i][0] for i in batch) for batch in share) for share in shares]
    assert max(longest) / min(longest) < 1.1


def test_fewer_examples_than_ranks_are_refused() -> None:
    with pytest.raises(DataError, match="2 examples can't be dealt out to 3 processes"):
        TokenBudgetBatches([(3, 1), (4, 1)], 100, 0, world_size=3)


@given(LENGTHS, st.integers(1, 30), st.integers(0, 3))
def test_a_fixed_batch_size_replaces_the_budget(
    lengths: list[tuple[int, int]], size: int, epoch: int
) -> None:
    sampler = TokenBudgetBatches(lengths, 1, 0, batch_size=size)
    sampler.set_epoch(epoch)
    found = list(sampler)
    assert sorted(index for batch in found for index in batch) == list(range(len(lengths)))
    assert sorted(map(len, found), reverse=True)[:-1] == [size] * (len(found) - 1)
    assert len(found) == len(sampler) == -(-len(lengths) // size)


def test_an_order_is_the_same_in_every_process_and_version() -> None:
    """Resuming a run relies on it: these numbers were printed once and must not move."""
    lengths = [(3 + n % 5, 1 + n % 2) for n in range(12)]
    assert batches(lengths, 30, seed=7, epoch=2) == [[3, 7], [4, 8, 9], [0, 10, 6, 2], [5, 1, 11]]


def test_no_examples_make_no_batches() -> None:
    assert batches([], 100) == []
    assert len(TokenBudgetBatches([], 100, 0)) == 0


def test_many_rows_are_dealt_with_in_seconds() -> None:
    """A generous bound against the quadratic: a quarter of a million rows take about a second."""
    draw = np.random.default_rng(0)
    lengths = np.stack([draw.integers(5, 512, 250_000), draw.integers(2, 100, 250_000)], axis=1)
    start = time.perf_counter()
    found = list(TokenBudgetBatches(lengths, 3072, 0))
    assert time.perf_counter() - start < 20
    assert sum(map(len, found)) == 250_000
    assert padding_fraction(found, lengths) < 0.03
