"""What readers give: rows, each with the place where it stands, and what can't be used as one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

UNDECODABLE = range(0xDC00, 0xDD00)
"""Half surrogates that stand for bytes which the file's encoding has no letter for, 0xDC00 + byte."""

_DEEPEST = 100  # levels of lists and objects in one row; no data needs them, and Python's stack is short


@dataclass(frozen=True)
class Located:
    """One row and where it stands.

    Attributes:
        row: The row as its format gives it; JSON may hold what is no object.
        file: The file's path as given, or the name of a hub data set.
        line: Line (text, CSV, JSON) or row (Parquet, hub) where it starts, counted from 1.
        last_line: Line where it ends; the same where a row is a line.
        part: Which of the rows there: `17` in a JSON list or a nested record, `3.17` in a list of these,
            counted from 1; empty where the line says it all.
    """

    row: Any
    file: str
    line: int
    last_line: int
    part: str = ""

    @property
    def place(self) -> str:
        """`file:line`, and `#part` behind it where that isn't all."""
        return f"{self.file}:{self.line}" + (f"#{self.part}" if self.part else "")


@dataclass(frozen=True)
class BadRow(Located):
    """A row that can't be used; `row` is what is there, as far as it can be read.

    Attributes:
        reason: What is wrong with it.
    """

    reason: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


def refused(record: Located, reason: str) -> BadRow:
    """A row that was read, and can't be used all the same."""
    return BadRow(record.row, record.file, record.line, record.last_line, record.part, reason)


@dataclass(frozen=True)
class Flaw:
    """Stands in a row where the file has a value that can't be used.

    Attributes:
        reason: What is wrong with it.
    """

    reason: str


def flaw_in(row: Any) -> str:
    """What no text for a model may hold, anywhere in a row; empty where there is none of it.

    That is: values marked as flawed by their reader, bytes that the file's encoding has no letter for, half
    surrogate pairs, U+0000, and nesting deeper than 100.
    """
    # A stack of our own: what nests deeper than Python's is refused, not stumbled over.
    waiting: list[tuple[Any, int]] = [(row, 0)]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, str):
            reason = _text_flaw(value)
        elif isinstance(value, Flaw):
            reason = value.reason
        else:
            reason = "" if depth < _DEEPEST else f"it is nested deeper than {_DEEPEST} levels"
            waiting += [(each, depth + 1) for each in _inside(value)]
        if reason:
            return reason
    return ""


def _inside(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        yield from value.keys()
        yield from value.values()
    elif isinstance(value, (list, tuple)):
        yield from value


def _text_flaw(text: str) -> str:
    if "\0" in text:
        return "it holds U+0000, as a file in UTF-16 does when it is read as UTF-8: give its encoding"
    if text.isascii():
        return ""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        code = ord(text[error.start])
        if code in UNDECODABLE:
            before = text[max(0, error.start - 20) : error.start]
            return (
                f"byte 0x{code - UNDECODABLE.start:02x} behind {before!r} is not a letter in the encoding; "
                "give the right one with --reading.encoding"
            )
        return f"it holds U+{code:04X}, half of a surrogate pair"
    return ""
