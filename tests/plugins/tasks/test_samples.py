"""The rows that come with the tasks: what they describe is there, and all of it formats."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ftkit_plugins.tasks import qa, sentiment, translation


def read_rows(task: ModuleType, file: Path) -> list[Any]:
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".json":
        return list(task.expand_record(json.loads(text)))
    if file.suffix == ".jsonl":
        return [json.loads(line) for line in text.removesuffix("\n").split("\n")]
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


@pytest.mark.parametrize(
    ("task", "arguments"),
    [(qa, {}), (sentiment, {}), (translation, {"options": {"source": "en", "target": "de"}})],
    ids=["qa", "sentiment", "translation"],
)
@pytest.mark.parametrize("split", ["train", "validation"])
def test_every_bundled_row_has_a_target_that_reads_back(
    task: ModuleType, arguments: dict[str, Any], split: str
) -> None:
    rows = read_rows(task, Path(getattr(task.describe_task().sample, split)))
    assert rows
    for row in rows:
        example = task.format_example(row, **arguments)
        assert example.target is not None
        assert all(task.parse_output(each, **arguments) is not None for each in example.references)
