"""`ftkit.plan`: what a run will take, found out in a process of its own."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import yaml

from ftkit import errors
from ftkit.data.sources import STDIN
from ftkit.errors import FtkitError, OptionsError, RunError
from ftkit.planning.exchange import ERROR, RECIPE, REPORT
from ftkit.planning.report import Forecast
from ftkit.processes import module_command, signal_name
from ftkit.runs.recipe import Recipe
from ftkit.runs.resolving import resolve_recipe
from ftkit.runs.rows import read_data

_LAST_LINES = 5


def plan(recipe: Recipe) -> Forecast:
    """Foretell what a run will take on this machine, without training.

    The run's own step is done three times on its shortest example, in a process of its own; larger
    batches are gone through without computing them, and each of their different operations is timed once.

    Args:
        recipe: What the run would do; its output is not touched.

    Raises:
        FtkitError: As for `ftkit.train`; an OptionsError too where data comes from stdin, which can be read
            but once.
    """
    started = time.perf_counter()
    setup = resolve_recipe(replace(recipe, output=None))
    if STDIN in (setup.data, setup.validation_data):
        raise OptionsError(["data: a plan reads it before the run does, and stdin can be read only once"])
    read_data(setup)  # what is wrong with it is said here; what is right is kept for the other process
    report = _probed(recipe)
    own = {each.name for each in fields(Forecast)} - {"counts", "seconds"}
    counts = {name: value for name, value in report.items() if name not in own}
    known = {name: report[name] for name in own}
    return Forecast(**known, counts=counts, seconds=time.perf_counter() - started)


def plan_cells(
    recipe: Recipe, models: Sequence[str | None], methods: Sequence[str | None]
) -> Iterator[tuple[Recipe, Forecast | FtkitError]]:
    """Plan each model with each method, one after the other; a cell that can't be planned gives its error."""
    for model in models:
        for method in methods:
            cell = replace(recipe, model=model, method=method)
            try:
                yield cell, plan(cell)
            except FtkitError as error:
                yield cell, error


def _probed(recipe: Recipe) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="ftkit-plan-") as place:
        folder = Path(place)
        (folder / RECIPE).write_text(yaml.safe_dump(recipe.as_dict()), encoding="utf-8")
        command = module_command("ftkit.planning.child", place)
        with (folder / "said").open("w+", encoding="utf-8", errors="replace") as said:
            ended = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, check=False)
        if (folder / REPORT).is_file():
            report: dict[str, Any] = json.loads((folder / REPORT).read_text(encoding="utf-8"))
            return report
        if (folder / ERROR).is_file():
            raise _error(*json.loads((folder / ERROR).read_text(encoding="utf-8")))
        words = (folder / "said").read_text(encoding="utf-8", errors="replace").splitlines()
        raise RunError(_ending(ended.returncode, words))


def _error(name: str, message: str) -> FtkitError:
    """The error that the other process met, in its kind as far as a message makes one."""
    if name == OptionsError.__name__:
        return OptionsError(message.splitlines())
    kind = getattr(errors, name)
    return kind(message) if kind.__init__ is FtkitError.__init__ else RunError(message)


def _ending(status: int, words: list[str]) -> str:
    if status < 0:
        killed = f"planning was ended by {signal_name(-status)}"
        return f"{killed}, most likely for want of memory" if -status == 9 else killed  # noqa: PLR2004
    return "\n".join([f"planning failed with status {status}:", *words[-_LAST_LINES:]])
