"""How files of data are to be read: `--reading.encoding cp1252`, or in a recipe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ftkit.descriptions import Option
from ftkit.errors import OptionsError
from ftkit.options import complete_options, option_name

READING: tuple[Option, ...] = (
    Option(
        "format",
        "str",
        None,
        "the files' format; none means that their names say it",
        ("json", "jsonl", "csv", "tsv", "parquet", "text"),
    ),
    Option("encoding", "str", None, "of files without a byte order mark; none means UTF-8"),
    Option("columns", "str", (), "columns by the task's names: context=passage,answer=gold", repeated=True),
    Option("column_names", "str", (), "names of the columns of files without a header line", repeated=True),
    Option("quoting", "str", "csv", "of CSV and TSV; none: quotes are plain text", ("csv", "none")),
    Option("on_bad_row", "str", "error", "what to do about rows that can't be used", ("error", "set-aside")),
    Option("streaming", "bool", default=False, help="read a hub data set as it arrives, without a copy"),
)


@dataclass(frozen=True)
class Reading:
    """Values of `READING`.

    Attributes:
        format: The files' format; None: their names say it.
        encoding: Of files without a byte order mark; None: UTF-8.
        columns: For each column that the task wants, the one that is given.
        column_names: Names of the columns of files without a header line.
        quoting: `csv`, or `none` where quotes are plain text.
        set_aside: Whether bad rows are set aside; else they are an error.
        streaming: Whether a hub data set is read as it arrives.
    """

    format: str | None = None
    encoding: str | None = None
    columns: tuple[tuple[str, str], ...] = ()
    column_names: tuple[str, ...] = ()
    quoting: str = "csv"
    set_aside: bool = False
    streaming: bool = False


def make_reading(values: Mapping[str, Any]) -> Reading:
    """The options' values, complete and checked, as one object."""
    kept = {name: value for name, value in values.items() if name not in {"columns", "on_bad_row"}}
    pairs = tuple(tuple(map(str.strip, pair.split("=", 1))) for pair in values["columns"])
    return Reading(**kept, columns=pairs, set_aside=values["on_bad_row"] == "set-aside")  # type: ignore[arg-type]


def complete_with_reading(
    declared: Mapping[str, Sequence[Option]], given: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Complete the options of `reading` and of other parts; see `complete_options`.

    Args:
        declared: The options of the other parts.
        given: Values by part; in `reading` the columns may be a mapping, as a recipe has them.

    Raises:
        OptionsError: With every problem in all parts, those included that no declaration can say.
    """
    values = _as_listed(given.get("reading", {}))
    problems = _problems(values)
    try:
        options = complete_options({**declared, "reading": READING}, {**given, "reading": values})
    except OptionsError as error:
        raise OptionsError([*error.problems, *problems]) from error
    if problems:
        raise OptionsError(problems)
    return options


def _problems(given: Mapping[str, Any]) -> list[str]:
    """What is wrong with values for `READING` beyond what an option's declaration can say.

    Values that don't even fit the declaration are left to `complete_options`.
    """
    declared = [option for option in READING if option.name in {"encoding", "columns", "column_names"}]
    names = {option.name for option in declared}
    texts = {name: value for name, value in given.items() if option_name(name) in names}
    try:
        values = complete_options({"reading": declared}, {"reading": texts})["reading"]
    except OptionsError:
        return []
    return [*_encoding_problems(values["encoding"]), *_column_problems(values)]


def _as_listed(given: Mapping[str, Any]) -> dict[str, Any]:
    """The same values where a recipe has `columns: {context: passage}` for the list that the option is."""
    columns = given.get("columns")
    if not isinstance(columns, Mapping):
        return dict(given)
    return {**given, "columns": [f"{wanted}={name}" for wanted, name in columns.items()]}


def _column_problems(values: Mapping[str, Any]) -> list[str]:
    problems = []
    wanted = [pair.partition("=")[0].strip() for pair in values["columns"]]
    for pair, name in zip(values["columns"], wanted, strict=True):
        if not name or not pair.partition("=")[2].strip():
            problems.append(f"reading.columns: {pair!r} must be WANTED=GIVEN, as context=passage is")
    problems += [f"reading.columns: {name!r} is given twice" for name in _twice(wanted) if name]
    names = list(values["column_names"])
    return problems + [f"reading.column_names: {name!r} is given twice" for name in _twice(names)]


def _encoding_problems(encoding: str | None) -> list[str]:
    if encoding is None or _is_encoding(encoding):
        return []
    return [f"reading.encoding: it must be a text encoding such as utf-8 or cp1252, not {encoding!r}"]


def _is_encoding(name: str) -> bool:
    try:
        "".encode(name)
    except (LookupError, UnicodeError, ValueError):
        return False
    return True


def _twice(names: list[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})
