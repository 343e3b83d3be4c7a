"""The rows that are evaluated on: some data, or a run's own validation rows."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ftkit.data.examples import Formatter, examples_of
from ftkit.data.fingerprint import fingerprint_of
from ftkit.data.labels import demand_known_labels
from ftkit.data.reading import Reading
from ftkit.data.rejected import Rejections
from ftkit.data.rows import BadRow, Located
from ftkit.data.sources import Source, find_sources
from ftkit.descriptions import Example
from ftkit.errors import DataError
from ftkit.runs.resolving import Setup
from ftkit.runs.rows import read_data

REJECTED = "rejected.jsonl"


@dataclass(frozen=True)
class EvaluationRows:
    """Examples with references.

    Attributes:
        examples: In the order of the data.
        place: Where the example of a number stands, as `file:line`.
        rejected: How many rows can't be used and were set aside.
        rejected_lines: These rows, a line of JSON each.
        sources: The names of what was read.
        fingerprint: Hash of the contents; None where nobody can tell, as for streamed data.
        rehearsal: Whether they are the task's bundled sample, whose figures say nothing of real language.
        changed: Whether they may be others than those that the run validated on: the data, or the code that
            reads and formats it, has changed since.
    """

    examples: Sequence[Example]
    place: Callable[[int], str]
    rejected: int
    rejected_lines: str
    sources: Sequence[str]
    fingerprint: str | None
    rehearsal: bool = False
    changed: bool = False


def validation_rows(setup: Setup) -> EvaluationRows:
    """The rows that a run validates on, or those of the task's sample.

    Raises:
        DataError: They can't be read any more.
    """
    data = read_data(setup)
    names = {each["use"]: each["name"] for each in data.sources}
    kept_apart = f"the rows kept apart of {names['training']}"
    return EvaluationRows(
        examples=data.validation,
        place=data.validation.place,
        rejected=0,
        rejected_lines="",
        sources=[names.get("validation", kept_apart)],
        fingerprint=data.fingerprint,
        rehearsal=setup.recipe.rehearsal,
    )


def read_rows(data: str, reading: Reading, formatter: Formatter) -> EvaluationRows:
    """Read data to evaluate on.

    Args:
        data: What names it: see `ftkit.data.sources`.
        reading: How it is read, and what is done about bad rows.
        formatter: The task's hooks.

    Raises:
        DataError: It can't be read, has rows that can't be used, or has none that can.
    """
    sources = find_sources(data, reading)
    demand_known_labels(sources, formatter, reading)
    aside = io.StringIO()
    rejections = Rejections(REJECTED, aside if reading.set_aside else None, formatter.columns)
    usable: list[Located] = []
    for row in _rows(sources, formatter, reading):
        if isinstance(row, BadRow):
            rejections.add(row)
        else:
            usable.append(row)
    rejections.demand_none()
    if not usable:
        raise DataError(
            f"{data} holds no rows to evaluate on{f': {told}' if (told := rejections.told()) else ''}"
        )
    digests: list[Any] = [(source.name, source.digest()) for source in sources]
    return EvaluationRows(
        examples=[row.row for row in usable],
        place=lambda index: usable[index].place,
        rejected=rejections.count,
        rejected_lines=aside.getvalue(),
        sources=[source.name for source in sources],
        fingerprint=None if any(digest is None for _, digest in digests) else fingerprint_of(digests),
    )


def _rows(sources: Sequence[Source], formatter: Formatter, reading: Reading) -> Iterator[Located]:
    for source in sources:
        yield from examples_of(source.rows(), formatter, reading.columns)
