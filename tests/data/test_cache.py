"""What was prepared is found again by what it depends on, whole or not at all."""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from pathlib import Path
from typing import Any

import pytest

from ftkit import DataError
from ftkit.data import cache as cache_module
from ftkit.data import prepared as prepared_module
from ftkit.data.cache import Cache, open_cache
from support import small
from support.prepared import inputs_of_reviews, prepared


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FTKIT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps({"text": f"film {n}", "label": n % 2}) + "\n" for n in range(60)))
    return path


def forbid_building(monkeypatch: pytest.MonkeyPatch) -> None:
    def build(*_: Any) -> None:
        raise AssertionError("it should have been found")

    monkeypatch.setattr(prepared_module, "build_examples", build)
    monkeypatch.setattr(prepared_module, "tokenise_to", build)


def test_the_same_data_is_prepared_once(rows: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tokenizer = small.load("t5").tokenizer
    first = prepared("sentiment", rows)
    tokens = first.tokenised(tokenizer, 64, 8)
    forbid_building(monkeypatch)
    again = prepared("sentiment", rows)
    assert list(again.training) == list(first.training)
    assert again.summary == first.summary
    found = again.tokenised(tokenizer, 64, 8)
    assert [found[i] for i in range(len(found))] == [tokens[i] for i in range(len(tokens))]


@pytest.mark.parametrize("what", ["contents", "reading", "task", "seed", "code"])
def test_whatever_the_examples_depend_on_changes_the_fingerprint(
    rows: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    before = prepared("sentiment", rows).fingerprint
    task, reading = "sentiment", {}
    if what == "contents":
        rows.write_text(rows.read_text() + '{"text": "one more", "label": 1}\n')
    elif what == "reading":
        reading = {"set_aside": True}
    elif what == "task":
        rows_of_two = [{"text": f"film {n}", "label": n % 2, "en": f"{n}", "de": f"{n}"} for n in range(60)]
        rows.write_text("".join(json.dumps(row) + "\n" for row in rows_of_two))
        before, task = prepared("sentiment", rows).fingerprint, "translation"
    elif what == "seed":
        monkeypatch.setattr("support.prepared.prepare", _with_another_seed)
    else:
        monkeypatch.setattr("ftkit.data.fingerprint.__version__", "0.0.0+other")
    assert prepared(task, rows, **reading).fingerprint != before


def _with_another_seed(data: Any, validation: Any, reading: Any, _: int, *rest: Any) -> Any:
    return prepared_module.prepare(data, validation, reading, 1, *rest)


def test_another_tokenizer_or_limit_makes_other_tokens(rows: Path) -> None:
    data = prepared("sentiment", rows)
    t5, bart = small.load("t5").tokenizer, small.load("bart").tokenizer
    tokens = data.tokenised(t5, 64, 8)
    assert data.tokenised(bart, 64, 8)[0] != tokens[0]
    assert data.tokenised(t5, 4, 8).lengths[:, 0].max() == 4
    assert tokens.lengths[:, 0].max() > 4


@pytest.mark.parametrize("damage", ["bit", "cut", "missing", "seal", "emptied"])
def test_a_damaged_entry_is_made_anew(rows: Path, folder: Path, damage: str) -> None:
    first = prepared("sentiment", rows)
    expected = [each.input for each in first.training]
    assert first.fingerprint is not None
    entry = folder / "examples" / first.fingerprint
    file = entry / "training.arrow"
    content = bytearray(file.read_bytes())
    if damage == "bit":
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
    elif damage == "cut":
        file.write_bytes(content[:-10])
    elif damage == "missing":
        file.unlink()
    elif damage == "seal":
        (entry / "entry.json").write_text("{")
    else:
        for each in entry.iterdir():
            each.unlink()
    assert [each.input for each in prepared("sentiment", rows).training] == expected
    assert [path.name for path in (folder / "examples").iterdir()] == [first.fingerprint]


def test_what_fails_leaves_nothing_behind(rows: Path, folder: Path) -> None:
    rows.write_text('{"text": \n')
    with pytest.raises(DataError):
        prepared("sentiment", rows)
    assert not list((folder / "examples").iterdir())


def test_what_a_killed_process_left_is_swept_after_a_day_and_nothing_else(rows: Path, folder: Path) -> None:
    for name, age in (("old", 2 * 86_400), ("young", 60)):
        left = folder / "examples" / f".making-{name}"
        left.mkdir(parents=True)
        for path in (left / "training.arrow", left):
            path.touch()
            os.utime(path, (time.time() - age,) * 2)
    prepared("sentiment", rows)
    assert [path.name for path in (folder / "examples").glob(".*")] == [".making-young"]


def test_a_cache_that_cannot_be_written_is_told_and_done_without(
    rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("FTKIT_CACHE", str(tmp_path / "file" / "cache"))
    data = prepared("sentiment", rows)
    assert len(data.training) + len(data.validation) == 60
    assert any("can't be written (Not a directory)" in remark for remark in data.remarks)


def test_a_full_disk_is_one_error_that_names_the_way_on(folder: Path) -> None:
    def build(_: Path) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(DataError, match=r"can't be kept in .*: No space left on device; set FTKIT_CACHE"):
        Cache(folder).entry("examples", "abc", build)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"FTKIT_CACHE": "/a", "XDG_CACHE_HOME": "/b", "HOME": "/c"}, "/a"),
        ({"XDG_CACHE_HOME": "/b", "HOME": "/c"}, "/b/ftkit"),
        ({"HOME": "/c"}, "/c/.cache/ftkit"),
    ],
)
def test_the_folder_is_where_the_person_said_or_where_caches_are(
    variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("FTKIT_CACHE", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert cache_module._wanted() == Path(expected)


def test_processes_that_prepare_the_same_at_once_all_succeed(rows: Path, folder: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        found = pool.map(inputs_of_reviews, [str(rows)] * 6, chunksize=1)
    assert all(each == found[0] for each in found)
    assert len(found[0]) == 60
    assert len(list((folder / "examples").iterdir())) == 1


def test_who_comes_second_with_the_same_entry_uses_the_first(folder: Path) -> None:
    cache = open_cache()

    def fast(place: Path) -> None:
        (place / "x").write_text("first")

    def slow(place: Path) -> None:
        cache.entry("kind", "same", fast)
        (place / "x").write_text("second")

    assert (cache.entry("kind", "same", slow) / "x").read_text() == "first"
    assert [path.name for path in (folder / "kind").iterdir()] == ["same"]
