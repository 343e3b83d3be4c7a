"""Rows of real file formats, counted as each format counts them, and located when they are wrong."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet as pq

from ftkit import DataError
from ftkit.data.formats import read_rows as read
from ftkit.data.reading import Reading
from ftkit.data.rows import BadRow, Located, flaw_in
from support.real_data import FOLDER, needs_real_data


def read_rows(path: Path, **reading: Any) -> list[Located]:
    return list(read(path, Reading(**reading)))


def faults(path: Path, **reading: Any) -> list[str]:
    """Which rows are bad, by line, and why."""
    return [
        f"{row.line}: {reason}"
        for row in read_rows(path, **reading)
        if (reason := row.reason if isinstance(row, BadRow) else flaw_in(row.row))
    ]


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


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("rows.jsonl", '{"a": 1}\n{"a": \n{"a": 3}\n', ["2: not JSON at column 8: Expecting value"]),
        ("rows.jsonl", '{"a": 1, "a": 2}\n', ["1: the key 'a' occurs twice in one object"]),
        ("rows.jsonl", '{"a": NaN}\n', ["1: NaN is not a JSON value; write null for a missing one"]),
        ("rows.jsonl", '{"a": 1e999}\n', ["1: the number 1e999 is too large"]),
        ("rows.jsonl", '{"a": %s}\n' % ("9" * 5000), ["1: the number 99999999999999999999 is too large"]),
        ("rows.jsonl", '{"a": "\\ud800"}\n', ["1: it holds U+D800, half of a surrogate pair"]),
        ("rows.jsonl", '{"a": "\\u0000"}\n', ["1: it holds U+0000"]),
        ("rows.jsonl", "[" * 200 + "]" * 200 + "\n", ["1: it is nested deeper than 100 levels"]),
        ("rows.jsonl", "[" * 90_000 + "]" * 90_000 + "\n1", ["1: it is nested deeper than"]),
        ("rows.json", '[{"a": 1, "a": 2},\n\n {"b": NaN}]', ["1: the key 'a' occurs twice", "3: NaN is no"]),
        ("rows.csv", "a,b\n1,2\n3\n4,5,6\n", ["3: 1 cell where the header has 2", "4: 3 cells where"]),
        ("rows.csv", 'a,b\n1,2\n"3"4,5\n6,7\n', ["3: not a CSV or TSV row: ',' expected"]),
        ("rows.csv", 'a,b\n1,2\n"3,4\n5,6\n', ["3: not a CSV or TSV row: unexpected end of data, in lines"]),
        ("rows.csv", b"a,b\ncaf\xe9,2\n3,4\n", ["2: byte 0xe9 behind 'caf' is not a letter in the"]),
        ("rows.txt", b"a\n\xff\n", ["2: byte 0xff behind ''"]),
    ],
)  # fmt: skip
def test_a_bad_row_is_located_and_its_neighbours_are_read(
    tmp_path: Path, name: str, content: str | bytes, said: list[str]
) -> None:
    found = faults(written(tmp_path, name, content))
    assert len(found) == len(said)
    assert all(one.startswith(other) for one, other in zip(found, said, strict=True)), found


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("rows.json", '[{"a": 1},\n {"a"', r"json:2: not JSON at column 6: .*; the file breaks off there"),
        ("rows.json", '[{"a": 1},\n {"a": "long', r"json:2: not JSON at .*; the file breaks off there"),
        ("rows.json", '[{"a": 1}\n {"a": 2}]', r"rows\.json:2: not JSON at column 2: ',' or '\]' is missing"),
        ("rows.json", '{"a": 1}\n{"a": 2}\n', r"rows\.json:2: .*more stands behind its end; .*jsonl"),
        ("rows.json", "[" * 90_000, r"rows\.json:1: not JSON at column .*nested deeper"),
        ("rows.json", "", r"rows\.json:1: not JSON"),
        ("rows.csv", "a,b,a\n1,2,3\n", r"rows\.csv:1: the header has 'a' more than once"),
        ("rows.csv", "", r"rows\.csv holds no rows, not even a header"),
        ("rows.csv", '"a,b\n1,2\n', r"rows\.csv:2: not a CSV or TSV header"),
        ("rows.csv", "a,b\n1,2\n".encode("utf-16-le"), r"rows\.csv:1: the header can't be used: it holds"),
        ("rows.jsonl.gz", b"no gzip", "rows.jsonl.gz: Not a gzipped file"),
        ("rows.jsonl.gz", gzip.compress(b'{"a": 1}' * 99, mtime=0)[:-20], "rows.jsonl.gz: "),
        ("rows.xml", "<a/>", "must end in one of .json, .jsonl, .ndjson, .csv, .tsv, .parquet, .txt"),
        ("rows.parquet", b"PAR1 and no more", "rows.parquet: not a Parquet file, or a damaged one"),
        ("rows.parquet", b"", "rows.parquet: not a Parquet file, or a damaged one"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_to_its_end_is_one_located_error(
    tmp_path: Path, name: str, content: str | bytes, said: str
) -> None:
    with pytest.raises(DataError, match=said):
        read_rows(written(tmp_path, name, content))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_decides_the_encoding_whatever_was_given(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path, "rows.tsv", "text\tlabel\nschön 😀\t1\n".encode(encoding))
    for told in (None, "cp1252"):
        assert [each.row for each in read_rows(path, encoding=told)] == [{"text": "schön 😀", "label": "1"}]


def test_without_a_mark_the_encoding_given_is_used(tmp_path: Path) -> None:
    path = written(tmp_path, "rows.csv", "text\n“schön”\n".encode("cp1252"))
    assert [each.row for each in read_rows(path, encoding="cp1252")] == [{"text": "“schön”"}]
    assert len(faults(path)) == 1


def test_half_an_utf_16_letter_at_the_end_is_a_bad_row(tmp_path: Path) -> None:
    path = written(tmp_path, "rows.txt", "a\nb".encode("utf-16") + b"\x41")
    assert [fault[:14] for fault in faults(path)] == ["2: byte 0x41 b"]


def test_quotes_are_plain_text_where_that_is_said_and_names_stand_in_for_a_header(tmp_path: Path) -> None:
    path = written(tmp_path, "rows.tsv", 'an "odd" one\t1\n"open\t0\n')
    rows = read_rows(path, quoting="none", column_names=("text", "label"))
    assert [row.row for row in rows] == [
        {"text": 'an "odd" one', "label": "1"},
        {"text": '"open', "label": "0"},
    ]


def test_rows_that_an_unbalanced_quote_made_one_are_a_bad_row_with_all_their_lines(tmp_path: Path) -> None:
    path = written(tmp_path, "rows.tsv", 'text\tlabel\nfine\t1\n"bad\t0\nlong"\t1\nlast\t0\n')
    assert [row.row["text"] for row in read_rows(path) if not isinstance(row, BadRow)] == ["fine", "last"]
    [fault] = faults(path)
    assert fault.startswith("3: several rows were read as one")
    assert "--reading.quoting none" in fault


def test_an_index_column_without_a_name_does_no_harm(tmp_path: Path) -> None:
    """pandas writes one; two would be indistinguishable."""
    assert read_rows(written(tmp_path, "rows.csv", ",text\n0,x\n"))[0].row == {"": "0", "text": "x"}
    with pytest.raises(DataError, match="has '' more than once"):
        read_rows(written(tmp_path, "rows.csv", ",text,\n0,x,\n"))


def test_only_line_feeds_end_lines_of_text(tmp_path: Path) -> None:
    path = written(tmp_path, "rows.txt", "a\u0085b\u2028c\rd\r\ne\x0bf\x0c\n")
    assert [row.row["text"] for row in read_rows(path)] == ["a\u0085b\u2028c\rd", "e\x0bf\x0c"]


@pytest.mark.parametrize("zipped", [False, True])
def test_parquet_gives_the_rows_that_were_written(tmp_path: Path, *, zipped: bool) -> None:
    rows = [
        {"text": f"text {n}", "label": n % 2, "translation": {"en": "a", "de": None}} for n in range(1000)
    ]
    plain = tmp_path / "rows.parquet"
    pq.write_table(pa.Table.from_pylist(rows), plain, row_group_size=300)
    path = written(tmp_path, "rows.parquet.gz", gzip.compress(plain.read_bytes())) if zipped else plain
    found = read_rows(path)
    assert [each.row for each in found] == rows
    assert [each.line for each in found] == list(range(1, 1001))


def test_a_parquet_text_that_is_no_utf_8_is_a_bad_row(tmp_path: Path) -> None:
    texts = pa.Array.from_buffers(pa.string(), 3, pa.array([b"a", b"\xff", b"c"], pa.binary()).buffers())
    pq.write_table(pa.table({"text": texts}), tmp_path / "rows.parquet")
    rows = read_rows(tmp_path / "rows.parquet")
    assert [isinstance(row, BadRow) for row in rows] == [False, True, False]


def test_a_file_that_is_not_there_is_one_message(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.csv: No such file"):
        read_rows(tmp_path / "none.csv")


@needs_real_data
@pytest.mark.parametrize("name", ["imdb/train.csv", "imdb/validation.csv"])
def test_real_csv_has_the_rows_that_the_csv_module_counts(name: str) -> None:
    with (FOLDER / name).open(encoding="utf-8", newline="") as stream:
        expected = sum(1 for _ in csv.reader(stream)) - 1
    assert len(read_rows(FOLDER / name)) == expected


@needs_real_data
def test_real_json_lines_are_not_cut_at_a_next_line_character() -> None:
    assert len(read_rows(FOLDER / "wmt16_en_de_news/train.jsonl")) == 8000


@needs_real_data
def test_truncated_squad_is_refused() -> None:
    with pytest.raises(
        DataError, match=r"truncated\.json:1: not JSON at column .* the file breaks off there"
    ):
        read_rows(FOLDER / "hostile/squad_train_truncated.json")


def test_no_wrong_byte_in_the_footer_of_a_parquet_file_hides_rows(tmp_path: Path) -> None:
    table = pa.Table.from_pylist([{"text": f"film {n}", "label": n % 2} for n in range(40)])
    pq.write_table(table, tmp_path / "whole.parquet", row_group_size=15)
    content = (tmp_path / "whole.parquet").read_bytes()
    footer = int.from_bytes(content[-8:-4], "little")
    path, refused = tmp_path / "rows.parquet", 0
    for position in range(len(content) - 8 - footer, len(content)):
        path.write_bytes(content[:position] + b"\0" + content[position + 1 :])
        try:
            assert len(read_rows(path)) == 40
        except DataError:
            refused += 1
    assert refused
