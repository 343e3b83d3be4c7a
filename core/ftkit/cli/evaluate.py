"""`ftkit evaluate`: figures that can be quoted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ftkit.cli.options import (
    BadRows,
    Columns,
    Device,
    EvaluationSeed,
    Json,
    Quiet,
    complete_backbone,
    complete_method,
    complete_task,
)
from ftkit.cli.output import print_json, print_line, warn
from ftkit.cli.stopping import told_when_stopped
from ftkit.cli.words import demand_none, typed_options
from ftkit.counting import counted
from ftkit.errors import FtkitError

if TYPE_CHECKING:
    from ftkit.evaluating.report import Report

_PARTS = ("model", "method", "task", "generation", "reading")
_RESAMPLES = 1000
_SHOWN = 300  # characters of a text among the worst rows


_Target = Annotated[
    str,
    typer.Argument(
        metavar="RUN_OR_CHECKPOINT",
        help="A run's folder; a backbone or checkpoint as it is; with --method, an artifact's folder.",
    ),
]
_Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="[--PART.OPTION VALUE]...", help="Options of generation, and of plugins."),
]
_Model = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help="The backbone or checkpoint, for a folder.", autocompletion=complete_backbone
    ),
]
_Method = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="The method of an artifact.", autocompletion=complete_method),
]
_Task = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="The task, where no run says it.", autocompletion=complete_task),
]
_Checkpoint = Annotated[
    str | None,
    typer.Option(metavar="SOURCE", help="Another hub id or folder of the weights under an artifact."),
]
_Data = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Rows with answers, as for train; none: a run's validation rows, or the sample's.",
    ),
]
_Intervals = Annotated[bool, typer.Option("--intervals", help="Add 95% bootstrap intervals to the metrics.")]
_Worst = Annotated[int, typer.Option(min=0, metavar="N", help="Show the N worst rows.")]
_Output = Annotated[str | None, typer.Option(metavar="FOLDER", help="Where result and predictions go.")]


def evaluate_command(
    target: _Target,
    words: _Words = None,
    *,
    model: _Model = None,
    method: _Method = None,
    task: _Task = None,
    checkpoint: _Checkpoint = None,
    data: _Data = None,
    columns: Columns = None,
    on_bad_row: BadRows = None,
    intervals: _Intervals = False,
    worst: _Worst = 0,
    output: _Output = None,
    seed: EvaluationSeed = 0,
    device: Device = "auto",
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Score a run, or a checkpoint that nobody has fine-tuned, on rows with answers.

    Options of generation are --generation.NAME, and those of reading data --reading.NAME.

    Example: ftkit evaluate runs/bart-adapter-translation-1 --intervals --worst 5

    Example: ftkit evaluate t5-tiny --task qa
    """
    options, others = typed_options(words, _PARTS, columns, on_bad_row)
    demand_none(others)
    if options["reading"] and data is None:
        raise FtkitError("options of reading are about --data, and none is given")
    from ftkit.evaluating.command import evaluate
    from ftkit.runs.recipe import Recipe

    generation = options.pop("generation")
    recipe = Recipe(
        model=model,
        method=method,
        task=task,
        checkpoint=checkpoint,
        data=data,
        seed=seed,
        device=device,
        options=options,
    )
    resamples = _RESAMPLES if intervals else 0
    with told_when_stopped():
        report = evaluate(target, recipe, generation, resamples=resamples, output=output, quiet=quiet)
    if json:
        print_json(dict(report.result) | ({"worst": report.worst(worst)} if worst else {}))
    else:
        _print(report, worst)


def _print(report: Report, worst: int) -> None:
    result = report.result
    sample = ", the task's bundled sample: no figures to quote" if result["rehearsal"] else ""
    if result["data"]["changed_since_run"]:
        warn("the data, or the code that reads it, has changed since the run: these may be other rows")
    print_line(f"{result['checkpoint']} on {', '.join(result['data']['sources'])}{sample}")
    for name, value in result["metrics"].items():
        ends = result["intervals"].get(name)
        interval = f" (95%: {ends[0]:.4g} to {ends[1]:.4g})" if ends else ""
        signature = result["signatures"].get(name, "")
        print_line(f"{name} {value:.4g}{interval}" + (f"  {signature}" if signature else ""))
    print_line(
        f"{counted(result['examples'], 'example')}, "
        f"{counted(result['unparseable'], 'output')} without an answer, "
        f"{counted(result['truncated'], 'input')} truncated, {counted(result['rejected'], 'row')} rejected; "
        f"{result['seconds']:.0f} s, {result['examples_per_second']:,.1f} examples/s"
    )
    for row in report.worst(worst):
        _print_row(row)
    print_line(f"predictions: {report.folder}")


def _print_row(row: Mapping[str, Any]) -> None:
    metrics = ", ".join(f"{name} {value:.4g}" for name, value in row["metrics"].items())
    print_line(f"\n{row['place']}: {metrics}")
    print_line(f"  input       {_shortened(row['input'])}")
    for reference in row["references"]:
        print_line(f"  reference   {_shortened(reference)}")
    print_line(f"  prediction  {_shortened(row['prediction'])}")


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"
