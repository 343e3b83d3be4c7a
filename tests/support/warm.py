"""Running `ftkit` in a process of its own that has torch and transformers already.

Importing them takes most of the time of a command on a tiny checkpoint. Here a server imports them once and
forks for each command; ftkit and its plugins are imported there as ever. How a command starts from nothing
is what `run_ftkit` and the pages of the documentation try.
"""

from __future__ import annotations

import atexit
import gc
import multiprocessing
import os
import runpy
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from support.program import Outcome, environment

_LIBRARIES = (
    "accelerate",
    "adapters",
    "datasets",
    "peft",
    "sacrebleu",
    "torch._dynamo",
    "transformers.models.bart.modeling_bart",
    "transformers.models.bart.tokenization_bart_fast",
    "transformers.models.t5.modeling_t5",
    "transformers.models.t5.tokenization_t5_fast",
    "transformers.trainer_seq2seq",
)
_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(list(_LIBRARIES))


def run_warm_ftkit(
    *arguments: str, sites: Sequence[Path] = (), cwd: Path | None = None, timeout: float = 120
) -> Outcome:
    """Run `ftkit` with arguments, as `run_ftkit` does; what libraries read when imported can't be changed."""
    assert not any((site / "torch.py").exists() for site in sites), "what torch's import does shows only cold"
    with tempfile.TemporaryDirectory() as name:
        out, err = Path(name) / "out", Path(name) / "err"
        told = (arguments, environment(sites), [*map(str, sites)], str(cwd or Path.cwd()), str(out), str(err))
        process = _SERVER.Process(target=_be_ftkit, args=told)
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            raise TimeoutError(f"ftkit {' '.join(arguments)} runs after {timeout} s")
        return Outcome(process.exitcode, *(each.read_text(encoding="utf-8") for each in (out, err)))


def _be_ftkit(
    arguments: Sequence[str], variables: dict[str, str], sites: list[str], cwd: str, out: str, err: str
) -> None:
    """Be what `python -m ftkit` would have started."""
    gc.freeze()  # what the server has imported is there for good, and is not to be searched for garbage
    os.environ.clear()
    os.environ.update(variables)
    os.chdir(cwd)
    for descriptor, file in ((1, out), (2, err)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), descriptor)
    sys.path[:0] = [cwd, *sites]
    sys.argv = ["ftkit", *arguments]
    try:
        runpy.run_module("ftkit", run_name="__main__", alter_sys=True)
    finally:
        atexit._run_exitfuncs()  # processes of multiprocessing end without
