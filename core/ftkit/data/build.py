"""One pass from rows to files of examples: memory stays as it is however many rows there are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from ftkit.counting import counted
from ftkit.data.examples import Formatter, examples_of
from ftkit.data.reading import Reading
from ftkit.data.rejected import Rejections
from ftkit.data.rows import BadRow, Located
from ftkit.data.sources import Source
from ftkit.data.split import kept_apart
from ftkit.data.store import ExampleWriter
from ftkit.errors import DataError

TRAINING, VALIDATION = "training.arrow", "validation.arrow"
REJECTED, COUNTS = "rejected.jsonl", "counts.json"


def build_examples(
    folder: Path,
    sources: Sequence[tuple[str, Source]],
    formatter: Formatter,
    reading: Reading,
    split_seed: int | None,
) -> None:
    """Write the examples of all sources, the rows that were set aside, and the counts, into a folder.

    Args:
        folder: Exists and is empty.
        sources: Each with its use, `training` or `validation`.
        formatter: The task's hooks.
        reading: What to do with columns and bad rows.
        split_seed: Decides which training rows are kept apart for validation; None: none are.

    Raises:
        DataError: A source can't be read, rows can't be used, or one side is left without any.
    """
    with ExitStack() as stack:
        writers = {
            "training": stack.enter_context(ExampleWriter(folder / TRAINING)),
            "validation": stack.enter_context(ExampleWriter(folder / VALIDATION)),
        }
        rejected_rows = stack.enter_context((folder / REJECTED).open("w", encoding="utf-8"))
        rejections = Rejections(REJECTED, rejected_rows if reading.set_aside else None, formatter.columns)
        counts = []
        for use, source in sources:
            rows, before = 0, rejections.count
            for rows, example in enumerate(_rows(source, formatter, reading), start=1):  # noqa: B007 - used below
                if isinstance(example, BadRow):
                    rejections.add(example)
                    continue
                apart = split_seed is not None and kept_apart(example.row, split_seed)
                writers["validation" if apart else use].add(example)
            rejected = rejections.count - before
            counts.append({"name": source.name, "use": use, "rows": rows, "rejected": rejected})
        rejections.demand_none()
        _demand_examples({use: writer.count for use, writer in writers.items()}, sources, rejections)
    found = {"rejected": rejections.count, "sources": counts}
    (folder / COUNTS).write_text(json.dumps(found), encoding="utf-8")


def _rows(source: Source, formatter: Formatter, reading: Reading) -> Iterator[Located]:
    return examples_of(source.rows(), formatter, reading.columns)


def _demand_examples(
    counts: dict[str, int], sources: Sequence[tuple[str, Source]], rejections: Rejections
) -> None:
    """Refuse a run without anything to learn from, or to evaluate on."""
    given = {use: ", ".join(source.name for each, source in sources if each == use) for use in counts}
    for use, count in counts.items():
        if count == 0 and given[use]:
            reason = f": {rejections.told()}" if rejections.count else ""
            raise DataError(f"{given[use]} holds no rows for {use}{reason}")
    if 0 in counts.values():
        raise DataError(
            f"{counted(sum(counts.values()), 'row')}: too few to keep some apart for validation: give "
            "--validation-data FILE"
        )
