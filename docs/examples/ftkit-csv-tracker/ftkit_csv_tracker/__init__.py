"""Write what happens in a run as one CSV file, a figure a line: for a spreadsheet, or pandas.read_csv.

    step,phase,name,value
    10,training,loss,2.31
    60,evaluation,bleu,41.7
    60,evaluation,unanswered,3

`unanswered` counts the validation rows to which the model wrote nothing that the task can read: it is seen by a
wrapper round the task's own hook.
"""

from __future__ import annotations

import csv
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ftkit import ExtensionInfo, Option, OptionsError, hookimpl

if TYPE_CHECKING:
    from transformers import TrainerCallback

HEADER = ("step", "phase", "name", "value")


class CsvTracker:
    """The extension; it keeps what it knows of the run that goes on."""

    def __init__(self) -> None:
        self._file: Path | None = None
        self._unanswered: int | None = None

    @hookimpl
    def describe_extension(self) -> ExtensionInfo:
        """Describe the tracker."""
        return ExtensionInfo(
            options=(
                Option("file", "str", "figures.csv", "name of the file in the run's folder"),
                Option("every", "int", 1, "keep each how-manieth of the training's own lines", minimum=1),
            )
        )

    @hookimpl
    def extension_selected(self, options: Mapping[str, Any]) -> None:
        """Refuse a name that leads out of the run, or to a file of ftkit's.

        Raises:
            OptionsError: With the name.
        """
        name = Path(options["file"])
        if name.name != options["file"] or name.suffix != ".csv":
            wanted = "a plain name that ends in .csv"
            raise OptionsError([f"extension.csv-tracker.file: it must be {wanted}, not {options['file']!r}"])

    @hookimpl
    def run_started(self, directory: Path, options: Mapping[str, Any]) -> None:
        """Begin the file, or find the one of a run that goes on."""
        self._file, self._unanswered = directory / options["file"], None
        if not self._file.exists():
            self._write([HEADER])

    @hookimpl
    def trainer_callbacks(self, options: Mapping[str, Any]) -> Sequence[TrainerCallback]:
        """One that hears of each line of the training's own log."""
        from ftkit_csv_tracker.callback import LogsToTracker  # imports transformers

        return [LogsToTracker(self, options["every"])]

    @hookimpl(wrapper=True)
    def score(self, predictions: Sequence[Any]) -> Generator[None, Mapping[str, float], Mapping[str, float]]:
        """Count on the way what no answer was found in; the metrics stay as they are."""
        metrics = yield
        self._unanswered = sum(answer is None for answer in predictions)
        return metrics

    @hookimpl
    def run_evaluated(self, step: int, metrics: Mapping[str, float]) -> None:
        """Write the metrics, and how many rows have no answer."""
        found = dict(metrics) if self._unanswered is None else {**metrics, "unanswered": self._unanswered}
        self.add(step, "evaluation", found)

    @hookimpl
    def run_finished(self) -> None:
        """Let go of the run."""
        self._file = None

    def add(self, step: int, phase: str, figures: Mapping[str, float]) -> None:
        """Add a line for each figure."""
        self._write((step, phase, name, value) for name, value in figures.items())

    def forget_after(self, step: int) -> None:
        """Drop lines of later steps: a run that was stopped does them again."""
        if self._file is not None:
            with self._file.open(newline="", encoding="utf-8") as stream:
                kept = [row for row in list(csv.reader(stream))[1:] if int(row[0]) <= step]
            self._file.unlink()
            self._write([HEADER, *kept])

    def _write(self, rows: Any) -> None:
        if self._file is not None:
            with self._file.open("a", newline="", encoding="utf-8") as stream:
                csv.writer(stream).writerows(rows)


tracker = CsvTracker()
