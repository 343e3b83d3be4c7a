"""Writes the tasks' bundled samples: ``python -m ftkit_plugins.tiny.samples --output DIR``.

Same world as the pretraining corpus, other draws: every fact, review and scene belongs to one part
by its hash (``scenes.part_of``), so that train, validation and pretraining share none. The files
have the schemas of the data sets that the tasks are known for: SQuAD 1.1 (nested JSON), IMDb (text
and label) and WMT16 (one translation a line).
"""

from __future__ import annotations

import argparse
import csv
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from ftkit_plugins.tiny import english, facts, german, opinions
from ftkit_plugins.tiny.scenes import Part, draw_for, draw_scene, generator

ROWS: dict[Part, int] = {"train": 1800, "validation": 200}
_QUESTIONS_PER_PASSAGE = 2
_PEOPLE_PER_PASSAGE = 3
Row = TypeVar("Row")


def qa_paragraphs(part: Part) -> Iterator[dict[str, Any]]:
    """SQuAD paragraphs: a passage on three people and questions about them."""
    rng = generator("samples", "qa", part)
    while True:
        kinds = rng.sample(facts.relations(), rng.randint(1, 2))
        rows = facts.draw_facts(rng, part, kinds, _PEOPLE_PER_PASSAGE)
        context = facts.passage(rng, rows)
        asked = rng.sample([fact for row in rows for fact in row], _QUESTIONS_PER_PASSAGE)
        questions = [facts.ask(rng, fact) for fact in asked]
        yield {"context": context, "qas": [_squad_question(q, context) for q in questions]}


def _squad_question(question: facts.Question, context: str) -> dict[str, Any]:
    found = re.search(rf"\b{question.answer}\b", context)
    if found is None:
        raise ValueError(f"{question.answer!r} is not in {context!r}")
    answer = {"text": question.answer, "answer_start": found.start()}
    return {"question": question.text, "answers": [answer]}


def reviews(part: Part) -> Iterator[tuple[str, int]]:
    """IMDb rows, praise and blame in turn."""
    rng = generator("samples", "sentiment", part)
    while True:
        for wanted in (True, False):
            review = opinions.draw_review(rng, part)
            while review.positive != wanted:
                review = opinions.draw_review(rng, part)
            yield review.text, int(wanted)


def translations(part: Part) -> Iterator[tuple[str, str]]:
    """English sentences with their German counterparts."""
    rng = generator("samples", "translation", part)
    while True:
        scene = draw_for(part, lambda: draw_scene(rng), english.realise)
        yield english.realise(scene), german.realise(scene)


def distinct(rows: Iterator[Row], count: int, key: Callable[[Row], str]) -> list[Row]:
    """The first ``count`` rows that differ in ``key``."""
    kept: dict[str, Row] = {}
    while len(kept) < count:
        row = next(rows)
        kept.setdefault(key(row), row)
    return list(kept.values())


def squad_document(part: Part) -> dict[str, Any]:
    """A SQuAD 1.1 file of one article."""
    count = ROWS[part] // _QUESTIONS_PER_PASSAGE
    paragraphs = distinct(qa_paragraphs(part), count, lambda paragraph: paragraph["context"])
    for i, paragraph in enumerate(paragraphs):
        paragraph["qas"] = [{"id": f"{part}-{i}-{j}"} | qa for j, qa in enumerate(paragraph["qas"])]
    return {"version": "1.1", "data": [{"title": "People", "paragraphs": paragraphs}]}


def write(output: Path) -> None:
    """Writes the six sample files below ``output``."""
    for task in ("qa", "sentiment", "translation"):
        (output / task).mkdir(parents=True, exist_ok=True)
    for part, count in ROWS.items():
        document = json.dumps(squad_document(part), indent=0, ensure_ascii=False)
        (output / f"qa/{part}.json").write_text(document + "\n", encoding="utf-8")
        rows = distinct(reviews(part), count, lambda row: row[0])
        with (output / f"sentiment/{part}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([("text", "label"), *rows])
        pairs = distinct(translations(part), count, lambda pair: pair[0])
        lines = [{"translation": {"en": en, "de": de}} for en, de in pairs]
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        (output / f"translation/{part}.jsonl").write_text(text, encoding="utf-8")


def main(arguments: list[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m ftkit_plugins.tiny.samples")
    parser.add_argument("--output", type=Path, required=True, help="the folder for the samples")
    write(parser.parse_args(arguments).output)


if __name__ == "__main__":
    main()
