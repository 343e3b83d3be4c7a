"""The main path of `ftkit evaluate`: from the name of a model to a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ftkit.answering.run import LoadedRun
from ftkit.data.reading import complete_with_reading, make_reading
from ftkit.evaluating.report import Report, make_report
from ftkit.evaluating.rows import EvaluationRows, read_rows, validation_rows
from ftkit.evaluating.subject import load_subject
from ftkit.inference.settings import GENERATION
from ftkit.runs.recipe import Recipe, read_made_with

_HOME = "evaluations"


def evaluate(
    target: str | Path,
    recipe: Recipe | None = None,
    generation: Mapping[str, Any] | None = None,
    *,
    resamples: int = 0,
    output: str | None = None,
    quiet: bool = True,
) -> Report:
    """Score a model on rows with answers.

    Args:
        target: A run's folder; else a backbone, one of its checkpoints, a hub id or a folder in hub format;
            or, where the recipe names a method, the folder of an artifact in its library's format.
        recipe: Model, method and task where the target is no run; data, options of reading it, seed, device.
            Without data: a run's own validation rows, or those of the task's sample.
        generation: Options of generation by name, such as `{"num_beams": 4}`.
        resamples: How many bootstrap resamples give the 95% intervals, 1,000 say; 0: none are made.
        output: The folder to write; None: a new one in `RUN/evaluations/`, or in `evaluations/`.
        quiet: Show no progress on stderr.

    Raises:
        OptionsError: Options are wrong; with every problem.
        DataError: The data can't be read or used.
        RunError: The target is no run and something is missing, or the folder can't be written.
        FtkitError: A plugin or a checkpoint can't be used.
    """
    wanted = recipe or Recipe()
    given = {"generation": generation or {}, "reading": wanted.options.get("reading", {})}
    complete_with_reading({"generation": GENERATION}, given)  # a mistake is told before weights are loaded
    subject = load_subject(str(target), wanted)
    given["generation"] = subject.setup.generation_given(given["generation"])
    options = complete_with_reading({"generation": GENERATION}, given)
    if wanted.data is None:
        rows = validation_rows(subject.setup)
        if isinstance(subject, LoadedRun):
            rows = replace(rows, changed=_changed(subject, rows))
    else:
        rows = read_rows(wanted.data, make_reading(options["reading"]), subject.formatter)
    home = subject.folder.path if isinstance(subject, LoadedRun) else Path()
    return make_report(
        subject,
        rows,
        options["generation"],
        seed=wanted.seed,
        resamples=resamples,
        output=output,
        beside=home / _HOME,
        quiet=quiet,
    )


def _changed(run: LoadedRun, rows: EvaluationRows) -> bool:
    """Whether these may be other rows than those that the run validated on."""
    began_with = read_made_with(run.folder.recipe).get("data", {}).get("fingerprint")
    return bool(began_with != rows.fingerprint)
