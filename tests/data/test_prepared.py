"""From the words of `--data` to examples on disk: nothing lost, nothing twice, what is wrong said at once."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftkit import DataError
from support.prepared import prepared, rejected

LABELS = "1, pos, positive, true, 0, neg, negative, false"


def write(path: Path, rows: list[Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def reviews(count: int, start: int = 0) -> list[dict[str, Any]]:
    return [{"text": f"film {n}", "label": n % 2} for n in range(start, start + count)]


def test_rows_become_examples_in_their_order_with_their_places(tmp_path: Path) -> None:
    train = write(tmp_path / "train.jsonl", reviews(5000))
    valid = write(tmp_path / "valid.jsonl", reviews(10, 9000))
    data = prepared("sentiment", train, valid)
    assert [each.input for each in data.training] == [f"sentiment analysis: film {n}" for n in range(5000)]
    assert data.training[4999] == data.training[-1]
    assert (data.training[7].target, data.training[7].references) == ("sentiment: True", ("sentiment: True",))
    assert data.training.place(4321) == f"{train}:4322"
    assert [each.input for each in data.training[2:4]] == [data.training[2].input, data.training[3].input]
    assert [row["rows"] for row in data.sources] == [5000, 10]
    with pytest.raises(IndexError):
        data.training[5000]


def test_without_validation_data_a_tenth_is_kept_apart_and_no_row_is_lost(tmp_path: Path) -> None:
    data = prepared("sentiment", write(tmp_path / "rows.jsonl", reviews(2000) + reviews(2000)))
    training, validation = ([each.input for each in part] for part in (data.training, data.validation))
    assert len(training) + len(validation) == 4000
    assert 300 < len(validation) < 500
    assert not set(training) & set(validation)


def test_rows_in_both_training_and_validation_data_are_counted_and_told(tmp_path: Path) -> None:
    train = write(tmp_path / "train.jsonl", [*reviews(50), *reviews(1)])
    data = prepared("sentiment", train, write(tmp_path / "valid.jsonl", reviews(3)))
    assert data.shared == 4
    assert any("4 of 51 training examples have an input that occurs in" in remark for remark in data.remarks)


def test_bad_rows_are_listed_up_to_ten_with_their_number(tmp_path: Path) -> None:
    rows = [*reviews(20), *({"text": f"film {n}", "label": "meh"} for n in range(15)), ["no object"]]
    with pytest.raises(DataError) as caught:
        prepared("sentiment", write(tmp_path / "rows.jsonl", rows))
    first, *listed, last = str(caught.value).splitlines()
    assert first == "16 rows can't be used, the first 10:"
    assert [line.partition(": ")[0] for line in listed] == [
        f"{tmp_path}/rows.jsonl:{n}" for n in range(21, 31)
    ]
    assert "--on-bad-row set-aside" in last


def test_bad_rows_set_aside_are_written_with_place_reason_and_row(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.jsonl", [*reviews(40), {"text": "film", "label": "meh"}])
    with path.open("ab") as stream:
        stream.write(b'{"text": "caf\xe9", "label": 1}\n{"text": \n')
    data = prepared("sentiment", path, set_aside=True)
    assert data.rejected == 3
    assert len(data.training) + len(data.validation) == 40
    told = rejected(data)
    assert [row["line"] for row in told] == [41, 42, 43]
    assert told[0]["row"] == {"text": "film", "label": "meh"}
    assert told[0]["reason"].startswith("label must be one of 1, pos, ")
    assert told[1]["row"]["text"] == "caf\udce9"
    assert told[2]["row"] == '{"text": '


def test_a_row_without_a_target_is_a_bad_row(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.jsonl", [*reviews(40), {"text": "unlabelled"}])
    with pytest.raises(DataError, match=r"rows\.jsonl:41: the row has no answer to learn from"):
        prepared("sentiment", path)
    assert rejected(prepared("sentiment", path, set_aside=True))[0]["row"] == {"text": "unlabelled"}


@pytest.mark.parametrize(
    ("task", "row", "missing"),
    [
        ("sentiment", {"review": "fine", "label": 1}, "text"),
        ("sentiment", {"text": "fine", "stars": 1}, "label"),
        ("qa", {"question": "Who?", "passage": "The dog.", "answer": "dog"}, "context"),
        ("translation", {"src": "dog", "tgt": "Hund"}, "translation"),
        ("sentiment", {"text": "fine", "label": "meh", "id": 1}, None),
        ("sentiment", {"text": "fine"}, None),
    ],
)
def test_columns_of_another_name_are_told_to_be_given(
    task: str, row: dict[str, Any], missing: str | None, tmp_path: Path
) -> None:
    with pytest.raises(DataError) as caught:
        prepared(task, write(tmp_path / "rows.jsonl", [row] * 3))
    hint = re.search(r"\nthe task's columns are .*; --columns (\w+)=NAME would read ", str(caught.value))
    assert (hint and hint[1]) == missing


def test_questions_of_a_nested_file_are_refused_one_by_one(tmp_path: Path) -> None:
    def question(number: int, answer: str) -> dict[str, Any]:
        answers = [{"text": answer, "answer_start": 0}]
        return {"id": str(number), "question": f"What {number}?", "answers": answers}

    paragraph = {"context": "The house is old.", "qas": [question(n, "old") for n in range(50)]}
    paragraph["qas"][7] = question(7, "new")
    (tmp_path / "rows.json").write_text(json.dumps({"data": [{"title": "x", "paragraphs": [paragraph]}]}))
    data = prepared("qa", tmp_path / "rows.json", set_aside=True)
    assert [row["part"] for row in rejected(data)] == ["8"]
    assert len(data.training) + len(data.validation) == 49
    assert data.training.place(0).startswith(f"{tmp_path}/rows.json:1#")


def test_columns_are_renamed_as_the_task_wants_them(tmp_path: Path) -> None:
    rows = [{"label": f"film {n}", "text": n % 2} for n in range(40)]
    data = prepared(
        "sentiment", write(tmp_path / "r.jsonl", rows), columns=(("text", "label"), ("label", "text"))
    )
    assert data.training[0].input.startswith("sentiment analysis: film")


def test_a_mapping_to_a_column_that_is_not_there_is_one_error_with_those_that_are(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.jsonl", reviews(40))
    with pytest.raises(DataError) as caught:
        prepared("sentiment", path, columns=(("text", "review"), ("label", "stars")))
    assert str(caught.value).endswith("that it doesn't have: 'review', 'stars'; it has 'text', 'label'")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "holds no rows for training"),
        (reviews(1), "too few to keep some apart for validation: give --validation-data FILE"),
    ],
)
def test_too_few_rows_are_refused(tmp_path: Path, rows: list[Any], said: str) -> None:
    with pytest.raises(DataError, match=said):
        prepared("sentiment", write(tmp_path / "rows.jsonl", rows))


def test_when_all_rows_are_set_aside_the_reasons_are_told(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.jsonl", [{"text": "x", "label": "meh"}] * 3)
    with pytest.raises(DataError, match=r"holds no rows for training: 3 rows can't be used:\n.*'meh'"):
        prepared("sentiment", path, set_aside=True)


def test_folders_that_are_no_class_of_the_task_are_one_error_with_the_way_on(tmp_path: Path) -> None:
    for label in ("neg", "pos", "unsup"):
        for number in range(15):
            path = tmp_path / label / f"{number}.txt"
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"A film, {label}, number {number}.")
    with pytest.raises(DataError) as caught:
        prepared("sentiment", tmp_path)
    assert str(caught.value).splitlines()[1:] == [
        f"{tmp_path}/unsup: label must be one of {LABELS}, not 'unsup'",
        f"give the folders that are classes: --data {tmp_path}/neg,{tmp_path}/pos",
    ]
    chosen = prepared("sentiment", f"{tmp_path}/neg,{tmp_path}/pos")
    assert len(chosen.training) + len(chosen.validation) == 30
    assert prepared("sentiment", tmp_path, set_aside=True).rejected == 15


@given(st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1), min_size=1, max_size=30))
def test_any_text_comes_back_from_the_store_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    kept = [text for text in texts if text.strip()] or ["x"]
    path = write(tmp_path_factory.mktemp("rows") / "r.jsonl", [{"text": each, "label": 1} for each in kept])
    data = prepared("sentiment", path, path)
    assert [each.input for each in data.training] == [f"sentiment analysis: {each}" for each in kept]
