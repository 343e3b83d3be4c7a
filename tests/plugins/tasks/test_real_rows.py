"""Every row of the real data sets formats without loss, and no hostile row passes for a right one."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest

import ftkit
from ftkit_plugins.tasks import qa, sentiment, translation
from support.real_data import FOLDER, csv_rows, json_file, json_lines, lines, needs_real_data

pytestmark = needs_real_data
DIRECTION = {"source": "en", "target": "de"}


def test_nine_thousand_squad_questions_format_without_loss() -> None:
    count = 0
    for split in ("train", "validation"):
        data = json_file(f"squad/{split}.json")
        rows = qa.expand_record(data)
        originals = [
            (paragraph["context"], question)
            for article in data["data"]
            for paragraph in article["paragraphs"]
            for question in paragraph["qas"]
        ]
        assert len(rows) == len(originals)
        for row, (context, question) in zip(rows, originals, strict=True):
            example = qa.format_example(row)
            texts = [answer["text"] for answer in question["answers"]]
            assert example.input == f"question: {question['question']} context: {context}"
            assert example.target == texts[0]
            assert set(example.references) == set(texts)
            assert all(qa.parse_output(text) for text in texts)
            count += 1
    assert count == 9_000


def test_nine_thousand_imdb_reviews_format_without_loss() -> None:
    labels = {"1": "sentiment: True", "0": "sentiment: False"}
    count = {"sentiment: True": 0, "sentiment: False": 0}
    for split in ("train", "validation"):
        for row in csv_rows(f"imdb/{split}.csv"):
            example = sentiment.format_example(row)
            assert example.input == f"sentiment analysis: {row['text']}"
            assert example.target == labels[row["label"]]
            count[example.target] += 1
    assert count == {"sentiment: True": 4_500, "sentiment: False": 4_500}


def test_eighteen_thousand_wmt_rows_format_without_loss() -> None:
    count = 0
    for corpus in ("news", "multi30k"):
        for split in ("train", "validation"):
            for row in json_lines(f"wmt16_en_de_{corpus}/{split}.jsonl"):
                example = translation.format_example(row, DIRECTION)
                assert example.input == f"translate to german. english: {row['translation']['en']}"
                assert example.target == f"german: {row['translation']['de']}"
                count += 1
    assert count == 18_000


def refusals(rows: Iterable[Any], format_row: Callable[[Any], ftkit.Example]) -> tuple[list[Any], list[str]]:
    """The rows that were accepted, and why each of the others was not."""
    accepted, reasons = [], []
    for row in rows:
        try:
            format_row(row)
        except ftkit.RowError as error:
            reasons.append(str(error))
        else:
            accepted.append(row)
    return accepted, reasons


def test_rows_that_an_unbalanced_quote_swallowed_are_refused() -> None:
    """A default reader sees 773 of the 1,000 lines; those that hold several are no reviews."""
    rows = list(csv_rows("hostile/imdb_labelled.txt", delimiter="\t", fieldnames=["text", "label"]))
    assert len(rows) < 1_000
    accepted, reasons = refusals(rows, sentiment.format_example)
    assert reasons
    assert all("unbalanced quote" in reason or "more cells" in reason for reason in reasons)
    pairs = [line.rsplit("\t", 1) for line in lines("hostile/imdb_labelled.txt")]
    originals = {(unquoted(text), label) for text, label in pairs}
    assert all((unquoted(row["text"]), row["label"]) in originals for row in accepted)


def unquoted(text: str) -> str:
    return text.replace('"', "").strip()


def test_tweets_with_a_third_label_are_refused_and_the_others_keep_their_line_feeds() -> None:
    rows = list(csv_rows("hostile/Tweets.csv"))
    assert len(rows) == 14_640
    renamed = [{"text": row["text"], "label": row["airline_sentiment"]} for row in rows]
    accepted, reasons = refusals(renamed, sentiment.format_example)
    labels = [row["airline_sentiment"] for row in rows]
    assert len(accepted) == labels.count("positive") + labels.count("negative")
    assert all(reason.endswith(", not 'neutral'") for reason in reasons)
    assert sum("\n" in sentiment.format_example(row).input for row in accepted) > 0


@pytest.mark.parametrize("name", ["S08", "S09", "S10"])
def test_question_files_without_contexts_are_refused_with_the_columns_they_have(name: str) -> None:
    raw = (FOLDER / f"hostile/{name}_question_answer_pairs.txt").read_bytes()
    rows = list(csv.DictReader(raw.decode("utf-8", "replace").splitlines(), delimiter="\t"))
    accepted, reasons = refusals(rows, qa.format_example)
    assert not accepted
    assert all("lacks 'question'; it has" in reason and "'Question'" in reason for reason in reasons)


@pytest.mark.parametrize("name", ["promed_dev.list-root", "promed_train.dict-root"])
def test_answers_that_their_context_does_not_hold_are_refused(name: str) -> None:
    data = json_file(f"hostile/{name}.json")
    records = data if isinstance(data, list) else [data]
    rows = [row for record in records for row in qa.expand_record(record)]
    accepted, reasons = refusals(rows, qa.format_example)
    assert accepted
    assert reasons
    assert all("does not occur there" in reason for reason in reasons)
    for row in accepted:
        assert all(answer["text"].strip() in row["context"] for answer in row["answers"])


def test_a_truncated_file_never_reaches_the_task() -> None:
    with pytest.raises(json.JSONDecodeError):
        json_file("hostile/squad_train_truncated.json")


def test_lines_of_an_aligned_corpus_pair_up_only_by_line_feeds() -> None:
    english, german = lines("hostile/newstest2009.eng"), lines("hostile/newstest2009.deu")
    assert len(english) == len(german) == 2_525
    rows = [{"en": en, "de": de} for en, de in zip(english, german, strict=True)]
    accepted, reasons = refusals(rows, lambda row: translation.format_example(row, DIRECTION))
    assert len(accepted) == 2_525 - len(reasons)
    assert all("is empty" in reason for reason in reasons)
