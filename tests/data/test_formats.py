"""Rows of real file formats, counted as each format counts them, and located when they are wrong."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftkit import DataError
from ftkit.data.formats import read_rows

SHARED = Path(__file__).parents[3] / "shared" / "data"
needs_real_data = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the real data sets are not beside the checkout"
)


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("rows.csv", 'text,label\r\n"two\nlines",1\r\nplain,0\r\n'),
        ("rows.tsv", 'text\tlabel\n"two\nlines"\t1\nplain\t0\n'),
        ("rows.jsonl", '{"text": "two\\nlines", "label": "1"}\n\n{"text": "plain", "label": "0"}'),
        ("rows.json", '[{"text": "two\\nlines", "label": "1"}, {"text": "plain", "label": "0"}]'),
    ],
)
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("zipped", [False, True])
def test_same_rows_come_out_of_every_format(
    tmp_path: Path, name: str, content: str, *, bom: bytes, zipped: bool
) -> None:
    data = bom + content.encode()
    path = written(tmp_path, name + ".gz" * zipped, gzip.compress(data) if zipped else data)
    rows = [located.row for located in read_rows(path)]
    assert rows == [{"text": "two\nlines", "label": "1"}, {"text": "plain", "label": "0"}]


def test_places_are_lines_of_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, "rows.csv", 'a\n"x\ny"\nz\n')
    assert [located.place for located in read_rows(path)] == [f"{path}:2", f"{path}:4"]


@given(st.lists(st.text(st.characters(exclude_categories=("Cs",)), min_size=1)))
def test_any_text_survives_json_lines_whatever_line_ends_it_holds(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    lines = "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts)
    path = written(tmp_path_factory.mktemp("rows"), "rows.jsonl", lines)
    assert [located.row["text"] for located in read_rows(path)] == texts


@given(st.binary(max_size=300), st.sampled_from([".csv", ".tsv", ".json", ".jsonl"]))
def test_any_bytes_give_rows_or_one_located_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, suffix: str
) -> None:
    path = written(tmp_path_factory.mktemp("rows"), f"rows{suffix}", content)
    try:
        list(read_rows(path))
    except DataError as error:
        assert str(path) in str(error)  # noqa: PT017 - both outcomes are right


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("rows.jsonl", '{"a": 1}\n{"a": \n', r"rows\.jsonl:2: no JSON"),
        ("rows.json", '[{"a": 1}, {"a"', r"rows\.json: no JSON"),
        ("rows.csv", 'a,b\n1,2\n"3,4\n', r"rows\.csv:3: no row of its format"),
        ("rows.csv", b"a,b\n\xff,2\n", r"rows\.csv: not UTF-8"),
        ("rows.jsonl.gz", b"no gzip", "rows.jsonl.gz: "),
        ("rows.xml", "<a/>", "must end in one of .json, .jsonl, .csv, .tsv"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    tmp_path: Path, name: str, content: str | bytes, said: str
) -> None:
    with pytest.raises(DataError, match=said):
        list(read_rows(written(tmp_path, name, content)))


def test_a_file_that_is_not_there_is_one_message(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.csv: No such file"):
        list(read_rows(tmp_path / "none.csv"))


@needs_real_data
@pytest.mark.parametrize("name", ["imdb/train.csv", "imdb/validation.csv"])
def test_real_csv_has_the_rows_that_the_csv_module_counts(name: str) -> None:
    with (SHARED / name).open(encoding="utf-8", newline="") as stream:
        expected = sum(1 for _ in csv.reader(stream)) - 1
    assert sum(1 for _ in read_rows(SHARED / name)) == expected


@needs_real_data
def test_real_json_lines_are_not_cut_at_a_next_line_character() -> None:
    assert sum(1 for _ in read_rows(SHARED / "wmt16_en_de_news/train.jsonl")) == 8000


@needs_real_data
def test_truncated_squad_is_refused() -> None:
    with pytest.raises(DataError, match="no JSON"):
        list(read_rows(SHARED / "hostile/squad_train_truncated.json"))
