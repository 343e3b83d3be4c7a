"""Rows as examples, through the task's hooks. A wrong row is named with file and line; none is dropped."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from pluggy import PluginManager

from ftkit.data.rows import BadRow, Located, flaw_in, refused
from ftkit.descriptions import Column, Example, TaskInfo
from ftkit.errors import DataError, FtkitError, RowError
from ftkit.registry.loading import Blame

if TYPE_CHECKING:
    from ftkit.loading import LoadedModel
    from ftkit.plugins import SelectedPlugins
    from ftkit.registry.catalogue import PluginRecord

_LOOKED_AT = 100  # rows among which a mapped column must occur


@dataclass(frozen=True)
class Formatter:
    """A task's hooks with the values of its options.

    Attributes:
        manager: The run's hooks.
        options: The task's options, complete and checked.
        record: Whose hooks they are, to be named where one of them fails; None: it fails as it is.
    """

    manager: PluginManager
    options: Mapping[str, Any]
    record: PluginRecord | None = None

    @classmethod
    def of(cls, loaded: LoadedModel) -> Formatter:
        """That of the task that a model was loaded for."""
        return cls.of_plugins(loaded.plugins, loaded.options["task"])

    @classmethod
    def of_plugins(cls, plugins: SelectedPlugins, options: Mapping[str, Any]) -> Formatter:
        """That of a run's task, with values of its options."""
        return cls(plugins.manager, options, plugins.task.record if plugins.task else None)

    @property
    def task(self) -> TaskInfo:
        """What the task says of itself."""
        described: TaskInfo = self.manager.hook.describe_task()
        return described

    @property
    def columns(self) -> Sequence[Column]:
        """The task's."""
        return self.task.columns

    @cached_property
    def needed(self) -> Sequence[str]:
        """Names of the columns without which a row is refused, asked for once."""
        return self.task.needed

    def rows(self, record: Any) -> Sequence[Mapping[str, Any]]:
        """The rows that a record holds: itself, unless the task takes it apart.

        Raises:
            RowError: It holds none, or is no object.
        """
        _demand_object(record)
        expanded = self.manager.hook.expand_record(record=record, options=self.options)
        return [record] if expanded is None else list(expanded)

    def example(self, row: Mapping[str, Any]) -> Example:
        """One row as the texts that the model reads and should write.

        Raises:
            RowError: The row lacks something.
        """
        example: Example = self.manager.hook.format_example(row=row, options=self.options)
        return example

    def checked_example(self, row: Mapping[str, Any], place: str) -> Example:
        """One row as `example` gives it, where it can be one at all.

        Args:
            row: The row.
            place: Where it stands, for what the plugin itself gets wrong.

        Raises:
            RowError: It is no object, holds what no text may hold, or lacks something.
            BrokenPlugin: The task's hook fails on it.
        """
        _demand_object(row)
        flaw = flaw_in(row) or self._lack_of(row)
        if flaw:
            raise RowError(flaw)
        try:
            return self.example(row)
        except FtkitError:
            raise
        except Exception as error:
            if self.record is None:
                raise
            raise Blame(self.record).broken_by(error, "format_example", place) from error

    def _lack_of(self, row: Mapping[str, Any]) -> str:
        """What a row says of the first column that it lacks; empty where it lacks none."""
        lacking = next((name for name in self.needed if name not in row), None)
        has = ", ".join(map(repr, row)) or "no fields"
        return "" if lacking is None else f"the row lacks {lacking!r}; it has {has}"

    def parse(self, text: str) -> Any:
        """The answer in generated text; None where it holds none."""
        return self.manager.hook.parse_output(text=text, options=self.options)


def examples_of(
    records: Iterable[Located], formatter: Formatter, columns: Sequence[tuple[str, str]] = ()
) -> Iterator[Located]:
    """Records of one source as examples with targets, each in its place.

    Args:
        records: What the source gives; a `BadRow` passes through.
        formatter: The task's hooks.
        columns: Pairs of the name that the task wants and the name that the source has.

    Yields:
        `Located` with an `Example` for its row; `BadRow` where there is none, so that none is lost.

    Raises:
        DataError: A column is mapped that the source doesn't have, or what the source itself raises.
    """
    for row in rows_of(records, formatter, columns):
        example = formatted(row, formatter)
        yield example if _has_target(example) else _without_target(row, example.row)


def rows_of(
    records: Iterable[Located], formatter: Formatter, columns: Sequence[tuple[str, str]] = ()
) -> Iterator[Located]:
    """Records of one source as rows with the task's names for their columns, each in its place.

    Arguments and errors are those of `examples_of`; here too a `BadRow` passes through.
    """
    rows = chain.from_iterable(_expanded(record, formatter) for record in records)
    return _renamed(rows, columns) if columns else rows


def formatted(row: Located, formatter: Formatter) -> Located:
    """A row as an `Example`, with or without a target; a `BadRow` where it can't be one."""
    if isinstance(row, BadRow):
        return row
    try:
        return replace(row, row=formatter.checked_example(row.row, row.place))
    except RowError as error:
        return refused(row, str(error))


def _expanded(record: Located, formatter: Formatter) -> Iterator[Located]:
    if isinstance(record, BadRow):
        yield record
        return
    try:
        rows = formatter.rows(record.row)
    except RowError as error:
        yield refused(record, flaw_in(record.row) or str(error))
        return
    for number, row in enumerate(rows, start=1):
        part = f"{record.part}.{number}".lstrip(".") if len(rows) > 1 else record.part
        yield replace(record, row=row, part=part)


def _renamed(rows: Iterator[Located], columns: Sequence[tuple[str, str]]) -> Iterator[Located]:
    first = list(islice(rows, _LOOKED_AT))
    there = {key: None for each in first if not isinstance(each, BadRow) for key in each.row}
    missing = [given for _, given in columns if given not in there]
    if there and missing:
        raise DataError(
            f"{first[0].file}: --columns names columns that it doesn't have: "
            f"{', '.join(map(repr, missing))}; it has {', '.join(map(repr, there))}"
        )
    for each in chain(first, rows):
        yield each if isinstance(each, BadRow) else replace(each, row=_with_names(each.row, columns))


def _with_names(row: Mapping[str, Any], columns: Sequence[tuple[str, str]]) -> dict[str, Any]:
    given = {name for _, name in columns}
    kept = {name: value for name, value in row.items() if name not in given}
    return kept | {wanted: row[name] for wanted, name in columns if name in row}


def _demand_object(row: Any) -> None:
    if not isinstance(row, Mapping):
        raise RowError(f"the row must be an object, not {reprlib.repr(row)}")


def _has_target(example: Located) -> bool:
    return isinstance(example, BadRow) or example.row.target is not None


def _without_target(row: Located, example: Example) -> BadRow:
    about = f"{example.input:.60}{'…' * (len(example.input) > 60)}"  # noqa: PLR2004 - part of a line
    return refused(row, f"the row has no answer to learn from or to compare with: {about}")
