"""Token budgets: the largest that fits, and what `auto` makes of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ftkit.planning.budget import Growth, growth_through, largest_budget, worthwhile_budget

SIZES = st.integers(0, 10**12)


def test_the_line_goes_through_both_steps() -> None:
    growth = growth_through((100, 5_000), (300, 9_000))
    assert growth == Growth(fixed=3_000, per_token=20)
    assert [growth.bytes(tokens) for tokens in (100, 300)] == [5_000, 9_000]


def test_one_step_alone_counts_for_its_tokens() -> None:
    assert growth_through((100, 5_000), (100, 5_000)) == Growth(fixed=0, per_token=50)


def test_the_largest_budget_fills_what_is_left_and_no_more() -> None:
    growth = Growth(fixed=1_000, per_token=10)
    assert largest_budget(growth, before=500, usable=3_500, longest=20, all_tokens=10**6) == 200


def test_there_is_none_where_the_longest_example_is_too_much() -> None:
    assert largest_budget(Growth(0, 10), before=0, usable=1_990, longest=200, all_tokens=10**6) is None


def test_no_batch_is_larger_than_all_examples_together() -> None:
    assert largest_budget(Growth(0, 1), before=0, usable=10**12, longest=10, all_tokens=5_000) == 5_000


@given(fixed=SIZES, per_token=st.integers(1, 10**7), before=SIZES, usable=SIZES, more=SIZES)
def test_more_memory_never_has_room_for_fewer_tokens(
    fixed: int, per_token: int, before: int, usable: int, more: int
) -> None:
    growth = Growth(fixed, per_token)
    budgets = [largest_budget(growth, before, size, 10, 10**9) for size in (usable, usable + more)]
    less, greater = (-1 if each is None else each for each in budgets)
    assert less <= greater


@given(per_token=st.integers(1, 10**7), usable=st.integers(1, 10**12))
def test_what_fits_is_never_more_than_there_is(per_token: int, usable: int) -> None:
    growth = Growth(0, per_token)
    budget = largest_budget(growth, 0, usable, 1, 10**12)
    assert budget is None or growth.bytes(budget) <= usable


def test_auto_takes_what_fits_up_to_a_hundredth_of_an_epoch_and_up_to_the_default_in_any_case() -> None:
    assert worthwhile_budget(largest=50_000, default=3_072, all_tokens=1_000_000) == 10_000
    assert worthwhile_budget(largest=4_000, default=3_072, all_tokens=1_000_000) == 4_000
    assert worthwhile_budget(largest=50_000, default=3_072, all_tokens=60_000) == 3_072
    assert worthwhile_budget(largest=700, default=3_072, all_tokens=60_000) == 700
