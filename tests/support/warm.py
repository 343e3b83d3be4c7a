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


class WarmProgram:
    """`ftkit` while it runs.

    What libraries read when they are imported, as many variables are, can't be changed.
    """

    def __init__(
        self, *arguments: str, sites: Sequence[Path] = (), cwd: Path | None = None, given: bytes | None = None
    ) -> None:
        """Begin; `given` is a file on stdin."""
        assert not any((site / "torch.py").exists() for site in sites), "torch has been imported already"
        self._words = arguments
        self._folder = tempfile.TemporaryDirectory()
        streams = [os.devnull, *(str(Path(self._folder.name) / name) for name in ("out", "err"))]
        if given is not None:
            streams[0] = str(Path(self._folder.name) / "in")
            Path(streams[0]).write_bytes(given)
        told = (arguments, environment(sites), [*map(str, sites)], str(cwd or Path.cwd()), streams)
        self._process = _SERVER.Process(target=_be_ftkit, args=told)
        self._process.start()

    @property
    def runs(self) -> bool:
        return self._process.exitcode is None

    def signal(self, number: int) -> None:
        assert self._process.pid is not None
        os.kill(self._process.pid, number)

    def ended(self, timeout: float = 120) -> Outcome:
        """Wait for its end."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            self._process.kill()
            raise TimeoutError(f"ftkit {' '.join(self._words)} runs after {timeout} s")
        with self._folder as name:
            out, err = ((Path(name) / each).read_text(encoding="utf-8") for each in ("out", "err"))
        return Outcome(self._process.exitcode, out, err)


def run_warm_ftkit(
    *arguments: str,
    sites: Sequence[Path] = (),
    cwd: Path | None = None,
    given: bytes | None = None,
    timeout: float = 120,
) -> Outcome:
    """Run `ftkit` with arguments to its end."""
    return WarmProgram(*arguments, sites=sites, cwd=cwd, given=given).ended(timeout)


def _be_ftkit(
    arguments: Sequence[str], variables: dict[str, str], sites: list[str], cwd: str, streams: Sequence[str]
) -> None:
    """Be what `python -m ftkit` would have started."""
    gc.freeze()  # what the server has imported is there for good, and is not to be searched for garbage
    os.environ.clear()
    os.environ.update(variables)
    os.chdir(cwd)
    for descriptor, file in enumerate(streams):
        os.dup2(os.open(file, os.O_RDWR | os.O_CREAT), descriptor)
    sys.stdin = os.fdopen(0)  # that of multiprocessing's processes is closed
    sys.path[:0] = [cwd, *sites]
    sys.argv = ["ftkit", *arguments]
    try:
        runpy.run_module("ftkit", run_name="__main__", alter_sys=True)
    finally:
        atexit._run_exitfuncs()  # processes of multiprocessing end without
