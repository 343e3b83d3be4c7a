"""The child's side of a probe: load one plugin, write the report, and leave last words if it ends early.

Everything is written to files by name: a plugin that closes descriptors can't close those.
"""

from __future__ import annotations

import faulthandler
import json
import os
import signal
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, NoReturn

from ftkit.descriptions import to_json
from ftkit.errors import BrokenPlugin
from ftkit.registry.catalogue import PluginRecord
from ftkit.registry.deprecated import deprecated_uses
from ftkit.registry.loading import load_plugin
from ftkit.registry.registration import implementations
from ftkit.registry.sources import own_place
from ftkit.typed_data import rebuilt

_WATCH = 1.0  # seconds between two looks at the parent


def main() -> None:
    """Probe the plugin that the command line names: RECORD (as JSON) FOLDER TIMEOUT."""
    record, folder, timeout = arguments()
    die_with_parent()
    LastWords(folder / "words.jsonl", record.module).listen()
    # Never closed: a crash at the very end is to be read as well.
    crash = (folder / "crash.txt").open("w")
    faulthandler.enable(crash)
    # A little before the parent gives up, so that it learns where the plugin hangs.
    faulthandler.dump_traceback_later(timeout * 0.9, file=crash)
    write_report(folder, _report(record))


def arguments() -> tuple[PluginRecord, Path, float]:
    """Record, folder and timeout from the command line, which is emptied: it is no plugin's business."""
    data, folder, timeout = sys.argv[1:4]
    sys.argv[1:] = []
    return rebuilt(PluginRecord, json.loads(data)), Path(folder), float(timeout)


def die_with_parent() -> None:
    """End this process and what it started once the parent is gone, which may end without a word."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_WATCH)
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


def _report(record: PluginRecord) -> dict[str, Any]:
    try:
        loaded = load_plugin(record)
    except BrokenPlugin as error:
        return _as_report(faults=error.faults)
    return _as_report(
        faults=loaded.disturbances,
        deprecated=[asdict(fault) for fault in deprecated_uses(loaded)],
        info=to_json(loaded.info),
        hooks=sorted({one.hook for one in implementations(loaded.implementation)}),
        file=str(loaded.file) if loaded.file else None,
        seconds=loaded.seconds,
        modules=loaded.modules,
    )


def _as_report(**known: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {
        "info": None,
        "hooks": [],
        "deprecated": [],
        "file": None,
        "seconds": None,
        "modules": None,
    }
    return empty | known | {"faults": [asdict(fault) for fault in known["faults"]]}


def write_report(folder: Path, report: dict[str, Any]) -> None:
    """Leave the report, whole or not at all."""
    file = folder / "report.json"
    aside = file.with_suffix(".part")
    aside.write_text(json.dumps(report), encoding="utf-8")
    aside.replace(file)


class LastWords:
    """Notes what ends the process past every `except`, and whose line did it."""

    def __init__(self, file: Path, module: str) -> None:
        self._file = file
        self._module = module
        self._real_exit = os._exit
        self._process = os.getpid()

    def listen(self) -> None:
        """Start to listen; there is no way to stop, the process is ours alone."""
        os._exit = self._exit
        sys.addaudithook(self._audit)
        sys.unraisablehook = lambda it: self._error("raised while ending", it.exc_value, it.exc_traceback)
        threading.excepthook = lambda it: self._error("a thread raised", it.exc_value, it.exc_traceback)

    def _exit(self, status: int) -> NoReturn:
        self._say(f"called os._exit({status})", sys._getframe(1))  # noqa: SLF001 - the caller's line
        self._real_exit(status)

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "os.exec":
            self._say("replaced the process with another program", sys._getframe(1))  # noqa: SLF001
        elif event == "os.fork":
            self._say("forked the process", sys._getframe(1))  # noqa: SLF001
        elif event == "os.kill" and arguments[0] in (0, -1, os.getpid(), os.getppid()):
            self._say(f"sent signal {int(arguments[1])} to the process", sys._getframe(1))  # noqa: SLF001

    def _error(self, when: str, error: BaseException | None, traceback: TracebackType | None) -> None:
        while traceback is not None and traceback.tb_next is not None:
            traceback = traceback.tb_next
        self._say(f"{when}: {error!r}", traceback.tb_frame if traceback else None)

    def _say(self, what: str, frame: FrameType | None) -> None:
        if os.getpid() != self._process:
            return  # a copy that the plugin forked; that it did is said already
        places = []
        while frame is not None:
            places.append((frame.f_code.co_filename, frame.f_lineno))
            frame = frame.f_back
        file, line = own_place(places, self._module)
        with self._file.open("a", encoding="utf-8") as words:
            words.write(json.dumps({"what": what, "file": file, "line": line}) + "\n")
