"""Modules of ours run in processes of their own, and processes ended with all that they started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress

# The path comes first and whole: with -c, files of the current folder would pass for the standard library.
_START = (
    "import sys; sys.path[:] = sys.argv.pop(1).split('\\n'); "
    "from importlib import import_module; import_module(sys.argv.pop(1)).main()"
)


def module_command(module: str, *arguments: str) -> list[str]:
    """The command line that runs the `main` of a module under this Python, with this search path."""
    return [sys.executable, "-c", _START, "\n".join(sys.path), module, *arguments]


def end_group(child: subprocess.Popen[bytes]) -> None:
    """End the child, which leads a session of its own, and whatever it started; its group can outlive it."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def signal_name(number: int) -> str:
    """`SIGTERM`; real-time signals have no names."""
    known = {each.value: each.name for each in signal.Signals}
    return known.get(number, f"signal {number}")
