"""`ftkit compare`: which model, which method, at what cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ftkit.cli.options import (
    BadRows,
    Columns,
    Json,
    Methods,
    Models,
    Quiet,
    RunDevice,
    ValidationData,
    complete_extension,
    complete_task,
)
from ftkit.cli.output import print_json, print_line, print_table
from ftkit.cli.stopping import told_when_stopped
from ftkit.cli.words import RUN_PARTS, recipe_file, typed_options
from ftkit.counting import counted
from ftkit.errors import FtkitError

if TYPE_CHECKING:
    from ftkit.comparing.command import Comparison
    from ftkit.comparing.recipe import ComparisonRecipe
    from ftkit.comparing.results import Results, TaskResults
    from ftkit.comparing.row import Row

_SHOWN_COSTS = ("seconds_to_target", "step_seconds", "tokens_per_second", "memory", "trainable_parameters")


_Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[RECIPE] [--PART.OPTION VALUE]...",
        help="A recipe file (YAML) with lists, and options of plugins and of training that override it.",
    ),
]
_Tasks = Annotated[str | None, typer.Option(metavar="NAME,...", help="Tasks.", autocompletion=complete_task)]
_Checkpoints = Annotated[
    list[str] | None,
    typer.Option(metavar="MODEL=SOURCE", help="Another hub id or folder for a model's weights."),
]
_Data = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="Training rows, as for train; none: the tasks' bundled samples."),
]
_Seeds = Annotated[
    str | None, typer.Option(metavar="N|A,B,...", help="How many seeds, or which. [default: 3]")
]
_Budget = Annotated[
    float | None, typer.Option(metavar="S", help="Seconds of training for each run, in place of epochs.")
]
_Output = Annotated[
    str | None,
    typer.Option(metavar="FOLDER", help="The comparison's folder; one that was begun is resumed."),
]
_Resume = Annotated[
    str | None, typer.Option(metavar="FOLDER", help="Go on with a comparison as its recipe says.")
]
_RetryFailed = Annotated[bool, typer.Option("--retry-failed", help="Run cells again that have failed.")]
_Jobs = Annotated[int, typer.Option(min=1, metavar="N", help="Cells that run side by side on this machine.")]
_Ray = Annotated[
    str | None, typer.Option(metavar="ADDRESS|auto|local", help="A Ray cluster to run the cells on.")
]
_Timeout = Annotated[
    float | None,
    typer.Option(min=1, metavar="S", help="Seconds after which a cell counts as hanging. [default: a day]"),
]
_Extensions = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME",
        help="An extension that accompanies every run; may be given several times.",
        autocompletion=complete_extension,
    ),
]


def compare_command(
    words: _Words = None,
    *,
    model: Models = None,
    method: Methods = None,
    task: _Tasks = None,
    checkpoint: _Checkpoints = None,
    data: _Data = None,
    validation_data: ValidationData = None,
    columns: Columns = None,
    on_bad_row: BadRows = None,
    seeds: _Seeds = None,
    budget_seconds: _Budget = None,
    output: _Output = None,
    resume: _Resume = None,
    retry_failed: _RetryFailed = False,
    jobs: _Jobs = 1,
    ray: _Ray = None,
    timeout: _Timeout = None,
    extension: _Extensions = None,
    device: RunDevice = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Train every model with every method on every task, and report quality and costs.

    Each cell is an ordinary run in a process of its own. Options of a plugin go to every one of its kind
    that has them; for options of a single one, give a recipe with lists.

    Example: ftkit compare --model t5,bart --method full,lora --task qa --data squad.json --seeds 3
    """
    from ftkit.comparing.command import DEFAULT_TIMEOUT, compare

    given = {
        "model": model,
        "method": method,
        "task": task,
        "data": data,
        "validation_data": validation_data,
        "seeds": seeds,
        "budget_seconds": budget_seconds,
        "extensions": list(extension) if extension else None,
        "device": device,
    }
    options, others = typed_options(words, RUN_PARTS, columns, on_bad_row)
    file = recipe_file(others)
    if resume is not None:
        _demand_nothing_else(output, words, columns, on_bad_row, checkpoint, *given.values())
        file, output = _recipe_of(resume), resume
    recipe = _recipe(file, given, options, dict(_pairs(checkpoint or [])))
    with told_when_stopped():
        comparison = compare(
            recipe,
            output,
            jobs=jobs,
            ray=ray,
            timeout=timeout or DEFAULT_TIMEOUT,
            retry_failed=retry_failed,
            quiet=quiet,
        )
    if json:
        print_json({"output": str(comparison.folder), **comparison.results.as_dict()})
    else:
        _print(comparison)


def _demand_nothing_else(*more: Any) -> None:
    if any(each is not None for each in more):
        raise FtkitError(
            "--resume goes on with a comparison as its recipe says: it takes no other options but "
            "--jobs, --ray, --timeout, --retry-failed, --quiet and --json"
        )


def _recipe_of(comparison: str) -> str:
    """The recipe of a comparison that was begun."""
    from ftkit.comparing.folder import ComparisonFolder

    folder = ComparisonFolder(Path(comparison))
    folder.demand_begun()
    return str(folder.recipe)


def _recipe(
    file: str | None,
    given: Mapping[str, Any],
    options: Mapping[str, Mapping[str, Any]],
    checkpoints: Mapping[str, str],
) -> ComparisonRecipe:
    """A recipe file, where one is named, as the options override it."""
    from ftkit.comparing.overrides import overridden
    from ftkit.comparing.recipe import ComparisonRecipe, read_comparison

    content = read_comparison(Path(file)) if file else {}
    content |= {name: value for name, value in given.items() if value is not None}
    return overridden(ComparisonRecipe.from_dict(content), options, checkpoints)


def _pairs(words: list[str]) -> Iterator[tuple[str, str]]:
    for word in words:
        name, equals, source = word.partition("=")
        if not equals or not source:
            raise FtkitError(f"--checkpoint {word}: say of which model, as in t5=FOLDER")
        yield name, source


def _print(comparison: Comparison) -> None:
    results = comparison.results
    for task in results.tasks:
        print_line(f"{task.label}: means over {counted(len(results.seeds), 'seed')}")
        _print_table(task)
        for row in task.rows:
            for error in row.errors:
                print_line(f"{row.model}, {row.method}: {error}")
        print_line()
    _print_verdict(results)
    print_line(f"report: {comparison.folder / 'report.html'}")


def _print_table(task: TaskResults) -> None:
    from ftkit.comparing.page import COLUMNS

    headers = ["MODEL", "METHOD", *(metric.name.upper() for metric in task.metrics)]
    headers += [COLUMNS[name].upper() for name in _SHOWN_COSTS]
    print_table(headers, [_line(task, row) for row in task.rows])


def _line(task: TaskResults, row: Row) -> list[str]:
    from ftkit.comparing.page import cost_text
    from ftkit.comparing.wording import told_with_spread

    metrics = [told_with_spread(row.metric(metric.name)) for metric in task.metrics]
    costs = [cost_text(row, name) for name in _SHOWN_COSTS]
    return [row.model, row.method, *metrics, *costs]


def _print_verdict(results: Results) -> None:
    from ftkit.comparing.page import summary_of_claims

    for claim in summary_of_claims(results):
        halves = "; ".join(f"{half['text']}: {half['verdict']}" for half in claim["halves"])
        print_line(f"{claim['method']} {claim['text']}: {claim['verdict']} ({halves})")
