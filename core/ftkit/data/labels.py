"""Folders of classes whose names the task doesn't take for labels are told before their files are read."""

from __future__ import annotations

from collections.abc import Sequence

from ftkit.data.examples import Formatter, examples_of
from ftkit.data.reading import Reading
from ftkit.data.rows import BadRow, Located
from ftkit.data.sources import ClassFolder, Source
from ftkit.errors import DataError


def demand_known_labels(sources: Sequence[Source], formatter: Formatter, reading: Reading) -> None:
    """Refuse folders such as aclImdb's `unsup`, all in one message, unless bad rows are set aside.

    Raises:
        DataError: The task refuses a row with a folder's name for its label.
    """
    if reading.set_aside:
        return
    for source in sources:
        if not isinstance(source, ClassFolder):
            continue
        # One word for text: only the label can be wrong with such a row.
        rows = [Located({"text": "text", "label": each.name}, str(each), 1, 1) for each in source.classes]
        refused = [row for row in examples_of(rows, formatter, reading.columns) if isinstance(row, BadRow)]
        if refused:
            wrong = {row.file for row in refused}
            right = [str(each) for each in source.classes if str(each) not in wrong]
            hint = f"\ngive the folders that are classes: --data {','.join(right)}" if right else ""
            listed = "\n".join(f"{row.file}: {row.reason}" for row in refused)
            raise DataError(f"not every folder in {source.name} is a class of the task:\n{listed}{hint}")
