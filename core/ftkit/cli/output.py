"""What commands print: JSON, or tables that read well in a terminal and in a pipe."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from ftkit.errors import FtkitError

_UNLIMITED = 1_000_000  # columns: in a pipe a row is one line, however long
_CLOSED_PIPE = 141  # what a shell reports for a program ended by SIGPIPE
_WIDEST = 18  # characters of a name in a terminal


def print_json(data: Any) -> None:
    """Print one JSON document."""
    import json

    from ftkit.json_text import as_json

    # ASCII alone: a terminal of another age must not end it.
    _write(json.dumps(json.loads(as_json(data)), indent=2))


def print_line(text: str = "") -> None:
    """Print one line of the program's answer."""
    _write(_printable(text))


def print_json_lines(lines: Iterable[str]) -> None:
    """Print lines that are JSON each."""
    # A terminal of another age must not change the data: what it has no letter for is written as JSON does.
    encoding = (sys.stdout and sys.stdout.encoding) or "ascii"
    _write("\n".join(_encodable(line, encoding) for line in lines))


def warn(text: str) -> None:
    """Print a remark that is no part of the answer, on stderr."""
    complain("warning", text)


def complain(how: str, text: str) -> None:
    """Print a message on stderr, if there is one."""
    if sys.stderr is not None:
        print(f"{how}: {_printable(text)}", file=sys.stderr)  # noqa: T201 - a message to the person


def print_table(
    headers: Sequence[str], rows: Iterable[Sequence[str]], *, flexible: str | None = None
) -> None:
    """Print a table; in a terminal the column `flexible` is wrapped to make the rest fit."""
    import io

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    narrow = sys.stdout is not None and sys.stdout.isatty()
    lines = io.StringIO()
    width = None if narrow else _UNLIMITED
    console = Console(file=lines, force_terminal=narrow, width=width, highlight=False)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for header in headers:
        wraps = narrow and header == flexible
        table.add_column(header, no_wrap=not wraps, overflow="fold", min_width=len(header))
    for row in rows:
        table.add_row(
            *(
                Text(_cell(cell, whole=not narrow or h == flexible))
                for h, cell in zip(headers, row, strict=True)
            )
        )
    console.print(table)
    # rich pads every line to the table's width; trailing blanks serve nobody.
    _write("\n".join(line.rstrip() for line in lines.getvalue().splitlines()))


def _write(text: str) -> None:
    """Write to stdout now, so that what is wrong with it is known here and not at the end of the process."""
    if sys.stdout is None:
        raise FtkitError("the answer can't be written: stdout is closed")
    try:
        print(text, flush=True)  # noqa: T201 - the program's answer
    except BrokenPipeError:
        give_up_stdout()  # whoever read our output has seen enough
        raise SystemExit(_CLOSED_PIPE) from None
    except OSError as error:
        give_up_stdout()
        raise FtkitError(f"the answer can't be written: {error.strerror}") from error


def give_up_stdout() -> None:
    """Let what is still buffered go nowhere, or Python would complain about it at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())


def _cell(text: str, *, whole: bool) -> str:
    """A cell on one line; one long name must not squeeze the other columns out of a terminal."""
    line = " ".join(_printable(text).split("\n"))
    return line if whole or len(line) <= _WIDEST else f"{line[: _WIDEST - 1]}…"


def _encodable(line: str, encoding: str) -> str:
    """A line of JSON with escapes for the letters that an encoding lacks."""
    try:
        line.encode(encoding)
    except UnicodeEncodeError:
        import json

        return json.dumps(json.loads(line))
    return line


def _printable(text: str) -> str:
    """Text without control characters but line ends: a plugin's words must not steer the terminal."""
    return "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)
