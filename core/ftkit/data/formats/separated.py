"""Rows of CSV and TSV, as RFC 4180 has them: a quoted cell may hold delimiters, quotes and line ends.

Strict: a row with more or fewer cells than the header, or with a quote that doesn't close, is a bad row.
Where quotes are plain text (`quoting: none`) a row is a line.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from ftkit.counting import counted
from ftkit.data.rows import BadRow, Located, flaw_in
from ftkit.errors import DataError

# In a cell of a tab-separated file: no prose has a tab before a line break, and rows have.
_SWALLOWED_ROWS = re.compile(r"\t[^\t\n]*\n")
_NO_QUOTES = "; if quotes are plain text here, give --reading.quoting none"
_LONGEST_CELL = 1 << 27  # characters; the csv module's own limit of 128 KiB is less than a book chapter


@dataclass
class _Lines:
    """The lines of a file; keeps those of the row that is being read.

    Attributes:
        stream: The file.
        taken: Lines that were read since the last row ended.
        count: How many lines were read.
    """

    stream: Iterable[str]
    taken: list[str] = field(default_factory=list)
    count: int = 0

    def bad_row(self, file: str, start: int, reason: str) -> BadRow:
        """What was read since the row began, as it stands in the file."""
        raw = "".join(self.taken).rstrip("\r\n")
        return BadRow(raw, file, start, self.count, reason=reason)

    def __iter__(self) -> Iterator[str]:
        for line in self.stream:
            self.taken.append(line)
            self.count += 1
            yield line


def read_separated(
    stream: TextIO, file: str, delimiter: str, *, quoted: bool, names: Sequence[str]
) -> Iterator[Located]:
    """The rows below the header, or all where the names of the columns are given.

    Raises:
        DataError: There is no header, or its names can't tell the columns apart.
    """
    csv.field_size_limit(_LONGEST_CELL)
    lines = _Lines(stream)
    cells = csv.reader(
        lines, delimiter=delimiter, strict=True, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    )
    header = list(names) or _header(cells, lines, file)
    while True:
        lines.taken.clear()
        start = lines.count + 1
        try:
            row = next(cells)
        except StopIteration:
            return
        except csv.Error as error:
            yield lines.bad_row(file, start, _fault(error, start, lines.count))
            continue
        if not row:
            continue  # a blank line
        several_lines = lines.count > start
        if several_lines and delimiter == "\t" and any(map(_SWALLOWED_ROWS.search, row)):
            yield lines.bad_row(file, start, _swallowed(start, lines.count))
        elif len(row) == len(header):
            yield Located(dict(zip(header, row, strict=True)), file, start, lines.count)
        else:
            yield lines.bad_row(
                file, start, f"{counted(len(row), 'cell')} where the header has {len(header)}"
            )


def _header(cells: Iterator[list[str]], lines: _Lines, file: str) -> list[str]:
    try:
        header = next((row for row in cells if row), None)
    except csv.Error as error:
        raise DataError(f"{file}:{lines.count}: not a CSV or TSV header: {error}") from error
    if header is None:
        raise DataError(f"{file} holds no rows, not even a header")
    # One name may be empty: pandas writes its index so. Two can't be told apart, like any other two.
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise DataError(f"{file}:{lines.count}: the header has {', '.join(map(repr, twice))} more than once")
    flaw = flaw_in(header)
    if flaw:
        raise DataError(f"{file}:{lines.count}: the header can't be used: {flaw}")
    return header


def _swallowed(start: int, end: int) -> str:
    return f"several rows were read as one, as by an unbalanced quote, in lines {start} to {end}{_NO_QUOTES}"


def _fault(error: csv.Error, start: int, end: int) -> str:
    where = f", in lines {start} to {end}" if end > start else ""
    hint = _NO_QUOTES if "quot" in str(error) or where else ""
    return f"not a CSV or TSV row: {error}{where}{hint}"
