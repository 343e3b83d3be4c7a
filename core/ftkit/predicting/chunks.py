"""Rows of all sources, numbered, in chunks that fit into memory whatever the rows are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from ftkit.data.examples import Formatter, formatted, rows_of
from ftkit.data.rejected import Rejections
from ftkit.data.rows import BadRow, Located
from ftkit.descriptions import Example
from ftkit.predicting.request import Request

_MOST_CHARACTERS = 1 << 22  # of a chunk; a row may hold a book
_IDENTITY = "id"  # what SQuAD and most data sets call the column that tells rows apart


@dataclass(frozen=True)
class InputRow:
    """A row that can be answered.

    Attributes:
        number: Which of all rows of the input, bad ones included, counted from 1.
        place: Where it stands.
        identity: Its `id`, where it has one.
        example: What the model reads.
    """

    number: int
    place: str
    identity: Mapping[str, Any]
    example: Example


@dataclass
class Chunk:
    """Neighbouring rows.

    Attributes:
        before: How many rows of the input stand before it.
        count: How many rows it has, bad ones included.
        rows: Those that can be answered.
        bad: Those that can't.
        characters: How long they are in all.
    """

    before: int
    count: int = 0
    rows: list[InputRow] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    characters: int = 0

    def add(self, row: Located, formatter: Formatter) -> None:
        """Take the next row."""
        self.count += 1
        found = formatted(row, formatter)
        if isinstance(found, BadRow):
            self.bad.append(found)
            self.characters += len(found.row) if isinstance(found.row, str) else 0
            return
        identity = {_IDENTITY: row.row[_IDENTITY]} if _IDENTITY in row.row else {}
        self.rows.append(InputRow(self.before + self.count, row.place, identity, found.row))
        self.characters += len(found.row.input)


def read_chunks(request: Request, formatter: Formatter, skipped: int = 0) -> Iterator[Chunk]:
    """The input in chunks, behind so many rows; the same rows give the same chunks, wherever they begin.

    Raises:
        DataError: A source can't be read to its end, or lacks a column that is mapped.
    """
    chunk = Chunk(before=skipped)
    for row in islice(_rows(request, formatter), skipped, None):
        chunk.add(row, formatter)
        if chunk.count >= request.chunk_rows or chunk.characters >= _MOST_CHARACTERS:
            yield chunk
            chunk = Chunk(before=chunk.before + chunk.count)
    if chunk.count:
        yield chunk


def demand_usable(request: Request, formatter: Formatter, rejected_name: str) -> int:
    """Read all rows once before any is answered: a bad one is told now, and not hours later.

    Args:
        request: The rows.
        formatter: The task's hooks.
        rejected_name: Where bad rows would be set aside, for the message.

    Returns:
        How many rows there are.

    Raises:
        DataError: Rows can't be used; all are counted, the first of them shown.
    """
    rejections = Rejections(rejected_name, columns=formatter.columns)
    count = 0
    for count, row in enumerate(_rows(request, formatter), start=1):  # noqa: B007 - used below
        found = formatted(row, formatter)
        if isinstance(found, BadRow):
            rejections.add(found)
    rejections.demand_none()
    return count


def refuse(bad: Iterable[BadRow], rejected_name: str) -> None:
    """Refuse bad rows that were not there when all were read.

    Raises:
        DataError: There is one.
    """
    rejections = Rejections(rejected_name)
    for row in bad:
        rejections.add(row)
    rejections.demand_none()


def _rows(request: Request, formatter: Formatter) -> Iterator[Located]:
    """The rows of one source after the other."""
    columns = request.reading.columns
    return chain.from_iterable(rows_of(source.rows(), formatter, columns) for source in request.sources)
