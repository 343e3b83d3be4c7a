"""Question answering: texts, rows in every form SQuAD comes in, answers, scores."""

from __future__ import annotations

from typing import Any

import pytest

import ftkit
from ftkit_plugins.tasks import qa

CONTEXT = "The Main Building stands in Notre Dame."
QUESTION = "Where is the Main Building?"
INPUT = f"question: {QUESTION} context: {CONTEXT}"
WINDOW = (47, 86)  # where the context stands in it
PARAGRAPH = {
    "context": CONTEXT,
    "qas": [{"id": "1", "question": QUESTION, "answers": [{"text": "Notre Dame", "answer_start": 28}]}],
}
ARTICLE = {"title": "Dome", "paragraphs": [PARAGRAPH]}


def row(**fields: Any) -> dict[str, Any]:
    return {"question": QUESTION, "context": CONTEXT, **fields}


@pytest.mark.parametrize(
    "fields",
    [
        {"answers": {"text": ["Notre Dame"], "answer_start": [28]}},
        {"answers": [{"text": "Notre Dame", "answer_start": 28}]},
        {"answers": ["Notre Dame"]},
        {"answers": "Notre Dame"},
        {"answer": "Notre Dame"},
        {"answers": None, "answer": "Notre Dame"},
    ],
)
def test_an_answer_is_found_in_every_form_it_comes_in(fields: dict[str, Any]) -> None:
    assert qa.format_example(row(**fields)) == ftkit.Example(INPUT, "Notre Dame", ("Notre Dame",), WINDOW)


def test_a_context_may_hold_a_table_of_tabs() -> None:
    table = "city\tinhabitants\nNotre Dame\t5,973\n"
    assert table in qa.format_example(row(context=table)).input


def test_the_context_is_what_may_be_read_in_windows() -> None:
    assert INPUT[slice(*WINDOW)] == CONTEXT


def test_several_answers_all_count_and_the_first_is_the_target() -> None:
    texts = ["Notre Dame", "in Notre Dame", "Notre Dame"]
    example = qa.format_example(row(answers={"text": texts, "answer_start": [28, 25, 28]}))
    assert example.target == "Notre Dame"
    assert example.references == ("Notre Dame", "in Notre Dame")


@pytest.mark.parametrize("fields", [{}, {"answers": None}, {"answers": {"text": [], "answer_start": []}}])
def test_a_row_without_answers_is_for_prediction(fields: dict[str, Any]) -> None:
    assert qa.format_example(row(**fields)) == ftkit.Example(INPUT, window=WINDOW)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"question": QUESTION}, "lacks 'context'; it has 'question'"),
        ({"context": CONTEXT}, "lacks 'question'; it has 'context'"),
        ({}, "lacks 'question'; it has no fields"),
        (row(question=""), "'question' is empty"),
        (row(question=3), "'question' must be a text, not 3"),
        (row(context=" \n"), "'context' is empty"),
        (row(context=["a"]), r"'context' must be a text, not \['a'\]"),
        (row(answers=7), "'answers' is neither"),
        (row(answer=7), "'answer' is neither"),
        (row(answers={"texts": []}), "'answers' is neither"),
        (row(answers=[{"answer_start": 3}]), "'answers' must be a text, not None"),
        (row(answers=[""]), "'answers' is empty"),
        (row(answers=[{"text": "Paris", "answer_start": 3}]), "'Paris' has a position .* does not occur"),
        (row() | {None: ["x"]}, "more cells than the header has names"),
        (["a"], r"the row must be an object, not \['a'\]"),
    ],
)
def test_a_wrong_row_is_told_what_it_lacks(wrong: Any, message: str) -> None:
    with pytest.raises(ftkit.RowError, match=message):
        qa.format_example(wrong)


def test_an_answer_without_position_need_not_stand_in_the_context() -> None:
    assert qa.format_example(row(answers=["yes"])).target == "yes"


@pytest.mark.parametrize(
    ("record", "title"),
    [({"version": "1.1", "data": [ARTICLE]}, "Dome"), (ARTICLE, "Dome"), (PARAGRAPH, None)],
)
def test_nested_records_come_apart_into_rows(record: dict[str, Any], title: str | None) -> None:
    [flat] = qa.expand_record(record)
    assert flat.get("title") == title
    assert qa.format_example(flat) == ftkit.Example(INPUT, "Notre Dame", window=WINDOW)


def test_a_flat_row_stays_as_it_is() -> None:
    assert list(qa.expand_record(row(id="1"))) == [row(id="1")]


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"data": [{"title": "a"}]}, r"data\[0\] has neither 'paragraphs' nor 'qas'"),
        ({"data": [ARTICLE, {"paragraphs": [{"qas": []}]}]}, r"data\[1\]\.paragraphs\[0\] lacks 'context'"),
        (
            {"paragraphs": [{"context": "a", "qas": [{"id": "1"}]}]},
            r"paragraphs\[0\]\.qas\[0\] lacks 'question'",
        ),
        ({"paragraphs": [PARAGRAPH, {"context": "a"}]}, r"paragraphs\[1\] lacks 'qas'"),
        ({"context": "a", "qas": {"question": "b"}}, "qas must be a list, not {'question': 'b'}"),
        ({"context": "a", "qas": ["b"]}, r"qas\[0\] must be an object, not 'b'"),
        ({"qas": []}, "the record lacks 'context'"),
    ],
)
def test_a_wrong_nested_record_is_told_where_it_lacks_what(record: dict[str, Any], message: str) -> None:
    with pytest.raises(ftkit.RowError, match=message):
        qa.expand_record(record)


@pytest.mark.parametrize(("text", "answer"), [(" Notre Dame ", "Notre Dame"), ("", None), (" \n", None)])
def test_the_whole_output_is_the_answer_unless_it_is_blank(text: str, answer: str | None) -> None:
    assert qa.parse_output(text) == answer


def test_scores_are_computed_by_hand_here() -> None:
    """the cat sat / a black cat sat down: 2 words in common of 2 and 4; F1 = 2 * 1 * 0.5 / 1.5."""
    scores = qa.score(
        ["The cat sat", "Notre-Dame!", None, "x"],
        [["a black cat sat down"], ["notredame"], ["something"], ["y", "X."]],
    )
    assert scores == {"exact_match": 50.0, "f1": pytest.approx(100 * (2 / 3 + 1 + 0 + 1) / 4)}


@pytest.mark.parametrize(
    ("predictions", "references", "message"),
    [([], [], "nothing to score"), (["a"], [], "1 predictions for 0"), (["a"], [[]], "example 0 has no")],
)
def test_scoring_what_has_no_meaning_is_refused(predictions: Any, references: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        qa.score(predictions, references)
