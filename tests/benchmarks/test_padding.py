"""How much of the real rows' batches is padding, beside other ways to make batches of the same mean size.

    pytest -m benchmark tests/benchmarks/test_padding.py -s

prints the table that docs/data.md shows. `random` takes rows as they come; `megabatches` is what
transformers' `group_by_length` does: 50 random batches at a time, sorted by input length.
"""

from __future__ import annotations

import random
from typing import Any

import pytest

from ftkit.data.batches import TokenBudgetBatches, padding_fraction
from support.padding import CORPORA, lengths_of
from support.real_data import needs_real_data

BUDGETS = (2048, 3072, 4096, 8192)


def random_batches(count: int, size: int) -> list[list[int]]:
    order = list(range(count))
    random.Random(0).shuffle(order)
    return [order[start : start + size] for start in range(0, count, size)]


def megabatches(lengths: Any, size: int) -> list[list[int]]:
    [order] = random_batches(len(lengths), len(lengths))
    ordered = []
    for start in range(0, len(order), 50 * size):
        ordered += sorted(order[start : start + 50 * size], key=lambda index: -lengths[index][0])
    return [ordered[start : start + size] for start in range(0, len(ordered), size)]


@needs_real_data
@pytest.mark.benchmark
@pytest.mark.parametrize("corpus", CORPORA)
def test_padding_beside_other_ways(corpus: str) -> None:
    lengths = lengths_of(corpus)
    for budget in BUDGETS:
        ours = list(TokenBudgetBatches(lengths, budget, 0))
        tokens = [len(batch) * int(lengths[batch].max(axis=0).sum()) for batch in ours]
        size = round(len(lengths) / len(ours))
        others = [
            padding_fraction(each, lengths)
            for each in (random_batches(len(lengths), size), megabatches(lengths, size))
        ]
        mine = padding_fraction(ours, lengths)
        fill = sum(tokens) / len(tokens) / budget
        print(
            f"\n| {corpus} | {budget:,} | {100 * others[0]:.1f} | {100 * others[1]:.1f} "
            f"| {100 * mine:.1f} | {100 * fill:.0f} |",
            end="",
        )
        assert mine < min(others)
