"""Translation: texts, rows in WMT's and other forms, directions, scores."""

from __future__ import annotations

from typing import Any

import pytest

import ftkit
from ftkit_plugins.tasks import translation

DEFAULT = {"source": "en", "target": "de"}
BACK = {"source": "de", "target": "en"}
EN, DE = "The house is old.", "Das Haus ist alt."


@pytest.mark.parametrize(
    "row",
    [
        {"translation": {"en": EN, "de": DE}},
        {"en": EN, "de": DE},
        {"english": EN, "german": DE},
        {"translation": {"de": DE, "en": EN}, "id": 3},
    ],
)
def test_both_texts_are_found_in_every_form_they_come_in(row: dict[str, Any]) -> None:
    example = translation.format_example(row, DEFAULT)
    assert example == ftkit.Example(f"translate to german. english: {EN}", f"german: {DE}")


def test_the_other_direction_turns_every_word_round() -> None:
    example = translation.format_example({"translation": {"en": EN, "de": DE}}, BACK)
    assert example == ftkit.Example(f"translate to english. german: {DE}", f"english: {EN}")


def test_the_declared_defaults_are_english_to_german() -> None:
    options = {option.name: option.default for option in translation.describe_task().options}
    assert options == DEFAULT


def test_a_row_with_the_source_alone_is_for_prediction() -> None:
    assert translation.format_example({"translation": {"en": EN}}, DEFAULT).target is None
    assert translation.format_example({"en": EN, "de": None}, DEFAULT).target is None


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"translation": {"de": DE}}, "lacks 'en' \\(or 'english'\\); it has 'de'"),
        ({}, "it has no fields"),
        ({"translation": "x"}, "'translation' must be an object, not 'x'"),
        ({"translation": {"en": "", "de": DE}}, "'en' is empty"),
        ({"translation": {"en": EN, "de": " "}}, "'de' is empty"),
        ({"translation": {"en": EN, "de": 5}}, "'de' must be a text, not 5"),
        ({"en": EN, None: ["rest"]}, "more cells"),
    ],
)
def test_a_wrong_row_is_told_what_it_lacks(row: dict[str, Any], message: str) -> None:
    with pytest.raises(ftkit.RowError, match=message):
        translation.format_example(row, DEFAULT)


def test_translating_a_language_into_itself_is_refused() -> None:
    with pytest.raises(ftkit.OptionsError, match="both 'de'"):
        translation.format_example({"de": DE}, {"source": "de", "target": "de"})


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (f"german: {DE}", DE),
        (f" German:{DE} ", DE),
        ("german: Er sagte: ja.", "Er sagte: ja."),
        (DE, None),
        (f"english: {EN}", None),
        ("german:", None),
        ("", None),
    ],
)
def test_output_without_its_language_is_no_answer(text: str, answer: str | None) -> None:
    assert translation.parse_output(text, DEFAULT) == answer


def test_a_target_is_read_back_as_the_text_it_was_made_of() -> None:
    target = translation.format_example({"en": EN, "de": DE}, DEFAULT).target
    assert translation.parse_output(target or "", DEFAULT) == DE


def test_a_perfect_translation_scores_a_hundred_and_none_scores_nothing() -> None:
    perfect = translation.score([DE, DE], [[DE], [DE]])
    assert perfect == {"bleu": pytest.approx(100), "chrf": pytest.approx(100)}
    assert translation.score([None], [[DE]]) == {"bleu": 0.0, "chrf": 0.0}


def test_sentences_may_have_different_numbers_of_references() -> None:
    scores = translation.score([DE, DE], [["ganz anders als das", DE], [DE]])
    assert scores["bleu"] == pytest.approx(100)
