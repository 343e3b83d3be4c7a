"""A task under test, with rows of its sample or of its author's test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import chain, islice
from typing import Any

from ftkit.data.examples import Formatter, rows_of
from ftkit.data.reading import Reading
from ftkit.data.rows import BadRow, Located
from ftkit.data.sources import find_sources
from ftkit.descriptions import Example
from ftkit.errors import DataError
from ftkit.testing.subject import Subject
from ftkit.testing.violations import CannotTry, Violation

_ROWS = 24  # of a sample; each property reads them several times
_FEWEST = 3  # or a wrong answer could not be told from a right one

Row = Mapping[str, Any]


class TaskSubject(Subject):
    """Formats rows and scores answers."""

    @cached_property
    def formatter(self) -> Formatter:
        """The task's hooks with its options."""
        return Formatter(self.manager(), self.options())

    def records(self, file: str) -> list[Located]:
        """The first records of a file, as the file has them.

        Raises:
            Violation: It can't be read.
        """
        try:
            records = chain.from_iterable(source.rows() for source in find_sources(file, Reading()))
            return list(islice(records, _ROWS))
        except DataError as error:
            raise Violation(
                f"{file} can't be read: {error}", "give the path of a file that is there"
            ) from error

    @cached_property
    def rows(self) -> Sequence[Row]:
        """Rows with answers: those given, else the sample's.

        Raises:
            CannotTry: There are none.
            Violation: A file has rows that can't be used.
        """
        sample, given = self.info.sample, self.given.rows
        file = given if isinstance(given, str) else "" if given or sample is None else sample.validation
        found = self._read(file) if file else [row for row in given if not isinstance(row, str)]
        if len(found) < _FEWEST:
            raise CannotTry(f"give at least {_FEWEST} `rows` with answers: the task has no sample")
        return found

    def _read(self, file: str) -> list[Row]:
        located = list(islice(rows_of(self.records(file), self.formatter), _ROWS))
        bad = next((row for row in located if isinstance(row, BadRow)), None)
        if bad is not None:
            raise Violation(f"a row can't be used: {bad}")
        return [row.row for row in located]

    @cached_property
    def examples(self) -> Sequence[Example]:
        """The rows, formatted."""
        return [self.format(row) for row in self.rows]

    @cached_property
    def targets(self) -> Sequence[str]:
        """The target of each example.

        Raises:
            Violation: One has none.
        """
        found = [each.target for each in self.examples]
        if None in found:
            raise Violation(
                f"the row {self.rows[found.index(None)]!r:.200} has no target", "give rows with answers"
            )
        return [target for target in found if target is not None]

    @cached_property
    def references(self) -> list[list[Any]]:
        """For each example, its parsed references."""
        return [[self.formatter.parse(text) for text in each.references] for each in self.examples]

    @cached_property
    def answers(self) -> list[Any]:
        """For each example, its parsed target: what a model that knows everything answers."""
        return [self.formatter.parse(target) for target in self.targets]

    def format(self, row: Row) -> Example:
        """One row as an example."""
        return self.formatter.example(row)

    def score(self, predictions: Sequence[Any], references: Sequence[Sequence[Any]] | None = None) -> Any:
        """The metrics of answers to these rows."""
        return self.hook.score(
            predictions=list(predictions),
            references=self.references if references is None else references,
            options=self.options(),
        )

    @property
    def required(self) -> list[str]:
        """Names of the columns that a row must have."""
        return [column.name for column in self.info.columns if column.required]

    def exercise(self) -> None:
        """Format, parse, score."""
        examples = [self.format(row) for row in self.rows]
        answers = [self.formatter.parse(each.target or "") for each in examples]
        self.score(answers)
        given = {"predictions": answers, "references": self.references, "options": self.options()}
        for hook in ("weighted_score", "score_signatures"):
            if self.implements(hook):
                getattr(self.hook, hook)(**given)
