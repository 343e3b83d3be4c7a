"""The `ftkit` program: its commands, and how an error reaches the person."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from ftkit._version import __version__
from ftkit.cli.check_plugins import check_plugins
from ftkit.cli.list_plugins import list_plugins
from ftkit.cli.show import show
from ftkit.errors import FtkitError

app = typer.Typer(
    name="ftkit",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # help boxed by rich takes twice as long and pipes badly
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("list-plugins")(list_plugins)
app.command("show")(show)
app.command("check-plugins")(check_plugins)

USAGE_ERROR = 2
_CLOSED_PIPE = 141  # what a shell reports for a program ended by SIGPIPE


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it by position
    if wanted:
        print(f"ftkit {__version__}")  # noqa: T201 - this is the program's answer
        raise typer.Exit


@app.callback()
def ftkit(
    *,
    version: Annotated[  # noqa: ARG001 - its callback answers
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version."),
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback behind an error.")] = False,
) -> None:
    """Fine-tune sequence-to-sequence language models: backbone, method and task are plugins."""
    if debug:
        os.environ["FTKIT_DEBUG"] = "1"


def main() -> None:
    """Run the program: one message for a mistake, a traceback only for a bug or with --debug."""
    try:
        app(prog_name="ftkit")  # also under python -m, where completion needs the name
    except FtkitError as error:
        if os.environ.get("FTKIT_DEBUG"):
            raise
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - the message to the person
        raise SystemExit(USAGE_ERROR) from None
    except BrokenPipeError:
        # Whoever read our output has seen enough; what is still buffered has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        raise SystemExit(_CLOSED_PIPE) from None
