"""Rows of JSON documents and of JSON lines.

A document is a list of records, or one record that a task takes apart (SQuAD's). A line of JSON lines ends at
LF alone: U+0085 or U+2028 inside a text doesn't end it. Stricter than Python's `json` where that would change
the data in silence: a key that occurs twice, NaN and numbers too large are flaws of their row.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any, TextIO

from ftkit.data.rows import BadRow, Flaw, Located
from ftkit.errors import DataError

_LONGEST_NUMBER = 400  # digits; a float has at most 309 before its point
_SPACE = re.compile(r"[ \t\r\n]*")
_DEEP = "it is nested deeper than any row is"


def read_document(stream: TextIO, file: str) -> Iterator[Located]:
    """The records of one JSON document, read whole; a list's elements are decoded one by one.

    Raises:
        DataError: It is no JSON, or breaks off: nobody can say how many rows are missing.
    """
    text = stream.read()
    start = _skip(text, 0)
    if not text.startswith("[", start):
        record, end = _value(text, start, file)
        _demand_end(text, end, file)
        yield Located(record, file, 1 + text.count("\n", 0, start), 1 + text.count("\n", 0, end))
        return
    yield from _elements(text, start, file)


def _elements(text: str, start: int, file: str) -> Iterator[Located]:
    line, position = 1 + text.count("\n", 0, start), _skip(text, start + 1)
    counted, number = start, 0
    more = not text.startswith("]", position)
    while more:
        record, end = _value(text, position, file)
        line += text.count("\n", counted, position)
        last = line + text.count("\n", position, end)
        number += 1
        yield Located(record, file, line, last, str(number))
        line, counted = last, end
        position = _skip(text, end)
        more = text.startswith(",", position)
        if not more and not text.startswith("]", position):
            raise _not_json(text, position, file, "',' or ']' is missing")
        position = _skip(text, position + 1) if more else position
    _demand_end(text, position + 1, file)


def read_lines(stream: TextIO, file: str) -> Iterator[Located]:
    """One row a line; blank lines are none."""
    for number, line in enumerate(stream, start=1):
        if not line.strip(" \t\r\n"):
            continue
        try:
            yield Located(_DECODER.decode(line), file, number, number)
        except json.JSONDecodeError as error:
            reason = f"not JSON at column {error.pos + 1}: {error.msg}"
            yield BadRow(line.rstrip("\r\n"), file, number, number, reason=reason)
        except RecursionError:
            yield BadRow(line.rstrip("\r\n"), file, number, number, reason=_DEEP)


def _value(text: str, position: int, file: str) -> tuple[Any, int]:
    try:
        return _DECODER.raw_decode(text, position)
    except json.JSONDecodeError as error:
        raise _not_json(text, error.pos, file, error.msg) from error
    except RecursionError as error:
        raise _not_json(text, position, file, _DEEP) from error


def _demand_end(text: str, position: int, file: str) -> None:
    position = _skip(text, position)
    if position < len(text):
        raise _not_json(
            text,
            position,
            file,
            "more stands behind its end; if each line is a row, give --reading.format jsonl",
        )


def _not_json(text: str, position: int, file: str, reason: str) -> DataError:
    line = 1 + text.count("\n", 0, position)
    column = position - text.rfind("\n", 0, position)
    hint = "; the file breaks off there" if not text[position:].strip() or "Unterminated" in reason else ""
    return DataError(f"{file}:{line}: not JSON at column {column}: {reason}{hint}")


def _skip(text: str, position: int) -> int:
    space = _SPACE.match(text, position)
    return space.end() if space else position


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                content[key] = Flaw(f"the key {key!r} occurs twice in one object")
            seen.add(key)
    return content


def _integer(digits: str) -> int | Flaw:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else _too_large(digits)


def _float(digits: str) -> float | Flaw:
    number = float(digits)
    return number if math.isfinite(number) else _too_large(digits)


def _too_large(digits: str) -> Flaw:
    return Flaw(f"the number {digits:.20} is too large")


def _constant(word: str) -> Flaw:
    return Flaw(f"{word} is not a JSON value; write null for a missing one")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant
)
