"""The inside of a cell's process: an ordinary run, or an evaluation of the checkpoint as it is.

It ends with the process that started it, however that ends: the parent holds the other end of its stdin.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from pathlib import Path

import psutil

from ftkit.answering.predictor import Predictor, load_weights_of
from ftkit.comparing.folder import FINISHED, REFUSED, Outcome, write_outcome
from ftkit.errors import FtkitError, RunError
from ftkit.evaluating.report import make_report
from ftkit.evaluating.rows import validation_rows
from ftkit.finetuning.command import resume, train
from ftkit.interrupts import Interrupted
from ftkit.runs.folder import RunFolder
from ftkit.runs.recipe import Recipe, read_recipe
from ftkit.runs.resolving import resolve_recipe
from ftkit.training.checkpoints import last_whole


def main() -> None:
    """Do what the recipe on the command line says, and write down that it is done."""
    recipe_file, outcome_file, threads = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        _run(read_recipe(recipe_file))
    except Interrupted as stopped:
        raise SystemExit(128 + stopped.signal) from None
    except FtkitError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - the parent reads it
        raise SystemExit(REFUSED) from None
    seconds = time.time() - psutil.Process().create_time()
    outcome = Outcome(FINISHED, seconds=round(seconds, 3), threads=threads)
    write_outcome(outcome, outcome_file)


def _run(recipe: Recipe) -> None:
    if recipe.output is None:
        raise RunError("a cell has a folder of its own: its recipe must name an output")
    folder = RunFolder(Path(recipe.output))
    if folder.result.is_file():  # the process before this one was ended between its result and its outcome
        return
    if folder.recipe.is_file() and last_whole(folder.checkpoints).last is not None:
        resume(folder.path, quiet=True)
        return
    shutil.rmtree(folder.path, ignore_errors=True)
    if recipe.method is None:
        _evaluate_untuned(recipe)
    else:
        train(recipe, quiet=True)


def _evaluate_untuned(recipe: Recipe) -> None:
    """Score the checkpoint on the rows that the runs validate on, and in the way that they do."""
    setup = resolve_recipe(recipe, trains=False)
    rows = validation_rows(setup)
    subject = Predictor(setup, load_weights_of(setup, None, recipe.device))
    make_report(
        subject,
        rows,
        setup.generation_options({}),
        seed=recipe.seed,
        resamples=0,
        output=recipe.output,
        beside=Path(),
        quiet=True,
    )


def _end_with_parent() -> None:
    os.read(sys.stdin.fileno(), 1)  # past Python's buffer, whose lock would be held when the process ends
    os._exit(1)  # what was saved last stays; another process goes on with it
