"""`ftkit train`: fine-tune a model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ftkit.cli.options import (
    BadRows,
    Checkpoint,
    Columns,
    Data,
    Extensions,
    Json,
    Method,
    Model,
    Quiet,
    RunDevice,
    RunSeed,
    RunWords,
    Task,
    ValidationData,
)
from ftkit.cli.output import print_json, print_line
from ftkit.cli.preview import print_counts
from ftkit.cli.recipes import recipe_of
from ftkit.cli.stopping import told_when_stopped
from ftkit.counting import counted
from ftkit.errors import FtkitError

if TYPE_CHECKING:
    from ftkit.finetuning.command import Run
    from ftkit.runs.recipe import Recipe


def train(
    words: RunWords = None,
    *,
    model: Model = None,
    method: Method = None,
    task: Task = None,
    checkpoint: Checkpoint = None,
    data: Data = None,
    validation_data: ValidationData = None,
    columns: Columns = None,
    on_bad_row: BadRows = None,
    output: Annotated[str | None, typer.Option(metavar="FOLDER", help="The run's folder.")] = None,
    resume: Annotated[
        str | None,
        typer.Option(
            metavar="RUN",
            help="Go on with a run that was stopped; takes no other options but --quiet and --json.",
        ),
    ] = None,
    extension: Extensions = None,
    seed: RunSeed = None,
    device: RunDevice = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything, say what would be done, and do nothing.")
    ] = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Fine-tune a model; without --data, rehearse on what is embedded.

    Options of plugins are --model.NAME, --method.NAME and --task.NAME (ftkit show PLUGIN lists them),
    those of an extension --extension.EXTENSION.NAME, those of training itself --training.NAME, and of
    reading data --reading.NAME.

    Example: ftkit train --model bart --method adapter
    """
    given = {
        "model": model,
        "method": method,
        "task": task,
        "checkpoint": checkpoint,
        "data": data,
        "validation_data": validation_data,
        "output": output,
        "extensions": tuple(extension) if extension else None,
        "seed": seed,
        "device": device,
    }
    more = words or None, dry_run or None, columns, on_bad_row, *given.values()
    if resume is not None and any(each is not None for each in more):
        raise FtkitError(
            "--resume goes on with a run as its recipe says: it takes no other options but --quiet and --json"
        )
    recipe = recipe_of(words, given, columns, on_bad_row)
    if dry_run:
        _preview(recipe, json=json)
        return
    with told_when_stopped():
        run = _train(recipe, resume, quiet=quiet)
    if json:
        print_json(run.result)
    else:
        _print(run)


def _train(recipe: Recipe, resume: str | None, *, quiet: bool) -> Run:
    from ftkit.finetuning import command

    return command.train(recipe, quiet=quiet) if resume is None else command.resume(Path(resume), quiet=quiet)


def _preview(recipe: Recipe, *, json: bool) -> None:
    from ftkit.finetuning.preview import preview

    seen = preview(recipe)
    print_json(seen) if json else print_counts(seen)


def _print(run: Run) -> None:
    result = run.result
    figures = ", ".join(f"{name} {round(value, 4):g}" for name, value in result["metrics"].items())
    print_line(f"{result['checkpoint']}, {result['method']}, {result['task']}: {figures}")
    print_line(
        f"{counted(result['examples'], 'example')}, {result['train_seconds']:.0f} s, "
        f"{result['trainable_parameters']:,} of {result['total_parameters']:,} parameters trained, "
        f"artifact {result['artifact_bytes']:,} bytes"
    )
    print_line(f"run: {run.folder}")
    print_line(f"try it: {run.predict_command}")
