"""The main path of `ftkit compare`: every cell run once, then what they come to."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from ftkit.comparing.folder import FAILED, IMPOSSIBLE, ComparisonFolder, Outcome, comparison_folder
from ftkit.comparing.grid import Cell
from ftkit.comparing.process import CellJob
from ftkit.comparing.recipe import ComparisonRecipe
from ftkit.comparing.report import write_report
from ftkit.comparing.resolving import ComparisonSetup, resolve_comparison
from ftkit.comparing.results import Results, collect
from ftkit.comparing.scheduling import Local, OnRay, Scheduler
from ftkit.counting import counted
from ftkit.interrupts import Interrupted, Interrupts

DEFAULT_TIMEOUT = 24 * 3600.0  # seconds; a cell that takes longer needs to be told


@dataclass(frozen=True)
class Comparison:
    """A comparison whose cells have all ended.

    Attributes:
        folder: Its files; `report.html` is for people.
        results: Every figure; `results.as_dict()` is what `results.json` holds.
    """

    folder: Path
    results: Results


def compare(
    recipe: ComparisonRecipe | Mapping[str, Any],
    output: str | Path | None = None,
    *,
    jobs: int = 1,
    ray: str | None = None,
    timeout: float = DEFAULT_TIMEOUT,
    retry_failed: bool = False,
    quiet: bool = True,
) -> Comparison:
    """Run every cell that has not ended yet, each in its own process, and report on all.

    Args:
        recipe: What to compare; a mapping as for `ComparisonRecipe.from_dict`.
        output: The folder; one that holds the same comparison is resumed, and no finished cell runs
            again. None: a new one in `comparisons/`.
        jobs: How many cells run side by side; their times are then those of a shared machine.
        ray: Address of a Ray cluster to run them on, `auto` or `local`; see `OnRay`.
        timeout: Seconds after which a cell counts as hanging.
        retry_failed: Run cells again that have failed before.
        quiet: Say nothing on stderr.

    Raises:
        OptionsError: The recipe is wrong; with every problem.
        FtkitError: A plugin or the data can't be used, or the folder holds something else.
        Interrupted: SIGINT or SIGTERM came; cells under way were saved, and the same call goes on.
    """
    if not isinstance(recipe, ComparisonRecipe):
        recipe = ComparisonRecipe.from_dict(recipe)
    scheduler: Scheduler = Local(max(1, jobs)) if ray is None else OnRay(ray, max(1, jobs))
    interrupts = Interrupts()
    with interrupts.heard():
        setup = resolve_comparison(recipe)
        with comparison_folder(output, setup) as folder:
            try:
                _run_cells(setup, folder, scheduler, timeout, retry_failed=retry_failed, quiet=quiet)
            except Interrupted as stopped:
                raise Interrupted(stopped.signal, folder.resume_command) from None
            results = collect(setup, folder)
            write_report(results, folder)
            return Comparison(folder.path, results)


def _run_cells(
    setup: ComparisonSetup,
    folder: ComparisonFolder,
    scheduler: Scheduler,
    timeout: float,
    *,
    retry_failed: bool,
    quiet: bool,
) -> None:
    pending: dict[str, CellJob] = {}
    for cell in setup.cells:
        if cell.name in setup.impossible:
            folder.keep(cell, Outcome(IMPOSSIBLE, setup.impossible[cell.name]))
            continue
        outcome = folder.outcome(cell)
        if outcome is not None and not (retry_failed and outcome.status == FAILED):
            continue
        pending[cell.name] = _job(cell, folder, timeout, scheduler.threads)
    count = len(setup.cells)
    done = count - len(pending)
    if not quiet:
        _say(f"{counted(count, 'cell')}, {done} done before → {folder.path}")

    def ended(name: str, outcome: Outcome) -> None:
        nonlocal done
        done += 1
        if not quiet:
            told = f"{outcome.seconds:.0f} s" if not outcome.error else f"failed: {outcome.error}"
            _say(f"[{done}/{count}] {name}: {told}")

    scheduler.run(pending, ended)


def _job(cell: Cell, folder: ComparisonFolder, timeout: float, threads: int) -> CellJob:
    run = folder.run_folder(cell).path
    recipe, outcome, log = (folder.beside(cell, ending) for ending in (".yaml", ".json", ".log"))
    run.parent.mkdir(parents=True, exist_ok=True)
    outcome.unlink(missing_ok=True)
    content = replace(cell.recipe, output=str(run)).as_dict()
    recipe.write_text(yaml.safe_dump(_plain(content), sort_keys=False), encoding="utf-8")
    return CellJob(recipe, outcome, log, Path.cwd(), timeout, threads)


def _plain(value: Any) -> Any:
    """The same in types that YAML has."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, (list, tuple)) else value


def _say(text: str) -> None:
    """Tell the person something that is no part of the answer."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - a remark to the person
