"""Options and arguments that several commands share, and the completion of plugin names."""

from __future__ import annotations

import os
from typing import Annotated, Literal

import typer

_LARGEST_SEED = 2**32 - 1  # as for a run
DEFAULT_TIMEOUT = 60.0  # seconds; a cold import of torch and transformers can take 20

KindName = Literal["backbone", "method", "task", "extension"]


def complete_plugin(incomplete: str) -> list[str]:
    """Names of installed plugins of every kind that go on from what was typed."""
    return _complete(incomplete, None)


def complete_backbone(incomplete: str) -> list[str]:
    """Names of installed backbones, likewise."""
    return _complete(incomplete, "backbone")


def complete_method(incomplete: str) -> list[str]:
    """Names of installed methods, likewise."""
    return _complete(incomplete, "method")


def complete_task(incomplete: str) -> list[str]:
    """Names of installed tasks, likewise."""
    return _complete(incomplete, "task")


def complete_extension(incomplete: str) -> list[str]:
    """Names of installed extensions, likewise."""
    return _complete(incomplete, "extension")


def _complete(incomplete: str, kind: str | None) -> list[str]:
    """Plugin names from metadata: no plugin is imported.

    In a conflict the qualified names are offered, since the bare one would be refused.
    """
    from ftkit.registry.catalogue import read_catalogue

    names = {
        name
        for record in read_catalogue().usable(kind)
        for name in ((record.qualified,) if record.status == "conflict" else record.names)
    }
    return sorted(name for name in names if name.startswith(incomplete.lower().replace("_", "-")))


def _set_builtin_only(wanted: bool) -> None:  # noqa: FBT001 - typer calls it by position
    from ftkit.registry.catalogue import BUILTIN_ONLY_VARIABLE

    if wanted:  # as a variable, so that processes we start see it too
        os.environ[BUILTIN_ONLY_VARIABLE] = "1"


RunWords = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[RECIPE] [--PART.OPTION VALUE]...",
        help="A recipe file (YAML), and options of plugins and of training that override it.",
    ),
]
Model = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help="A backbone or one of its checkpoints.", autocompletion=complete_backbone
    ),
]
Models = Annotated[
    str | None,
    typer.Option(metavar="NAME,...", help="Backbones or checkpoints.", autocompletion=complete_backbone),
]
Method = Annotated[
    str | None, typer.Option(metavar="NAME", help="A fine-tuning method.", autocompletion=complete_method)
]
Methods = Annotated[
    str | None,
    typer.Option(metavar="NAME,...", help="Fine-tuning methods.", autocompletion=complete_method),
]
Task = Annotated[str | None, typer.Option(metavar="NAME", help="A task.", autocompletion=complete_task)]
Checkpoint = Annotated[
    str | None, typer.Option(metavar="SOURCE", help="Another hub id or folder to take the weights from.")
]
ROW_SOURCES = (
    "a file (.json, .jsonl, .csv, .tsv, .parquet, .txt, plain or .gz), a pattern, a folder of classes,"
    " line-aligned files (train.en,train.de), - for stdin, or a hub data set."
)
Data = Annotated[str | None, typer.Option(metavar="FILE", help=f"Training rows: {ROW_SOURCES}")]
ValidationData = Annotated[str | None, typer.Option(metavar="FILE", help="Validation rows, likewise.")]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        metavar="WANTED=GIVEN,...", help="Columns by the task's names: context=passage,answer=gold."
    ),
]
BadRows = Annotated[
    str | None,
    typer.Option(
        metavar="error|set-aside",
        help="Rows that can't be used: error stops and names them; set-aside leaves them out and keeps them"
        " in rejected.jsonl.",
    ),
]
Extensions = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME",
        help="An extension that accompanies the run; may be given several times.",
        autocompletion=complete_extension,
    ),
]
RunSeed = Annotated[int | None, typer.Option(metavar="N", help="Seed of everything that is drawn.")]
RunDevice = Annotated[str | None, typer.Option(metavar="DEVICE", help="cpu, cuda, cuda:1, mps or auto.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Show no progress.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout and nothing else.")]
Device = Annotated[str, typer.Option(metavar="DEVICE", help="cpu, cuda, cuda:1, mps or auto.")]
SamplingSeed = Annotated[int, typer.Option(min=0, max=_LARGEST_SEED, metavar="N", help="Seed of sampling.")]
EvaluationSeed = Annotated[
    int, typer.Option(min=0, max=_LARGEST_SEED, metavar="N", help="Seed of sampling and of --intervals.")
]
BuiltinOnly = Annotated[
    bool,
    typer.Option(
        "--builtin-only",
        callback=_set_builtin_only,
        is_eager=True,
        help="Leave out third-party plugins, as FTKIT_BUILTIN_ONLY=1 does.",
    ),
]
Timeout = Annotated[
    float,
    typer.Option(
        "--timeout",
        min=0.1,
        max=86_400,
        metavar="S",
        help="Seconds after which a plugin counts as hanging.",
    ),
]
