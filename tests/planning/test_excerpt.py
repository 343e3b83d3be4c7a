"""Which batches stand for all."""

from __future__ import annotations

import numpy as np

from ftkit.planning.excerpt import heaviest, tokens_of, typical

LENGTHS = np.array([[10, 2], [12, 2], [100, 2], [30, 30], [31, 30], [50, 4]])
BATCHES = [[0, 1], [2], [3, 4], [5]]


def test_a_batch_is_as_wide_as_its_longest_input_and_its_longest_target() -> None:
    assert tokens_of([0, 3], LENGTHS) == 2 * (30 + 30)


def test_heaviest_are_those_of_most_attention_most_targets_and_most_tokens() -> None:
    attention, targets = (
        [2],
        [3, 4],
    )  # 102² against 2 · 61²; 60 target tokens against 4; 122 tokens against 102
    assert heaviest(BATCHES, LENGTHS) == [attention, targets]


def test_typical_ones_stand_in_the_middle_of_equal_parts() -> None:
    batches = [[row] for row in range(9)]
    lengths = np.array([[5 * row + 5, 3] for row in (4, 2, 8, 0, 6, 1, 7, 3, 5)])
    assert [int(lengths[row, 0].item()) for [row] in typical(batches, lengths, 3)] == [10, 25, 40]


def test_there_are_no_more_typical_ones_than_batches() -> None:
    assert len(typical(BATCHES, LENGTHS, 10)) == len(BATCHES)
