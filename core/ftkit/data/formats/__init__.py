"""Rows of data files, each with the place where it stands: JSON, JSON lines, CSV, TSV, Parquet, text.

Any of them may be gzipped. Rows are counted as their format counts them.

opening      a file → its bytes, unzipped, and its text, decoded
json_rows    JSON documents and JSON lines
separated    CSV and TSV
parquet      Parquet
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import MappingProxyType
from typing import TextIO

from ftkit.data.formats.json_rows import read_document, read_lines
from ftkit.data.formats.opening import opened_text
from ftkit.data.formats.parquet import read_parquet
from ftkit.data.formats.separated import read_separated
from ftkit.data.reading import Reading
from ftkit.data.rows import Located
from ftkit.errors import DataError

__all__ = ["SUFFIXES", "format_of", "opened_text", "read_rows", "text_lines"]

SUFFIXES = MappingProxyType(
    {
        ".json": "json",
        ".jsonl": "jsonl",
        ".ndjson": "jsonl",
        ".csv": "csv",
        ".tsv": "tsv",
        ".parquet": "parquet",
        ".txt": "text",
    }
)
"""Which format a file's name says it has, `.gz` behind it left out."""


_AS_NAMED = Reading()


def format_of(name: str, reading: Reading) -> str | None:
    """A file's format: the one given, else what its name says; None where it says nothing."""
    return reading.format or SUFFIXES.get(Path(name.lower().removesuffix(".gz")).suffix)


def read_rows(path: Path, reading: Reading = _AS_NAMED, name: str | None = None) -> Iterator[Located]:
    """Read a file row by row.

    Args:
        path: The file.
        reading: Its format where the name doesn't say it, encoding and so on.
        name: What messages call it; None: its path.

    Yields:
        Each row, and each bad row as `BadRow`.

    Raises:
        DataError: The file can't be opened, its format is unknown, or it can't be read to its end.
    """
    name = name or str(path)
    known = format_of(name, reading)
    if known is None:
        raise DataError(
            f"{name}: its name must end in one of {', '.join(SUFFIXES)}, plain or with .gz behind it; for "
            "another name give --reading.format"
        )
    if known == "parquet":
        yield from read_parquet(path, name)
        return
    read, newline = _READERS[known]
    with opened_text(path, name, reading.encoding, newline) as stream:
        yield from read(stream, name, reading)


def text_lines(stream: TextIO) -> Iterator[str]:
    """Lines without their ends, LF or CRLF; nothing else ends a line."""
    return (line.removesuffix("\n").removesuffix("\r") for line in stream)


def _text(stream: TextIO, file: str, reading: Reading) -> Iterator[Located]:
    column = reading.column_names[0] if reading.column_names else "text"
    for number, line in enumerate(text_lines(stream), start=1):
        yield Located({column: line}, file, number, number)


def _separated(stream: TextIO, file: str, reading: Reading, delimiter: str) -> Iterator[Located]:
    quoted = reading.quoting == "csv"
    return read_separated(stream, file, delimiter, quoted=quoted, names=reading.column_names)


# For each format its reader, and what ends a line (see `open`): csv wants to see every kind of end.
_READERS: dict[str, tuple[Callable[[TextIO, str, Reading], Iterator[Located]], str]] = {
    "json": (lambda stream, file, _: read_document(stream, file), "\n"),
    "jsonl": (lambda stream, file, _: read_lines(stream, file), "\n"),
    "csv": (lambda stream, file, reading: _separated(stream, file, reading, ","), ""),
    "tsv": (lambda stream, file, reading: _separated(stream, file, reading, "\t"), ""),
    "text": (_text, "\n"),
}
