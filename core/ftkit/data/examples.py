"""Rows as examples, through the task's hooks. A wrong row is named with file and line; none is dropped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pluggy import PluginManager

from ftkit.data.formats import Located, read_rows
from ftkit.descriptions import Example
from ftkit.errors import DataError, RowError

_SHOWN = 10  # wrong rows that an error lists


@dataclass(frozen=True)
class Formatter:
    """A task's hooks with the values of its options.

    Attributes:
        manager: The run's hooks.
        options: The task's options, complete and checked.
    """

    manager: PluginManager
    options: Mapping[str, Any]

    def rows(self, record: Located) -> Iterator[Mapping[str, Any]]:
        """The rows that a record holds: itself, unless the task takes it apart."""
        if not isinstance(record.row, Mapping):
            raise RowError(f"the row is no object but a {type(record.row).__name__}")
        expanded = self.manager.hook.expand_record(record=record.row, options=self.options)
        yield from [record.row] if expanded is None else expanded

    def example(self, row: Mapping[str, Any]) -> Example:
        """One row as the texts that the model reads and should write."""
        example: Example = self.manager.hook.format_example(row=row, options=self.options)
        return example

    def parse(self, text: str) -> Any:
        """The answer in generated text; None where it holds none."""
        return self.manager.hook.parse_output(text=text, options=self.options)


def read_examples(path: Path, formatter: Formatter) -> list[Example]:
    """Read a file as examples with targets, for training or evaluation.

    Raises:
        DataError: Rows can't be used (the first ten are listed, and how many there are), or none is there.
    """
    examples: list[Example] = []
    wrong: list[str] = []
    for record in read_rows(path):
        try:
            examples += _with_targets(formatter.example(row) for row in formatter.rows(record))
        except RowError as error:
            wrong.append(f"{record.place}: {error}")
    if wrong:
        listed = "\n".join(wrong[:_SHOWN])
        raise DataError(f"{len(wrong)} rows of {path} can't be used, first these:\n{listed}")
    if not examples:
        raise DataError(f"{path} holds no rows")
    return examples


def _with_targets(examples: Iterable[Example]) -> Iterator[Example]:
    for example in examples:
        if example.target is None:
            raise RowError(f"the row has no answer to learn from or to compare with: {example.input:.60}…")
        yield example
