"""The standard streams while a plugin's code runs.

Output is kept aside on the level of file descriptors, so that what C code, threads and child processes
write is caught as well. Where other threads of the host (no daemons) run meanwhile, it may be theirs: then
it comes out on stderr and is laid at nobody's door. Input is empty: a plugin that reads it must not eat the
user's data or wait for it.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
import threading
from contextlib import suppress
from typing import BinaryIO

from ftkit.registry.guard.state import Watcher

_SHOWN = 200  # characters of what was written that the report quotes


class Streams(Watcher):
    """`sys.stdin`, `sys.stdout`, `sys.stderr` and the descriptors 0, 1 and 2."""

    def __init__(self) -> None:
        self._shared = any(map(_may_write, threading.enumerate()))
        self._objects = {name: getattr(sys, name) for name in _NAMES}
        _flush(sys.stdout, sys.stderr)
        self._saved = {number: _duplicate(number) for number in (0, 1, 2)}
        for number, saved in self._saved.items():
            if saved is None:  # or the next file that is opened would become a standard stream
                _open_nothing(number)
        self._noise = tempfile.TemporaryFile()  # noqa: SIM115 - closed by restore
        os.dup2(self._noise.fileno(), 1)
        _open_nothing(0)
        self._writer = io.TextIOWrapper(
            os.fdopen(os.dup(1), "wb", buffering=0),
            encoding="utf-8",
            errors="replace",
            write_through=True,
        )
        _WRITERS.append(self._writer)
        sys.stdout = self._writer
        sys.stdin = io.StringIO()
        self._inside = {"stdout": sys.stdout, "stderr": sys.stderr}
        originals = {"__stdout__": sys.__stdout__, "__stderr__": sys.__stderr__}
        watched = (self._inside | originals).items()
        self._open_before = {name: stream for name, stream in watched if not _closed(stream)}

    def restore(self) -> list[str]:
        """Give the streams back, reopening what was closed."""
        said = [f"closed sys.{name}" for name, stream in self._open_before.items() if _closed(stream)]
        said += [
            f"replaced sys.{name}"
            for name, stream in self._inside.items()
            if getattr(sys, name, None) is not stream
        ]
        said += [f"closed file descriptor {number}" for number in (1, 2) if not _is_open(number)]
        with suppress(Exception):
            self._writer.close()
        for number, saved in self._saved.items():
            if saved is None:  # it was closed before, and stays so
                with suppress(OSError):
                    os.close(number)
            elif _is_open(saved):
                os.dup2(saved, number)
                os.close(saved)
            else:
                _open_nothing(number)
                said.append("closed descriptors that are not its own")
        reopened: dict[int, object] = {}  # sys.stdout and sys.__stdout__ are one object, and stay so
        for name, stream in self._objects.items():
            if _closed(stream):
                stream = reopened.setdefault(id(stream), _reopened(stream, name))  # noqa: PLW2901
            setattr(sys, name, stream)
        return said + self._noise_made()

    def _noise_made(self) -> list[str]:
        if not _is_open(self._noise.fileno()):
            return []
        with self._noise as noise:
            size = noise.seek(0, os.SEEK_END)
            noise.seek(0)
            if self._shared:  # nobody knows whose it is: nothing is lost, and nobody blamed
                _hand_on(noise)
                return []
            head = noise.read(_SHOWN).decode("utf-8", "replace")
        return [f"wrote {size} bytes to stdout: {head!r}"] if size else []


# A plugin's thread may be inside a write when the guard ends: were its stream freed then, Python would crash.
_WRITERS: list[io.TextIOWrapper] = []

_NAMES = ("stdin", "stdout", "stderr", "__stdout__", "__stderr__")


def _may_write(thread: threading.Thread) -> bool:
    """Whether it does work of the host's; a daemon is taken for a library's watcher, such as tqdm's."""
    return thread is not threading.current_thread() and not thread.daemon


def _hand_on(noise: BinaryIO) -> None:
    with suppress(OSError), os.fdopen(os.dup(2), "wb") as stderr:
        shutil.copyfileobj(noise, stderr)


def _flush(*streams: object) -> None:
    for stream in streams:
        with suppress(Exception):
            stream.flush()  # type: ignore[attr-defined]  # None or closed is fine: suppressed


def _duplicate(number: int) -> int | None:
    with suppress(OSError):
        return os.dup(number)
    return None


def _open_nothing(number: int) -> None:
    """Let a descriptor read nothing and write nowhere."""
    nothing = os.open(os.devnull, os.O_RDWR)
    if nothing != number:
        os.dup2(nothing, number)
        os.close(nothing)


def _is_open(number: int) -> bool:
    with suppress(OSError):
        os.fstat(number)
        return True
    return False


def _closed(stream: object) -> bool:
    return bool(getattr(stream, "closed", False))


def _reopened(stream: object, name: str) -> io.TextIOWrapper:
    """A new text stream for a standard stream that was closed, as Python made the first one."""
    number = 2 if "stderr" in name else 0 if "stdin" in name else 1
    mode = "rb" if number == 0 else "wb"
    return io.TextIOWrapper(
        open(number, mode, closefd=False),
        encoding=getattr(stream, "encoding", None) or "utf-8",
        errors=getattr(stream, "errors", None) or "replace",
        line_buffering=True,
    )
