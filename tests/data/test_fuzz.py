"""Bytes that nobody thought of: a located error, or every row accounted for, and never anything else."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet as pq

from ftkit import DataError
from support.prepared import PreparedData, prepared

# Pieces that mean something to a reader of CSV or JSON, so that short inputs reach deep into it.
PIECES = st.sampled_from(
    [
        *(
            b"text,label\n",
            b'"',
            b'""',
            b",",
            b"\n",
            b"\r\n",
            b"\r",
            b"film",
            b"pos",
            b"neg",
            b"\x00",
            b"\xff",
        ),
        *(b"\xc3", b"\xef\xbb\xbf", b"\xff\xfe", b"\x85", "\u0085\u2028".encode(), b"\x1f\x8b", b" ", b"\t"),
        *(b'{"text": "a", "label": 1}\n', b'{"text":', b'"label":', b"{", b"}", b"[", b"]", b"1e999", b"NaN"),
        *(b'"\\ud800"', b'"\\u0000"', b"[" * 300, b"9" * 500, b":", b"true", b"a,pos\n" * 3, b'"a\nb",neg\n'),
    ]
)
BYTES = st.one_of(
    st.binary(max_size=200),
    st.lists(PIECES, max_size=25).map(b"".join),
    st.lists(PIECES, max_size=25).map(lambda pieces: b"text,label\n" + b"".join(pieces)),
)
MANY = settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])


def attempt(path: Path, *, set_aside: bool) -> PreparedData | str:
    try:
        return prepared("sentiment", path, path, set_aside=set_aside)
    except DataError as error:
        assert str(path) in str(error)  # noqa: PT017 - an error is one right outcome of two
        return str(error)


def total(data: PreparedData) -> int:
    """Rows of the file, which is used twice: once to train and once to validate."""
    assert len(data.training) == len(data.validation)
    assert data.rejected % 2 == 0
    return len(data.training) + data.rejected // 2


@MANY
@given(BYTES)
def test_any_bytes_as_json_lines_are_located_errors_or_accounted_rows(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(content)
    strict, lenient = attempt(path, set_aside=False), attempt(path, set_aside=True)
    plain = not content.startswith((b"\xff\xfe", b"\xfe\xff", b"\x1f\x8b", b"\0\0\xfe\xff"))
    if plain and isinstance(lenient, PreparedData):
        lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
        assert total(lenient) == sum(bool(line.strip(b" \t\r")) for line in lines)
        for example in lenient.training:
            assert example.input.removeprefix("sentiment analysis: ") in _texts(lines)
    if isinstance(strict, PreparedData):
        assert isinstance(lenient, PreparedData)
        assert strict.rejected == lenient.rejected == 0


def _texts(lines: list[bytes]) -> set[str]:
    """The texts of the lines that another reader takes, too."""
    found = set()
    for line in lines:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(row, dict) and isinstance(row.get("text"), str):
            found.add(row["text"])
    return found


@MANY
@given(BYTES)
def test_any_bytes_as_csv_are_located_errors_or_accounted_rows(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(content)
    strict, lenient = attempt(path, set_aside=False), attempt(path, set_aside=True)
    if isinstance(strict, PreparedData):
        assert isinstance(lenient, PreparedData)
        assert strict.rejected == lenient.rejected == 0
    expected = _rows_by_csv_module(content)
    if isinstance(lenient, PreparedData) and expected is not None:
        assert total(lenient) == expected


def _rows_by_csv_module(content: bytes) -> int | None:
    """Rows below the header where the strict reader of the standard library takes the whole file."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff", b"\x1f\x8b", b"\0\0\xfe\xff")):
        return None
    text = content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    try:
        rows = [row for row in csv.reader(_lines(text), strict=True) if row]
    except csv.Error:
        return None
    return len(rows) - 1


def _lines(text: str) -> list[str]:
    """As RFC 4180 and the csv module have them: LF, CRLF or CR, and nothing else."""
    lines, start = [], 0
    for position, letter in enumerate(text, start=1):
        if letter == "\n" or (letter == "\r" and text[position : position + 1] != "\n"):
            lines.append(text[start:position])
            start = position
    return [*lines, text[start:]] if text[start:] else lines


@MANY
@given(changes=st.lists(st.tuples(st.integers(0), st.integers(0, 255)), min_size=1, max_size=20))
def test_parquet_with_changed_bytes_is_a_located_error_or_as_many_rows(
    tmp_path: Path, changes: list[tuple[int, int]]
) -> None:
    rows = [{"text": f"film {n} é", "label": n % 2, "more": {"scores": [1.5, None]}} for n in range(40)]
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), buffer, row_group_size=15)
    content = bytearray(buffer.getvalue())
    for position, byte in changes:
        content[position % len(content)] = byte
    path = tmp_path / "rows.parquet"
    path.write_bytes(content)
    found = attempt(path, set_aside=True)
    assert isinstance(found, str) or total(found) == len(rows)


@pytest.mark.parametrize("suffix", ["json", "parquet", "txt", "tsv", "jsonl.gz"])
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=BYTES)
def test_any_bytes_in_other_formats_are_located_errors_or_rows(
    tmp_path: Path, suffix: str, content: bytes
) -> None:
    path = tmp_path / f"rows.{suffix}"
    path.write_bytes(content)
    attempt(path, set_aside=True)
