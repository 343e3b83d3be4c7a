"""The real data beside the checkout, which nobody on this project wrote; tests skip where it is absent."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2].parent / "shared" / "data"

needs_real_data = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the real data is not at {FOLDER}")


def json_file(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def json_lines(name: str) -> Iterator[Any]:
    with (FOLDER / name).open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def csv_rows(name: str, **dialect: Any) -> Iterator[dict[Any, Any]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, **dialect)


def lines(name: str) -> list[str]:
    """Lines by line feeds alone: U+0085 and the like stay inside."""
    return (FOLDER / name).read_text(encoding="utf-8").removesuffix("\n").split("\n")


TRAINING = {
    "qa": "squad/train.json",
    "sentiment": "imdb/train.csv",
    "translation": "wmt16_en_de_news/train.jsonl",
}
"""The training file of each task."""

CAPTIONS = "wmt16_en_de_multi30k/train.jsonl"
"""A translation task whose sentences are short and alike."""


def head_of_validation(task: str, folder: Path, training: str | None = None) -> Path:
    """The first eight validation rows of a task, in a file of the same format."""
    path = FOLDER / (training or TRAINING[task]).replace("train", "validation")
    text = path.read_text(encoding="utf-8")
    copy = folder / path.name
    if path.suffix == ".json":
        article = json.loads(text)["data"][0]
        article["paragraphs"] = [{**each, "qas": each["qas"][:1]} for each in article["paragraphs"][:8]]
        copy.write_text(json.dumps({"data": [article]}), encoding="utf-8")
    else:
        rows = 8 + (path.suffix == ".csv")  # and a header
        copy.write_text("".join(line + "\n" for line in text.split("\n")[:rows]), encoding="utf-8")
    return copy
