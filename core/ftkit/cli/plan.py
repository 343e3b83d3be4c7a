"""`ftkit plan`: what a run will take, and whether it fits, before it is begun."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from ftkit.cli.options import (
    BadRows,
    Checkpoint,
    Columns,
    Data,
    Extensions,
    Json,
    Methods,
    Models,
    RunDevice,
    RunSeed,
    RunWords,
    Task,
    ValidationData,
)
from ftkit.cli.output import complain, print_json, print_line, print_table
from ftkit.cli.preview import print_counts
from ftkit.cli.recipes import recipe_of
from ftkit.errors import FtkitError

if TYPE_CHECKING:
    from ftkit.planning.report import Forecast
    from ftkit.runs.recipe import Recipe

_NOTHING_FITS = 1
_GB = 1e9


def plan_command(
    words: RunWords = None,
    *,
    model: Models = None,
    method: Methods = None,
    task: Task = None,
    checkpoint: Checkpoint = None,
    data: Data = None,
    validation_data: ValidationData = None,
    columns: Columns = None,
    on_bad_row: BadRows = None,
    extension: Extensions = None,
    seed: RunSeed = None,
    device: RunDevice = None,
    json: Json = False,
) -> None:
    """Estimate memory, time and sizes of a run, or of each model with each method, without training.

    Options are those of train. Three real steps on the shortest example are timed; larger batches are
    followed without computing them.

    Example: ftkit plan --model t5,bart --method full,lora --task qa --data squad.json
    """
    from ftkit.planning.command import plan_cells

    given = {
        "task": task,
        "checkpoint": checkpoint,
        "data": data,
        "validation_data": validation_data,
        "extensions": tuple(extension) if extension else None,
        "seed": seed,
        "device": device,
    }
    recipe = recipe_of(words, given, columns, on_bad_row)
    models, methods = _names(model, recipe.model), _names(method, recipe.method)
    cells = plan_cells(recipe, models, methods)
    if len(models) == len(methods) == 1:
        [(_, found)] = cells
        if isinstance(found, FtkitError):
            raise found
        print_json(found.as_dict()) if json else _print_one(found)
        return
    outcomes = []
    for cell, found in cells:
        outcomes.append((cell, found))
        if sys.stderr is not None:
            complain("planned", f"{cell.model}, {cell.method}")
    _print_cells(outcomes, json=json)
    if all(isinstance(found, FtkitError) for _, found in outcomes):
        raise SystemExit(_NOTHING_FITS)


def _names(typed: str | None, of_recipe: str | None) -> list[str | None]:
    names: list[str | None] = [each.strip() for each in (typed or "").split(",") if each.strip()]
    return list(dict.fromkeys(names)) or [of_recipe]


def _print_one(found: Forecast) -> None:
    print_counts(found.as_dict())
    parts = ", ".join(f"{name} {_gb(size)}" for name, size in found.memory.items())
    print_line(f"memory: {_gb(found.peak_memory_bytes)} GB at most ({parts})")
    room = f"{_gb(found.available_memory_bytes)} GB that the {found.memory_limit} has free"
    print_line(f"{'fits into' if found.fits else 'does not fit into'} the {room}, with 15% in reserve")
    largest = "none" if found.largest_token_budget is None else f"{found.largest_token_budget:,}"
    print_line(
        f"largest token budget that fits: {largest}; auto would take {found.auto_token_budget or 'none'}"
    )
    if found.step_seconds and found.epoch_seconds:
        epoch = f"{_time(found.epoch_seconds)} an epoch, {found.epochs_per_hour:.2f} epochs an hour"
        print_line(f"time on {found.device}: {found.step_seconds:.2f} s a step, {epoch}")
    print_line(f"planned in {found.seconds:.0f} s")


def _print_cells(outcomes: list[tuple[Recipe, Any]], *, json: bool) -> None:
    if json:
        print_json({"cells": [_as_dict(cell, found) for cell, found in outcomes]})
        return
    headers = ["MODEL", "METHOD", "MEMORY, GB", "FITS", "LARGEST BUDGET", "STEP, S", "EPOCHS/HOUR", "TRAINED"]
    planned = [(cell, found) for cell, found in outcomes if not isinstance(found, FtkitError)]
    print_table([*headers, "ARTIFACT, MB"], [_row(cell, found) for cell, found in planned])
    for cell, found in outcomes:
        if isinstance(found, FtkitError):
            print_line(f"{cell.model}, {cell.method}: {found}")


def _as_dict(cell: Recipe, found: Any) -> dict[str, Any]:
    if isinstance(found, FtkitError):
        return {"model": cell.model, "method": cell.method, "error": str(found)}
    shown: dict[str, Any] = found.as_dict()
    return shown


def _row(cell: Recipe, found: Forecast) -> list[str]:
    return [
        str(cell.model),
        str(cell.method),
        _gb(found.peak_memory_bytes),
        "yes" if found.fits else "no",
        "none" if found.largest_token_budget is None else f"{found.largest_token_budget:,}",
        "" if found.step_seconds is None else f"{found.step_seconds:.2f}",
        "" if found.epochs_per_hour is None else f"{found.epochs_per_hour:.2f}",
        f"{found.counts['trainable_parameters']:,}",
        f"{found.counts['artifact_bytes'] / 1e6:.1f}",
    ]


def _gb(size: int) -> str:
    return f"{size / _GB:.2f}"


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
