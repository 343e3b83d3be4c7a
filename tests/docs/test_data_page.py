"""The rows that the page of data shows are read as it says, and are rows of the bundled samples."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ftkit.data.examples import Formatter, formatted, rows_of
from ftkit.data.reading import Reading
from ftkit.data.sources import find_sources
from ftkit.loading import declared_options
from ftkit.options import complete_options
from ftkit.plugins import load_plugins
from support.pages import blocks

PAGE = Path(__file__).parents[2] / "docs" / "data.md"
FILES = {block.title: block.text for block in blocks(PAGE) if block.title}
SHOWN = [
    ("sentences.jsonl", "translation", Reading()),
    ("questions.json", "qa", Reading()),
    ("reviews.csv", "sentiment", Reading()),
    ("reviews.tsv", "sentiment", Reading()),
    ("no-header.csv", "sentiment", Reading(column_names=("text", "label"))),
    ("reviews.txt", "sentiment", Reading()),
    ("train.en,train.de", "translation", Reading()),
    ("reviews", "sentiment", Reading()),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The page's files, in the folder that the program works in."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        whole = text.removesuffix("\n") if "/" in name else text  # of a class, the whole file is the text
        (tmp_path / name).write_text(whole, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def examples(data: str, formatter: Formatter, reading: Reading) -> Iterator[Any]:
    """What a task makes of data; a bad row is what it says."""
    for source in find_sources(data, reading):
        for row in rows_of(source.rows(), formatter):
            yield formatted(row, formatter).row


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("data", "task", "reading"), SHOWN)
def test_the_rows_shown_are_read_and_are_rows_of_the_sample(data: str, task: str, reading: Reading) -> None:
    plugins = load_plugins(task=task)
    formatter = Formatter(plugins.manager, complete_options(declared_options(plugins), {})["task"])
    sample = formatter.task.sample
    assert sample is not None
    bundled = [
        *examples(sample.train, formatter, Reading()),
        *examples(sample.validation, formatter, Reading()),
    ]
    targets = {example.input: example.target for example in bundled}
    shown = list(examples(data, formatter, reading))
    assert len(shown) == 2
    for example in shown:
        right = targets[example.input]
        assert example.target == (None if data.endswith(".txt") else right)


def test_every_file_on_the_page_is_read_by_these_tests() -> None:
    named = [name for data, _, _ in SHOWN for name in data.split(",")]
    assert {str(name).partition("/")[0] for name in FILES} == set(named)
