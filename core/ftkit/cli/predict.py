"""`ftkit predict`: ask a finished run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from ftkit.cli.options import Device, Json
from ftkit.cli.output import print_json, print_line

CONTEXT = {"ignore_unknown_options": True}
"""A task's columns (`--question …`) are known only once the run is: they come as words."""


def predict(
    run: Annotated[str, typer.Argument(metavar="RUN", help="The run's folder.")],
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TEXT]... | --COLUMN TEXT...",
            help="Texts, where the task reads one; else a row by its columns.",
        ),
    ] = None,
    *,
    device: Device = "auto",
    json: Json = False,
) -> None:
    """Answer texts with the model that a run has fine-tuned.

    Example: ftkit predict runs/bart-adapter-translation-1 "The dog sleeps."
    """
    from ftkit.runs import load_run

    if not words:
        raise typer.BadParameter("nothing to answer: give texts, or the task's columns as --COLUMN TEXT")
    loaded = load_run(run, device)
    if words[0].startswith("--"):
        rows = [_row_of_columns(words)]
    else:
        rows = [loaded.row_of_text(text) for text in words]
    predictions = loaded.predict(rows)
    if json:
        print_json([{"row": row, **vars(each)} for row, each in zip(rows, predictions, strict=True)])
        return
    for each in predictions:
        print_line(each.text)


def _row_of_columns(words: list[str]) -> Mapping[str, str]:
    """`--question … --context=…` as a row."""
    row: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        name, equals, value = word.removeprefix("--").partition("=")
        text = value if equals else next(rest, None)
        if not word.startswith("--") or text is None:
            raise typer.BadParameter(f"{word}: columns are given as --COLUMN TEXT")
        row[name] = text
    return row
