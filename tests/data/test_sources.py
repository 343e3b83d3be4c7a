"""What `--data` can name: files, patterns, folders of classes, aligned texts, stdin."""

from __future__ import annotations

import gzip
import io
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from ftkit import DataError
from ftkit.data.reading import Reading
from ftkit.data.sources import find_sources


def rows(data: Path | str, **reading: Any) -> list[Any]:
    return [each.row for source in find_sources(str(data), Reading(**reading)) for each in source.rows()]


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path


def test_a_pattern_names_files_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b.jsonl", "a.jsonl", "c.csv"):
        write(tmp_path / name, json.dumps({"text": name}) + "\n")
    assert rows(tmp_path / "*.jsonl") == [{"text": "a.jsonl"}, {"text": "b.jsonl"}]
    with pytest.raises(DataError, match="no file matches the pattern"):
        rows(tmp_path / "*.tsv")


def test_subfolders_of_texts_are_classes(tmp_path: Path) -> None:
    """As in aclImdb/train, which has files beside its classes."""
    write(tmp_path / "urls_neg.txt", "http://example.org\n")
    write(tmp_path / "neg/0_1.txt", "Dull.")
    write(tmp_path / "pos/0_9.txt", "Great.\nTruly.")
    (tmp_path / "pos/1_10.txt.gz").write_bytes(gzip.compress(b"Good."))
    expected = [("Dull.", "neg"), ("Great.\nTruly.", "pos"), ("Good.", "pos")]
    assert [(row["text"], row["label"]) for row in rows(tmp_path)] == expected
    assert [row["label"] for row in rows(f"{tmp_path}/pos,{tmp_path}/neg")] == ["pos", "pos", "neg"]


def test_a_folder_without_classes_is_refused_with_what_was_meant(tmp_path: Path) -> None:
    write(tmp_path / "train/neg/0_1.txt", "Dull.")
    with pytest.raises(DataError, match=rf"none is there; did you mean {tmp_path}/train\?"):
        rows(tmp_path)
    write(tmp_path / "shards/one.csv", "text\nx\n")
    with pytest.raises(DataError, match=rf"give a pattern: '{tmp_path}/shards/\*\.csv'"):
        rows(tmp_path / "shards")


def test_lines_of_aligned_files_make_rows_whose_columns_are_the_suffixes(tmp_path: Path) -> None:
    english = write(tmp_path / "train.en", "one\u0085still one\ntwo\n")
    german = tmp_path / "train.de.gz"
    german.write_bytes(gzip.compress(b"eins\r\nzwei"))
    expected = [{"en": "one\u0085still one", "de": "eins"}, {"en": "two", "de": "zwei"}]
    assert rows(f"{english},{german}") == expected
    named = rows(f"{english},{german}", column_names=("source", "target"))
    assert named[0] == {"source": "one\u0085still one", "target": "eins"}


@pytest.mark.parametrize(
    ("english", "german", "said"), [(3, 2, "has 3, .* has 2"), (2, 5, "has 2, .* has 5")]
)
def test_aligned_files_of_unequal_length_are_one_error_with_both_counts(
    tmp_path: Path, english: int, german: int, said: str
) -> None:
    files = [write(tmp_path / "a.en", "x\n" * english), write(tmp_path / "a.de", "y\n" * german)]
    with pytest.raises(DataError, match=f"equally many lines: .*{said}"):
        rows(",".join(map(str, files)))


def test_aligned_files_whose_suffixes_do_not_differ_want_names(tmp_path: Path) -> None:
    files = ",".join(str(write(tmp_path / name, "x\n")) for name in ("en.txt", "de.txt"))
    with pytest.raises(DataError, match=r"these give 'txt', 'txt': name them with --reading\.column-names"):
        rows(files)
    assert rows(files, column_names=("en", "de")) == [{"en": "x", "de": "x"}]


def test_several_files_of_rows_are_read_one_after_the_other(tmp_path: Path) -> None:
    files = [write(tmp_path / f"{name}.csv", f"text\n{name}\n") for name in "ab"]
    assert rows(",".join(map(str, files))) == [{"text": "a"}, {"text": "b"}]


def test_stdin_is_json_lines_unless_another_format_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for content, given in ((b'{"text": "x"}\n', None), (b"text\nx\n", "csv")):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        assert rows("-", format=given) == [{"text": "x"}]


def test_a_pipe_is_read_once_and_loses_nothing(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    content = "".join(json.dumps({"text": f"film {n}"}) + "\n" for n in range(5000))
    writer = threading.Thread(target=pipe.write_text, args=(content,))
    writer.start()
    [source] = find_sources(str(pipe), Reading())
    writer.join()
    assert source.digest()
    assert [each.place for each in source.rows()][-1] == f"{pipe}:5000"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("trian.csv", r"trian\.csv: No such file or directory; did you mean .*train\.csv\?"),
        ("train.csv,none.csv", r"none\.csv: No such file or directory"),
        ("folder,train.csv", "give either files or folders, not both"),
        ("folder/none", "No such file or directory"),
        ("no such/name at all", "No such file or directory"),
        ("x" * 5000, "File name too long"),
        ("a\0b", "a.*b: "),
    ],
)
def test_what_names_nothing_is_one_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: str, said: str
) -> None:
    write(tmp_path / "train.csv", "text\n")
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=said):
        find_sources(data, Reading())


def test_a_digest_follows_the_contents(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.csv", "text\nx\n")
    first = find_sources(str(path), Reading())[0].digest()
    assert first == find_sources(str(path), Reading())[0].digest()
    write(path, "text\ny\n")
    assert first != find_sources(str(path), Reading())[0].digest()
