"""Rows of data files, each with the place where it stands: JSON, JSON lines, CSV, TSV, plain or gzipped.

Rows are counted as their format counts them: only LF and CRLF end a line of JSON lines (U+0085 or U+2028
inside a text doesn't), and a quoted CSV cell may hold line ends.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from ftkit.errors import DataError

_LONGEST_CELL = 1 << 27  # characters; the csv module's own limit of 128 KiB is less than a book chapter


@dataclass(frozen=True)
class Located:
    """One row and where it stands.

    Attributes:
        row: The row as its format gives it; JSON may hold what is no object.
        file: The file's path as given.
        line: Line (CSV, JSON lines) or record (JSON) in the file, counted from 1.
    """

    row: Any
    file: str
    line: int

    @property
    def place(self) -> str:
        """`file:line`."""
        return f"{self.file}:{self.line}"


def read_rows(path: Path) -> Iterator[Located]:
    """Read a file row by row.

    Raises:
        DataError: The file can't be opened, its format is unknown, or a row can't be read in it; the
            message says which line.
    """
    suffix = Path(path.name.removesuffix(".gz")).suffix.lower()
    if suffix not in _READERS:
        known = ", ".join(_READERS)
        raise DataError(f"{path}: its name must end in one of {known}, plain or with .gz behind it")
    try:
        with _open(path) as stream:
            yield from _READERS[suffix](stream, str(path))
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path}: not UTF-8: {error.reason} at byte {error.start}; convert it first"
        ) from error
    except (OSError, EOFError) as error:
        raise DataError(f"{path}: {getattr(error, 'strerror', None) or error}") from error


def _open(path: Path) -> TextIO:
    if path.suffix.lower() == ".gz":
        return io.TextIOWrapper(gzip.open(path, "rb"), encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _json(stream: TextIO, file: str) -> Iterator[Located]:
    try:
        content = json.load(stream)
    except ValueError as error:
        raise DataError(f"{file}: no JSON: {error}") from error
    records = content if isinstance(content, list) else [content]
    for number, record in enumerate(records, start=1):
        yield Located(record, file, number)


def _json_lines(stream: TextIO, file: str) -> Iterator[Located]:
    # newline="" keeps the ends of lines; a lone CR is white space to JSON, and a text can't hold it raw.
    for number, line in enumerate(stream, start=1):
        if not line.strip():
            continue
        try:
            yield Located(json.loads(line), file, number)
        except ValueError as error:
            raise DataError(f"{file}:{number}: no JSON: {error}") from error


def _separated(stream: TextIO, file: str, delimiter: str) -> Iterator[Located]:
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.DictReader(stream, delimiter=delimiter, strict=True)
    line = 1
    try:
        _ = reader.fieldnames  # reads the header
        line = reader.line_num + 1
        for row in reader:
            yield Located(row, file, line)
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError(f"{file}:{line}: no row of its format: {error}") from error


def _csv(stream: TextIO, file: str) -> Iterator[Located]:
    return _separated(stream, file, ",")


def _tsv(stream: TextIO, file: str) -> Iterator[Located]:
    return _separated(stream, file, "\t")


_READERS = {".json": _json, ".jsonl": _json_lines, ".csv": _csv, ".tsv": _tsv}
