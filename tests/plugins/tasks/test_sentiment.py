"""Sentiment analysis: texts, labels in every form they come in, scores."""

from __future__ import annotations

import math
import statistics
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ftkit
from ftkit_plugins.tasks import sentiment

TEXT = "I rented it twice."
POSITIVE = [1, "1", "pos", "positive", "POSITIVE", " Positive ", True, "True", "true"]
NEGATIVE = [0, "0", "neg", "negative", "Neg", False, "False", "false"]


@pytest.mark.parametrize("label", POSITIVE)
def test_every_positive_label_becomes_sentiment_true(label: Any) -> None:
    example = sentiment.format_example({"text": TEXT, "label": label})
    assert example == ftkit.Example(f"sentiment analysis: {TEXT}", "sentiment: True")


@pytest.mark.parametrize("label", NEGATIVE)
def test_every_negative_label_becomes_sentiment_false(label: Any) -> None:
    assert sentiment.format_example({"text": TEXT, "label": label}).target == "sentiment: False"


@pytest.mark.parametrize("row", [{"text": TEXT}, {"text": TEXT, "label": None}, {"text": TEXT, "label": ""}])
def test_a_row_without_label_is_for_prediction(row: dict[str, Any]) -> None:
    assert sentiment.format_example(row).target is None


@pytest.mark.parametrize("label", ["neutral", 2, -1, "-1", 1.0, 0.5, [1], "yes"])
def test_another_label_is_refused_never_guessed(label: Any) -> None:
    with pytest.raises(
        ftkit.RowError, match="label must be one of 1, pos, positive, true, 0, neg, negative, false, not "
    ):
        sentiment.format_example({"text": TEXT, "label": label})


@pytest.mark.parametrize("row", [{"label": 1}, {"text": None}, {"text": ""}, {"text": 3}, {"review": TEXT}])
def test_a_row_without_text_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(ftkit.RowError, match="'text'"):
        sentiment.format_example(row)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("sentiment: True", True),
        ("sentiment: False", False),
        (" sentiment:true\n", True),
        ("True", None),
        ("sentiment: positive", None),
        ("sentiment: True False", None),
        ("sentiment: True sentiment: False", None),
        ("sentiment: Trueish", None),
        ("not sentiment: True", None),
        ("", None),
    ],
)
def test_output_is_read_or_counted_as_unreadable(
    text: str,
    answer: bool | None,  # noqa: FBT001 - an expected value
) -> None:
    assert sentiment.parse_output(text) is answer


@pytest.mark.parametrize("target", ["sentiment: True", "sentiment: False"])
def test_the_labels_are_all_the_targets_and_all_can_be_read(target: str) -> None:
    assert target in sentiment.describe_task().labels
    assert sentiment.parse_output(target) is not None


def test_scores_are_computed_by_hand_here() -> None:
    """True: 2 hits of 3 named and 3 there, F1 4/6. False: 1 of 1 and 2, F1 2/3. None is wrong."""
    predictions = [True, True, True, False, None]
    references = [[True], [True], [False], [False], [True]]
    scores = sentiment.score(predictions, references)
    assert scores["accuracy"] == pytest.approx(3 / 5)
    assert scores["macro_f1"] == pytest.approx((4 / 6 + 2 / 3) / 2)


def test_scores_of_nothing_but_unreadable_output_are_zero() -> None:
    assert sentiment.score([None, None], [[True], [False]]) == {"accuracy": 0.0, "macro_f1": 0.0}


def test_a_class_that_does_not_occur_is_not_averaged_in() -> None:
    scores = sentiment.score([True, True], [[True], [True]])
    assert math.isclose(scores["macro_f1"], 1.0)


@given(st.lists(st.tuples(st.none() | st.booleans(), st.booleans()), min_size=1, max_size=12))
def test_macro_f1_is_the_mean_of_harmonic_means_of_precision_and_recall(
    pairs: list[tuple[bool | None, bool]],
) -> None:
    predictions, right = zip(*pairs, strict=True)
    f1 = []
    for each in {*predictions, *right} - {None}:
        hits = pairs.count((each, each))  # type: ignore[arg-type]
        called, there = predictions.count(each), right.count(each)
        f1.append(statistics.harmonic_mean([hits / called, hits / there]) if hits else 0.0)
    scores = sentiment.score(predictions, [[each] for each in right])
    assert scores["macro_f1"] == pytest.approx(statistics.mean(f1))
