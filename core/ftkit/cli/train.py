"""`ftkit train`: fine-tune a model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ftkit.cli.options import (
    Json,
    complete_backbone,
    complete_extension,
    complete_method,
    complete_task,
)
from ftkit.cli.output import print_json, print_line
from ftkit.cli.stopping import told_when_stopped
from ftkit.cli.words import joined, pairs_of, parted, recipe_file

if TYPE_CHECKING:
    from ftkit.training.recipe import Recipe
    from ftkit.training.run import Run

_PARTS = ("model", "method", "task", "training", "reading", "extension.")


def train(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RECIPE] [--PART.OPTION VALUE]...",
            help="A recipe file (YAML), and options of plugins and of training that override it.",
        ),
    ] = None,
    *,
    model: Annotated[
        str | None,
        typer.Option(help="A backbone or one of its checkpoints.", autocompletion=complete_backbone),
    ] = None,
    method: Annotated[
        str | None, typer.Option(help="A fine-tuning method.", autocompletion=complete_method)
    ] = None,
    task: Annotated[str | None, typer.Option(help="A task.", autocompletion=complete_task)] = None,
    checkpoint: Annotated[
        str | None, typer.Option(help="Another hub id or folder to take the weights from.")
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            help="Training rows: a file (.json, .jsonl, .csv, .tsv, .parquet, .txt, plain or .gz), a pattern,"
            " a folder of classes, line-aligned files (train.en,train.de), - for stdin, or a hub data set."
        ),
    ] = None,
    validation_data: Annotated[str | None, typer.Option(help="Validation rows, likewise.")] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(metavar="WANTED=GIVEN,...", help="Columns of the data by the task's names for them."),
    ] = None,
    on_bad_row: Annotated[
        str | None, typer.Option(metavar="error|set-aside", help="What to do about rows that can't be used.")
    ] = None,
    output: Annotated[str | None, typer.Option(help="The run's folder.")] = None,
    resume: Annotated[
        str | None, typer.Option(metavar="RUN", help="Go on with a run that was stopped; takes no more.")
    ] = None,
    extension: Annotated[
        list[str] | None,
        typer.Option(help="An extension that accompanies the run.", autocompletion=complete_extension),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of everything that is drawn.")] = None,
    device: Annotated[str | None, typer.Option(help="cpu, cuda, cuda:1, mps or auto.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything, say what would be done, and do nothing.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
    json: Json = False,
) -> None:
    """Fine-tune a model; without --data, rehearse on what is embedded.

    Options of plugins are --model.NAME, --method.NAME and --task.NAME (ftkit show PLUGIN lists them),
    those of an extension --extension.EXTENSION.NAME, those of training itself --training.NAME, and of
    reading data --reading.NAME.

    Example: ftkit train --model bart --method adapter
    """
    from ftkit.training.recipe import Recipe, read_recipe

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
    short = {"columns": joined(columns), "on_bad_row": on_bad_row}
    options, others = parted(pairs_of(words or []), _PARTS, short)
    file = recipe_file(others)
    if resume is not None and (
        dry_run or words or any(value is not None for value in (*given.values(), columns, on_bad_row))
    ):
        raise typer.BadParameter("--resume goes on with a run as its recipe says: it takes no other options")
    base = read_recipe(Path(file)) if file else Recipe()
    if dry_run:
        _preview(base.overridden(given, options), json=json)
        return
    with told_when_stopped():
        run = _train(base.overridden(given, options), resume, quiet=quiet)
    if json:
        print_json(run.result)
    else:
        _print(run)


def _train(recipe: Recipe, resume: str | None, *, quiet: bool) -> Run:
    from ftkit.training import run

    return run.train(recipe, quiet=quiet) if resume is None else run.resume(Path(resume), quiet=quiet)


def _preview(recipe: Recipe, *, json: bool) -> None:
    from ftkit.training.preview import preview

    seen = preview(recipe)
    if json:
        print_json(seen)
        return
    print_line(f"{seen['checkpoint']}, {seen['method']}, {seen['task']}: nothing was trained or written")
    print_line(
        f"{seen['examples']:,} training rows, {seen['validation_examples']:,} for validation, "
        f"{seen['truncated']:,} truncated"
    )
    for side in ("input", "target"):
        figures = ", ".join(f"{name} {length}" for name, length in seen[f"{side}_tokens"].items())
        print_line(f"{side} tokens: {figures}")
    padding = f"{seen['padding_fraction']:.1%} padding"
    print_line(f"{seen['batches']:,} batches an epoch, {padding}; {seen['steps']:,} steps in all")
    print_line(
        f"{seen['trainable_parameters']:,} of {seen['total_parameters']:,} parameters would be trained, "
        f"artifact about {seen['artifact_bytes']:,} bytes"
    )


def _print(run: Run) -> None:
    result = run.result
    figures = ", ".join(f"{name} {round(value, 4):g}" for name, value in result["metrics"].items())
    print_line(f"{result['checkpoint']}, {result['method']}, {result['task']}: {figures}")
    print_line(
        f"{result['examples']} rows, {result['train_seconds']:.0f} s, {result['trainable_parameters']:,} of "
        f"{result['total_parameters']:,} parameters trained, artifact {result['artifact_bytes']:,} bytes"
    )
    print_line(f"run: {run.folder}")
    print_line(f"try it: {run.predict_command}")
