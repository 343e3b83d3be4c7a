"""Rows that can't be used: the first ten for a message, all of them in a file where they are set aside."""

from __future__ import annotations

import json
import reprlib
from pathlib import Path
from types import TracebackType
from typing import Any

from ftkit.data.rows import BadRow
from ftkit.errors import DataError

_SHOWN = 10  # rows that an error lists
_LONGEST = 300  # characters of a reason that an error shows


class Rejections:
    """Takes bad rows as they come; a context manager round the reading of all data of a run.

    Attributes:
        count: How many there were.
    """

    def __init__(self, path: Path, *, set_aside: bool) -> None:
        self._path = path
        self._set_aside = set_aside
        self._first: list[str] = []
        self.count = 0

    def __enter__(self) -> Rejections:
        self._file = self._path.open("w", encoding="utf-8")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, row: BadRow) -> None:
        """Count a row and keep it: one line of `rejected.jsonl`."""
        self.count += 1
        if len(self._first) < _SHOWN:
            self._first.append(f"{row.place}: {row.reason:.{_LONGEST}}")
        if self._set_aside:
            where = {"file": row.file, "line": row.line, "last_line": row.last_line}
            part = {"part": row.part} if row.part else {}
            self._file.write(_as_json({**where, **part, "reason": row.reason, "row": row.row}) + "\n")

    def demand_none(self) -> None:
        """Refuse to go on, unless bad rows are to be set aside.

        Raises:
            DataError: There were some; the message lists the first.
        """
        if self.count and not self._set_aside:
            raise DataError(
                f"{self.told()}\n--on-bad-row set-aside would leave them out, count them, and write them to "
                "rejected.jsonl"
            )

    def told(self) -> str:
        """How many there were, and the first of them; empty where there was none."""
        rows = "1 row" if self.count == 1 else f"{self.count:,} rows"
        listed = "\n".join(self._first)
        first = "first these" if self.count > _SHOWN else "namely"
        return f"{rows} can't be used, {first}:\n{listed}" if self.count else ""


def _as_json(line: dict[str, Any]) -> str:
    """One line in ASCII: what is wrong with a row may be a letter that UTF-8 can't write."""
    try:
        return json.dumps(line, default=repr, allow_nan=False)
    except (ValueError, TypeError, RecursionError):  # NaN out of Parquet, keys that are no text, or too deep
        return json.dumps({**line, "row": reprlib.repr(line["row"])})
