"""Counts are told with the right number of the noun."""

from __future__ import annotations

import pytest

from ftkit.counting import counted


@pytest.mark.parametrize(
    ("number", "words", "told"),
    [
        (0, ("row",), "0 rows"),
        (1, ("row",), "1 row"),
        (1800, ("row",), "1,800 rows"),
        (1, ("batch", "batches"), "1 batch"),
        (2, ("batch", "batches"), "2 batches"),
    ],
)
def test_a_count_has_its_noun_for_one_or_for_several(number: int, words: tuple[str, ...], told: str) -> None:
    assert counted(number, *words) == told
