"""A claim is true, false or undecided, and never more certain than its figures."""

from __future__ import annotations

import pytest

from ftkit import Claim, Metric
from ftkit.comparing.verdict import Finding, judge
from support.compared import ACCURACY, TOTAL, row, usual_rows

ALL = {"trainable_parameters": [TOTAL] * 3}


def finding(
    rows: list, figure: str, standing: str, method: str = "few", metric: Metric = ACCURACY
) -> Finding:
    [found] = judge(rows, metric, {method: [Claim("is so", figure, standing)]})
    return found


def test_each_usual_claim_gets_the_verdict_that_its_figures_give() -> None:
    rows = [each for each in usual_rows() if each.tuned]
    assert finding(rows, "memory", "lower").by_model == {"red": "true", "blue": "true"}
    assert finding(rows, "memory", "highest", "all").verdict == "true"
    best = finding(rows, "quality", "highest", "all")
    assert best.by_model == {"red": "true", "blue": "undecided"}
    assert best.verdict == "undecided"


def test_one_model_on_which_it_is_false_makes_a_claim_false() -> None:
    rows = [
        row("red", "all", [0.9, 0.9, 0.9], step_seconds=[1, 1.1, 1.2], **ALL),
        row("red", "few", [0.9, 0.9, 0.9], step_seconds=[0.5, 0.6, 0.7]),
        row("blue", "all", [0.9, 0.9, 0.9], step_seconds=[1, 1.1, 1.2], **ALL),
        row("blue", "few", [0.9, 0.9, 0.9], step_seconds=[1.5, 1.6, 1.7]),
    ]
    found = finding(rows, "step_seconds", "lower")
    assert found.by_model == {"red": "true", "blue": "false"}
    assert found.verdict == "false"


@pytest.mark.parametrize(
    ("own", "verdict"),
    [
        ([0.5, 0.6, 0.7], "true"),
        ([1.5, 1.6, 1.7], "false"),
        ([0.4, 1.1, 1.9], "undecided"),
        ([1, 1.1, 1.2], "undecided"),
    ],
)
def test_a_difference_that_seeds_disagree_on_decides_nothing(own: list[float], verdict: str) -> None:
    rows = [
        row("red", "all", [0.9] * 3, step_seconds=[1, 1.1, 1.2], **ALL),
        row("red", "few", [0.9] * 3, step_seconds=own),
    ]
    assert finding(rows, "step_seconds", "lowest").verdict == verdict


def test_differences_are_taken_seed_by_seed() -> None:
    rows = [
        row("red", "all", [0.9] * 3, step_seconds=[1.0, 5.0, 9.0], **ALL),
        row("red", "few", [0.9] * 3, step_seconds=[0.9, 4.9, 8.9]),
    ]
    [contest] = finding(rows, "step_seconds", "lower").contests
    assert contest.difference is not None
    assert contest.difference.values == pytest.approx((-0.1, -0.1, -0.1))
    assert contest.verdict == "true"


def test_one_seed_decides_nothing() -> None:
    rows = [row("red", "all", [0.9], memory=[9e9]), row("red", "few", [0.9], memory=[1.0])]
    assert finding(rows, "memory", "lowest").verdict == "undecided"


def test_a_failed_run_counts_for_nothing_and_a_failed_cell_decides_nothing() -> None:
    rows = [
        row("red", "all", [0.9, 0.9, None], memory=[3e8, 3.1e8, 0]),
        row("red", "few", [0.9, 0.9, 0.9], memory=[1e8, 1.1e8, 9e9]),
    ]
    assert finding(rows, "memory", "lowest").verdict == "true"
    failed = [rows[0], row("red", "few", [None, None, None])]
    assert finding(failed, "memory", "lowest").verdict == "undecided"


def test_the_best_quality_is_the_lowest_figure_where_less_is_better() -> None:
    rows = [row("red", "all", [3.0, 3.1, 3.2]), row("red", "few", [1.0, 1.1, 1.2])]
    loss = Metric("accuracy", "a loss", maximum=None, higher_is_better=False)
    assert finding(rows, "quality", "highest", metric=loss).verdict == "true"
    assert finding(rows, "quality", "highest", "all", metric=loss).verdict == "false"


def test_lower_and_higher_speak_of_methods_that_train_every_weight_whatever_their_name() -> None:
    rows = [
        row("red", "other", [0.9] * 3, memory=[1, 1, 1]),
        row("red", "few", [0.9] * 3, memory=[5, 5.1, 5.2]),
    ]
    alone = finding(rows, "memory", "lower")
    assert (alone.verdict, alone.contests) == ("undecided", ())
    everything = row("red", "whatever", [0.9] * 3, memory=[9, 9.1, 9.2], **ALL)
    with_it = finding([*rows, everything], "memory", "lower")
    assert [contest.other for contest in with_it.contests] == ["whatever"]
    assert with_it.verdict == "true"


def test_a_claim_of_a_figure_or_a_standing_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="no figure 'speed'"):
        Claim("is fast", "speed", "lowest")
    with pytest.raises(ValueError, match="no standing 'best'"):
        Claim("is fast", "memory", "best")
