"""A share of the rows is kept apart: the same rows at every run, equal inputs on one side."""

from __future__ import annotations

import pytest

from ftkit import DataError, Example
from ftkit.data.split import split

EXAMPLES = [Example(f"text {number}", "x") for number in range(2000)]


def test_about_a_tenth_is_kept_apart_and_no_row_is_lost() -> None:
    training, validation = split(EXAMPLES, seed=0)
    assert 150 < len(validation) < 250
    assert sorted(each.input for each in training + validation) == sorted(each.input for each in EXAMPLES)


def test_side_of_a_row_depends_on_its_input_and_the_seed_alone() -> None:
    _, validation = split(EXAMPLES, seed=1)
    _, of_half = split(EXAMPLES[::-2], seed=1)
    assert {each.input for each in of_half} <= {each.input for each in validation}
    assert {each.input for each in split(EXAMPLES, seed=2)[1]} != {each.input for each in validation}


def test_equal_inputs_are_never_on_both_sides() -> None:
    training, validation = split(EXAMPLES + EXAMPLES, seed=0)
    assert not {each.input for each in training} & {each.input for each in validation}


def test_too_few_rows_to_split_are_refused_with_the_way_on() -> None:
    with pytest.raises(DataError, match="give --validation-data FILE"):
        split(EXAMPLES[:1], seed=0)
