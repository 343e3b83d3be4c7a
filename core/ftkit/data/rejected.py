"""Rows that can't be used: the first ten for a message, all of them in a file where they are set aside."""

from __future__ import annotations

import json
import reprlib
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from ftkit.counting import counted
from ftkit.data.rows import BadRow
from ftkit.descriptions import Column
from ftkit.errors import DataError

_SHOWN = 10  # rows that an error lists
_LONGEST = 300  # characters of a reason that an error shows


class Rejections:
    """Takes bad rows as they come.

    Attributes:
        count: How many there were.
    """

    def __init__(self, name: str, kept_in: TextIO | None = None, columns: Sequence[Column] = ()) -> None:
        """Begin to count.

        Args:
            name: The file that bad rows are written to where they are set aside.
            kept_in: That file; None where they are an error.
            columns: The task's, for a hint where rows have them by other names.
        """
        self._name = name
        self._kept_in = kept_in
        self._columns = columns
        self._first: list[str] = []
        self._missing: str | None = None
        self.count = 0

    def add(self, row: BadRow) -> None:
        """Count a row and keep it: one line of `rejected.jsonl`."""
        self.count += 1
        if len(self._first) < _SHOWN:
            self._first.append(f"{row.place}: {row.reason:.{_LONGEST}}")
            self._missing = self._missing or _missing_column(row.row, self._columns)
        if self._kept_in is not None:
            self._kept_in.write(rejected_line(row))

    def demand_none(self) -> None:
        """Refuse to go on, unless bad rows are to be set aside.

        Raises:
            DataError: There were some; the message lists the first.
        """
        if self.count and self._kept_in is None:
            raise DataError(
                f"{self.told()}\n{self._hint()}--on-bad-row set-aside would leave them out, count them, and "
                f"write them to {self._name}"
            )

    def _hint(self) -> str:
        if self._missing is None:
            return ""
        known = ", ".join(column.name for column in self._columns)
        return (
            f"the task's columns are {known}; --columns {self._missing}=NAME would read the column NAME as "
            f"{self._missing}\n"
        )

    def told(self) -> str:
        """How many there were, and the first of them; empty where there was none."""
        first = f", the first {_SHOWN}" if self.count > _SHOWN else ""
        listed = "\n".join(self._first)
        return f"{counted(self.count, 'row')} can't be used{first}:\n{listed}" if self.count else ""


def _missing_column(row: Any, columns: Sequence[Column]) -> str | None:
    """A column that the row may have by another name: one that is required, or the first where none is there.

    A row of known columns alone has no other name for one.
    """
    if not isinstance(row, Mapping) or row.keys() <= {column.name for column in columns}:
        return None
    missing = [column.name for column in columns if column.required and column.name not in row]
    optional = [column.name for column in columns if not column.required]
    if not any(name in row for name in optional):
        missing += optional
    return next(iter(missing), None)


def rejected_line(row: BadRow) -> str:
    """A bad row as a line of JSON: its place, the reason, and what is there.

    In ASCII: what is wrong with a row may be a letter that UTF-8 can't write.
    """
    where = {"file": row.file, "line": row.line, "last_line": row.last_line}
    part = {"part": row.part} if row.part else {}
    return _as_json({**where, **part, "reason": row.reason, "row": row.row}) + "\n"


def _as_json(line: dict[str, Any]) -> str:
    try:
        return json.dumps(line, default=repr, allow_nan=False)
    except (ValueError, TypeError, RecursionError):  # NaN out of Parquet, keys that are no text, or too deep
        return json.dumps({**line, "row": reprlib.repr(line["row"])})
