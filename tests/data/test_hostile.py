"""Every hostile file: each row is an example or a located rejection, as an independent reader counts them."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ftkit import DataError
from support.prepared import PreparedData, prepared, rejected
from support.real_data import FOLDER, needs_real_data

pytestmark = needs_real_data
HOSTILE = FOLDER / "hostile"


def size(data: PreparedData) -> int:
    return len(data.training) + len(data.validation)


def inputs(data: PreparedData) -> Counter[str]:
    return Counter(each.input for part in (data.training, data.validation) for each in part)


def test_tweets_keep_their_line_feeds_and_those_with_a_third_label_are_set_aside() -> None:
    columns = (("label", "airline_sentiment"),)
    with pytest.raises(
        DataError,
        match=r"3,099 rows can't be used, the first 10:\n"
        r".*Tweets\.csv:2: label must be one of .*, not 'neutral'",
    ):
        prepared("sentiment", HOSTILE / "Tweets.csv", columns=columns)
    data = prepared("sentiment", HOSTILE / "Tweets.csv", columns=columns, set_aside=True)
    with (HOSTILE / "Tweets.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert size(data) + data.rejected == len(rows) == 14_640
    used = [row["text"] for row in rows if row["airline_sentiment"] != "neutral"]
    assert inputs(data) == Counter(f"sentiment analysis: {text}" for text in used)
    assert [row["row"]["tweet_created"] for row in rejected(data)] == [
        row["tweet_created"] for row in rows if row["airline_sentiment"] == "neutral"
    ]


IMDB: dict[str, Any] = {"format": "tsv", "column_names": ("text", "label")}


def test_reviews_with_plain_quotes_are_all_read_once_that_is_said() -> None:
    path = HOSTILE / "imdb_labelled.txt"
    data = prepared("sentiment", path, quoting="none", **IMDB)
    lines = path.read_bytes().decode().removesuffix("\n").split("\n")
    assert size(data) == len(lines) == 1_000
    assert inputs(data) == Counter(f"sentiment analysis: {line.rpartition(chr(9))[0]}" for line in lines)


def test_reviews_that_an_unbalanced_quote_swallows_are_located_with_all_their_lines() -> None:
    path = HOSTILE / "imdb_labelled.txt"
    with pytest.raises(
        DataError, match=r"imdb_labelled\.txt:20: .* in lines 20 to 81; .* --reading\.quoting none"
    ):
        prepared("sentiment", path, **IMDB)
    data = prepared("sentiment", path, set_aside=True, **IMDB)
    swallowed = sum(row["last_line"] - row["line"] + 1 for row in rejected(data))
    assert size(data) + swallowed == 1_000


@pytest.mark.parametrize(("name", "undecodable"), [("S08", 0), ("S09", 0), ("S10", 8)])
def test_question_files_lose_no_row_whatever_their_encoding(name: str, undecodable: int) -> None:
    path = HOSTILE / f"{name}_question_answer_pairs.txt"
    columns = (("en", "Question"), ("de", "Answer"))
    data = prepared("translation", path, format="tsv", columns=columns, set_aside=True)
    lines = path.read_bytes().removesuffix(b"\n").count(b"\n")
    assert size(data) + data.rejected == lines
    reasons = Counter(row["reason"].partition(" ")[0] for row in rejected(data))
    assert reasons["byte"] == undecodable
    broken = [line for line in path.read_bytes().split(b"\n") if not _is_utf8(line)]
    assert len(broken) == undecodable
    with pytest.raises(DataError, match="doesn't have: 'question'; it has 'ArticleTitle', 'Question'"):
        prepared("translation", path, format="tsv", columns=(("en", "question"),))


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def test_given_the_encoding_no_byte_is_wrong_any_more() -> None:
    path, columns = HOSTILE / "S10_question_answer_pairs.txt", (("en", "Question"), ("de", "Answer"))
    data = prepared("translation", path, format="tsv", columns=columns, encoding="cp1252", set_aside=True)
    assert not [row for row in rejected(data) if row["reason"].startswith("byte")]


def test_aligned_news_pairs_up_by_line_feeds_alone() -> None:
    english, german = HOSTILE / "newstest2009.eng", HOSTILE / "newstest2009.deu"
    data = prepared("translation", f"{english},{german}", columns=(("en", "eng"), ("de", "deu")))
    lines = english.read_bytes().decode().split("\n")[:-1]
    assert size(data) == len(lines) == 2_525
    assert inputs(data) == Counter(f"translate to german. english: {line}" for line in lines)
    cut = f"{english},{HOSTILE / 'imdb_labelled.txt'}"
    with pytest.raises(DataError, match=r"newstest2009\.eng has 2,525, .*imdb_labelled\.txt has 1,000"):
        prepared("translation", cut)


@pytest.mark.parametrize("name", ["promed_dev.list-root.json", "promed_train.dict-root.json"])
def test_questions_whose_answers_their_context_lacks_are_refused_one_by_one(name: str) -> None:
    content = json.loads((HOSTILE / name).read_text(encoding="utf-8"))
    articles = content["data"] if isinstance(content, dict) else content
    paragraphs = [p for each in articles for p in each.get("paragraphs", [each])]
    questions = [(p["context"], q) for p in paragraphs for q in p["qas"]]
    wrong = sum(any(a["text"].strip() not in context for a in q["answers"]) for context, q in questions)
    with pytest.raises(DataError, match=rf"{wrong} rows can't be used"):
        prepared("qa", HOSTILE / name)
    data = prepared("qa", HOSTILE / name, set_aside=True)
    assert (size(data), data.rejected) == (len(questions) - wrong, wrong)
    places = [(row["line"], row["part"]) for row in rejected(data)]
    assert len(set(places)) == wrong


@pytest.mark.parametrize("set_aside", [False, True])
def test_a_file_that_breaks_off_is_an_error_whatever_was_asked(*, set_aside: bool) -> None:
    path = HOSTILE / "squad_train_truncated.json"
    with pytest.raises(
        DataError, match=r"squad_train_truncated\.json:1: not JSON at column .*the file breaks off there"
    ):
        prepared("qa", path, set_aside=set_aside)


@pytest.mark.parametrize(
    "file", sorted(HOSTILE.iterdir()) if HOSTILE.is_dir() else [], ids=lambda file: file.name
)
@pytest.mark.parametrize("known", ["json", "jsonl", "csv", "tsv", "parquet", "text"])
@pytest.mark.parametrize("task", ["qa", "sentiment", "translation"])
def test_no_file_read_in_any_format_for_any_task_is_more_than_an_error(
    file: Path, known: str, task: str
) -> None:
    try:
        data = prepared(task, file, format=known, set_aside=True)
    except DataError as error:
        assert file.name in str(error)  # noqa: PT017 - both outcomes are right
    else:
        assert size(data)
