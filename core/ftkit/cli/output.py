"""What commands print: JSON, or tables that read well in a terminal and in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any

_UNLIMITED = 10_000  # columns: in a pipe a row is one line, however long


def print_json(data: Any) -> None:
    """Print one JSON document."""
    import json

    print(json.dumps(data, indent=2, ensure_ascii=False))  # noqa: T201 - the program's answer


def print_line(text: str = "") -> None:
    """Print one line of the program's answer."""
    print(text)  # noqa: T201 - the program's answer


def warn(text: str) -> None:
    """Print a remark that is no part of the answer, on stderr."""
    print(f"warning: {text}", file=sys.stderr)  # noqa: T201 - a remark to the person


def print_table(
    headers: Sequence[str], rows: Iterable[Sequence[str]], *, flexible: str | None = None
) -> None:
    """Print a table; in a terminal the column `flexible` is wrapped to make the rest fit."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else _UNLIMITED, highlight=False)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for header in headers:
        table.add_column(header, no_wrap=header != flexible, overflow="fold", ratio=None)
    for row in rows:
        table.add_row(*(Text(_printable(cell)) for cell in row))
    with console.capture() as capture:
        console.print(table)
    # rich pads every line to the table's width; trailing blanks serve nobody.
    print_line("\n".join(line.rstrip() for line in capture.get().splitlines()))


def _printable(text: str) -> str:
    """Text without control characters: a plugin's summary must not steer the terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
