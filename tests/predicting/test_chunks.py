"""Chunks hold a bounded number of rows and of letters, and begin again where they began before."""

from __future__ import annotations

from pathlib import Path

import pytest

from ftkit.data.examples import Formatter
from ftkit.data.reading import Reading
from ftkit.data.sources import find_sources
from ftkit.plugins import load_plugins
from ftkit.predicting import chunks
from ftkit.predicting.chunks import read_chunks
from ftkit.predicting.request import Request
from support.asking import sentences, write_rows


@pytest.fixture
def formatter() -> Formatter:
    return Formatter(load_plugins(task="translation").manager, {"source": "en", "target": "de"})


def request_of(path: Path, chunk_rows: int) -> Request:
    reading = Reading()
    return Request(find_sources(str(path), reading), reading, {}, chunk_rows=chunk_rows)


def test_rows_of_all_lengths_make_chunks_of_so_many_rows_at_most(
    formatter: Formatter, tmp_path: Path
) -> None:
    request = request_of(write_rows(tmp_path / "rows.jsonl", sentences(10)), 4)
    assert [(each.before, each.count) for each in read_chunks(request, formatter)] == [(0, 4), (4, 4), (8, 2)]


def test_long_rows_make_shorter_chunks(
    formatter: Formatter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "_MOST_CHARACTERS", 1000)
    long = [{"en": "x" * 400}] * 5 + ["{broken" * 200]
    request = request_of(write_rows(tmp_path / "rows.jsonl", [*long, *sentences(3)]), 1000)
    assert [each.count for each in read_chunks(request, formatter)] == [3, 3, 3]


@pytest.mark.parametrize("skipped", [4, 8, 10])
def test_behind_rows_that_are_skipped_the_chunks_are_the_same(
    formatter: Formatter, tmp_path: Path, skipped: int
) -> None:
    request = request_of(write_rows(tmp_path / "rows.jsonl", [*sentences(6), "{", *sentences(3)]), 4)
    all_chunks = list(read_chunks(request, formatter))
    later = [each for each in all_chunks if each.before >= skipped]
    assert list(read_chunks(request, formatter, skipped)) == later
