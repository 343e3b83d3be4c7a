"""A share of the rows is kept apart: the same rows at every run, equal inputs on one side."""

from __future__ import annotations

from ftkit import Example
from ftkit.data.split import kept_apart

EXAMPLES = [Example(f"text {number}", "x") for number in range(2000)]


def apart(examples: list[Example], seed: int) -> set[str]:
    return {each.input for each in examples if kept_apart(each, seed)}


def test_about_a_tenth_is_kept_apart() -> None:
    assert 150 < len(apart(EXAMPLES, seed=0)) < 250


def test_side_of_a_row_depends_on_its_input_and_the_seed_alone() -> None:
    whole, half = apart(EXAMPLES, seed=1), apart(EXAMPLES[::-2], seed=1)
    assert half == {each.input for each in EXAMPLES[::-2]} & whole
    assert apart(EXAMPLES, seed=2) != whole
    relabelled = [Example(each.input, "y") for each in EXAMPLES]
    assert apart(relabelled, seed=1) == whole
