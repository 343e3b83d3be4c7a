"""The `ftkit` program: its commands, and how an error reaches the person."""

from __future__ import annotations

import errno
import io
import os
import sys
import warnings
from typing import Annotated, TextIO

import typer

from ftkit._version import __version__
from ftkit.cli.check_plugins import check_plugins
from ftkit.cli.compare import compare_command
from ftkit.cli.evaluate import evaluate_command
from ftkit.cli.list_plugins import list_plugins
from ftkit.cli.new_plugin import new_plugin
from ftkit.cli.output import complain, give_up_stdout, print_line, warn
from ftkit.cli.overview import GroupedCommands
from ftkit.cli.plan import plan_command
from ftkit.cli.plugin_help import (
    CommandOfComparison,
    CommandOfEvaluation,
    CommandOfRun,
    CommandWithPluginOptions,
)
from ftkit.cli.predict import predict
from ftkit.cli.show import show
from ftkit.cli.train import train
from ftkit.cli.words import CONTEXT
from ftkit.errors import FtkitError, PluginWarning

app = typer.Typer(
    name="ftkit",
    cls=GroupedCommands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # help boxed by rich takes twice as long and pipes badly
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("train", cls=CommandWithPluginOptions, context_settings=CONTEXT)(train)
app.command("evaluate", cls=CommandOfEvaluation, context_settings=CONTEXT)(evaluate_command)
app.command("predict", cls=CommandOfRun, context_settings=CONTEXT)(predict)
app.command("compare", cls=CommandOfComparison, context_settings=CONTEXT)(compare_command)
app.command("plan", cls=CommandWithPluginOptions, context_settings=CONTEXT)(plan_command)
app.command("list-plugins")(list_plugins)
app.command("show")(show)
app.command("check-plugins")(check_plugins)
app.command("new-plugin")(new_plugin)

USAGE_ERROR = 2


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it by position
    if wanted:
        print_line(f"ftkit {__version__}")
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
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal of another age must not end the program
            stream.reconfigure(errors="replace")
    warnings.showwarning = _show_warning
    try:
        app(prog_name="ftkit")  # also under python -m, where completion needs the name
    except FtkitError as error:
        if os.environ.get("FTKIT_DEBUG"):
            raise
        complain("error", str(error))
        raise SystemExit(USAGE_ERROR) from None
    except OSError as error:
        if error.errno != errno.ENOSPC or error.filename is not None:
            raise
        give_up_stdout()  # help and version are printed by typer, past our own writing
        complain("error", f"the answer can't be written: {error.strerror}")
        raise SystemExit(USAGE_ERROR) from None


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """What plugins did is told like any remark; other warnings as Python tells them."""
    if issubclass(category, PluginWarning):
        warn(str(message))
    else:
        print(
            warnings.formatwarning(message, category, filename, lineno, line), file=file or sys.stderr, end=""
        )
