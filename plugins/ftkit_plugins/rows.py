"""Reading fields out of untrusted rows, and pairing predictions with references, for all tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ftkit import RowError


def text_of(row: Mapping[str, Any], name: str) -> str:
    """A field that must hold text.

    Raises:
        RowError: It is missing, empty, or no text.
    """
    demand_whole(row)
    if row.get(name) is None:
        raise RowError(f"the row lacks {name!r}; it has {_fields(row)}")
    return checked_text(row[name], name)


def checked_text(value: Any, name: str) -> str:
    """A value that must be text with something in it, given back as it is.

    Raises:
        RowError: It isn't.
    """
    if not isinstance(value, str):
        raise RowError(f"{name!r} must be a text, not {_short(value)}")
    if not value.strip():
        raise RowError(f"{name!r} is empty")
    return value


def demand_whole(row: Mapping[Any, Any]) -> None:
    """Refuse what is no row, or a row with more cells than the file's header has names.

    Raises:
        RowError: Its cells can't be told apart.
    """
    if not isinstance(row, Mapping):
        raise RowError(f"the row must be an object, not {_short(row)}")
    if None in row:  # where csv.DictReader puts the cells that it has no name for
        raise RowError(f"the row has more cells than the header has names: {_short(row[None])}")


def demand_pairs(predictions: Sequence[Any], references: Sequence[Sequence[Any]]) -> None:
    """Refuse to score what has no meaning.

    Raises:
        ValueError: There is nothing to score, the lengths differ, or an example has no reference.
    """
    if len(predictions) != len(references):
        raise ValueError(f"{len(predictions)} predictions for {len(references)} references")
    if not predictions:
        raise ValueError("there is nothing to score")
    for index, accepted in enumerate(references):
        if all(each is None for each in accepted):
            raise ValueError(f"example {index} has no reference")


def number_of_references(references: Sequence[Sequence[Any]]) -> str:
    """How many references each example has, as sacreBLEU's signatures say it: `1`, `2`, …, or `var`."""
    counts = {sum(each is not None for each in accepted) for accepted in references}
    return str(*counts) if len(counts) == 1 else "var"


def _fields(row: Mapping[str, Any]) -> str:
    return ", ".join(repr(name) for name in row) or "no fields"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"  # noqa: PLR2004 - a line of a terminal


def sample_files(task: str, ending: str) -> tuple[str, str]:
    """Paths of the training and the validation rows that come with a task."""
    folder = Path(__file__).parent / "tiny" / "samples" / task
    return str(folder / f"train.{ending}"), str(folder / f"validation.{ending}")
