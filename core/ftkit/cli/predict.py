"""`ftkit predict`: ask a finished run."""

from __future__ import annotations

import os
import shlex
import stat
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ftkit.cli.options import ROW_SOURCES, BadRows, Columns, Device, Json, Quiet, SamplingSeed
from ftkit.cli.output import print_json, print_json_lines, print_line
from ftkit.cli.plugin_help import words_of
from ftkit.cli.stopping import told_when_stopped
from ftkit.cli.words import Pair, typed_options
from ftkit.counting import counted
from ftkit.errors import FtkitError
from ftkit.predicting import CHUNK_ROWS

if TYPE_CHECKING:
    from ftkit.answering.run import LoadedRun
    from ftkit.predicting.request import Request
    from ftkit.runs.resolving import Setup

_PARTS = ("generation", "reading")
_STDIN = "-"


def predict(
    context: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="The run's folder.")],
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TEXT]... | [--COLUMN TEXT]...",
            help="Texts, where the task reads one; else a row by its columns.",
        ),
    ] = None,
    *,
    source: Annotated[
        str | None,
        typer.Option(
            "--input",
            metavar="FILE",
            help=f"Rows: {ROW_SOURCES}",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where the rows' predictions go; none: to stdout.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an unfinished --output.")] = False,
    columns: Columns = None,
    on_bad_row: BadRows = None,
    chunk: Annotated[
        int, typer.Option(min=1, metavar="N", help="Rows answered between two writes.")
    ] = CHUNK_ROWS,
    seed: SamplingSeed = 0,
    device: Device = "auto",
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Answer texts, or all rows of an input, with the model that a run has fine-tuned.

    Options of generation are --generation.NAME, and those of reading an input --reading.NAME; both are listed
    once a run is named.

    Example: ftkit predict runs/bart-adapter-translation-1 "The dog sleeps."

    Example: ftkit predict runs/t5-lora-qa-1 --input questions.jsonl --output answers.jsonl
    """
    options, asked = typed_options(words, _PARTS, columns, on_bad_row)
    if not asked and source is None and _stdin_holds_rows():
        source = _STDIN
    _demand_sense(asked, source, output, options["reading"], resume=resume)
    from ftkit.answering.run import find_run
    from ftkit.predicting.request import make_request

    with told_when_stopped():
        found = find_run(run)
        if source is None:
            # A mistake is told before weights are loaded.
            found.setup.generation_options(options["generation"])
            rows = _rows(found.setup, asked)
            _answer(found.load(device), rows, options["generation"], seed, json=json)
            return
        request = make_request(found.setup, source, options, seed, chunk)
        if output is None and request.reading.set_aside:
            raise FtkitError("--on-bad-row set-aside writes bad rows beside the --output: give --output FILE")
        loaded = found.load(device)
        if output is None:
            _stream(loaded, request)
        else:
            command = _resume_command(words_of(context))
            _write(loaded, request, output, command, resume=resume, quiet=quiet, json=json)


def _demand_sense(
    asked: Sequence[Pair],
    source: str | None,
    output: Path | None,
    reading: Mapping[str, Any],
    *,
    resume: bool,
) -> None:
    """Refuse options that say nothing together."""
    if asked and source is not None:
        name, value = asked[0]
        word = value if name is None else f"--{name}"
        raise FtkitError(f"{word}: give either texts and columns, or --input")
    if not asked and source is None:
        raise FtkitError(
            "nothing to answer: give texts, the task's columns as --COLUMN TEXT, or rows as --input FILE"
        )
    if source is None and output is not None:
        raise FtkitError("--output takes the predictions of an --input, and none is given")
    if source is None and reading:
        raise FtkitError("options of reading are about an --input, and none is given")
    if output is None and resume:
        raise FtkitError("--resume goes on with an --output, and none is given")


def _stdin_holds_rows() -> bool:
    """Whether something is piped or redirected into stdin, so that nobody need type `--input -`."""
    if sys.stdin is None:
        return False
    mode = os.fstat(sys.stdin.fileno()).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode)


def _answer(
    loaded: LoadedRun,
    rows: Sequence[Mapping[str, Any]],
    generation: Mapping[str, Any],
    seed: int,
    *,
    json: bool,
) -> None:
    predictions = loaded.predict(rows, generation, seed)
    if json:
        print_json([{"row": row, **vars(each)} for row, each in zip(rows, predictions, strict=True)])
        return
    for each in predictions:
        print_line(each.text)


def _rows(setup: Setup, asked: Sequence[Pair]) -> list[Mapping[str, Any]]:
    """Each bare text as a row, or `--question … --context=…` as one."""
    if all(name is None for name, _ in asked):
        return [setup.row_of_text(text) for _, text in asked if text is not None]
    row: dict[str, Any] = {}
    for name, value in asked:
        if name is None or value is None:
            raise FtkitError(f"{value or f'--{name}'}: columns are given as --COLUMN TEXT")
        row[name] = value
    return [row]


def _stream(loaded: LoadedRun, request: Request) -> None:
    from ftkit.predicting.bulk import predicted_lines

    for lines in predicted_lines(loaded, request):
        print_json_lines(lines)


def _write(
    loaded: LoadedRun, request: Request, output: Path, command: str, *, resume: bool, quiet: bool, json: bool
) -> None:
    from ftkit.predicting.bulk import predict_to_file

    summary = predict_to_file(loaded, request, output, resume=resume, resume_command=command, quiet=quiet)
    if json:
        print_json(summary)
        return
    aside = (
        f", {summary['rejected']:,} set aside in {summary['rejected_rows']}" if summary["rejected"] else ""
    )
    print_line(
        f"{counted(summary['rows'], 'row')} → {output}{aside}; {summary['unparseable']:,} without an answer, "
        f"{counted(summary['truncated'], 'input')} truncated; {summary['seconds']:.0f} s, "
        f"{summary['rows_per_second']:,.0f} rows/s"
    )


def _resume_command(words: Sequence[str]) -> str:
    return shlex.join(["ftkit", "predict", *words, *([] if "--resume" in words else ["--resume"])])
