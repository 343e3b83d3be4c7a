"""Plugins tried each in a process of its own, where a hang, a crash or an exit costs one row.

The child (`probe_child`) loads the plugin and leaves its report in a file; here it is started, watched,
ended, and what it left behind is read as faults of that plugin.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ftkit.descriptions import Info
from ftkit.errors import Fault
from ftkit.kinds import KINDS
from ftkit.registry.catalogue import PluginRecord
from ftkit.registry.sources import module_file, own_place

_GRACE = 5.0  # seconds for a process to end once its report is there
_SLOW = 1.0  # seconds of import from which on an author is advised
_FRAME = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+)')
_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv.pop(1)); "
    "from ftkit.registry.probe_child import main; main()"
)


@dataclass(frozen=True)
class Probe:
    """What came of trying a plugin.

    Attributes:
        record: The plugin.
        faults: What is wrong with it; empty where it is healthy.
        notes: Advice that makes no plugin unhealthy.
        info: Its description; None where it gave none.
        hooks: The hooks that it implements.
        file: Source file of its module.
        seconds: Wall time of its import and description, None where they did not end.
        modules: How many modules its import adds.
    """

    record: PluginRecord
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()
    info: Info | None = None
    hooks: tuple[str, ...] = ()
    file: str | None = None
    seconds: float | None = None
    modules: int | None = None

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong with the plugin."""
        return not self.faults

    def as_json(self) -> dict[str, Any]:
        """The probe as `--json` prints it, without the description."""
        return {
            "kind": self.record.kind or None,
            "name": self.record.name,
            "distribution": self.record.distribution.name,
            "version": self.record.distribution.version,
            "target": self.record.target,
            "status": self.record.status,
            "healthy": self.healthy,
            "faults": [asdict(fault) for fault in self.faults],
            "notes": list(self.notes),
            "file": self.file,
            "import_seconds": self.seconds,
            "imported_modules": self.modules,
        }


def probe_all(records: Iterable[PluginRecord], timeout: float) -> list[Probe]:
    """Try plugins in parallel, one process each.

    Args:
        records: The plugins; those that can't be loaded by their metadata are judged from it alone.
        timeout: Seconds after which a plugin counts as hanging.

    Returns:
        A probe for each record, in their order.
    """
    stop = threading.Event()
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        try:
            return list(pool.map(lambda record: probe(record, timeout, stop), records))
        except BaseException:
            stop.set()  # Ctrl-C must not wait for plugins that hang
            raise


def probe(record: PluginRecord, timeout: float, stop: threading.Event | None = None) -> Probe:
    """Try one plugin in a process of its own; `stop`, once set, ends the trial early."""
    if record.status == "disabled":
        return Probe(record, notes=(f"not tried: {record.reason}",))
    if record.status in ("unreadable", "incompatible"):
        return Probe(record, faults=(_metadata_fault(record),))
    with tempfile.TemporaryDirectory(prefix="ftkit-probe-") as folder:
        end = _run_child(record, Path(folder), timeout, stop or threading.Event())
        tried = _read(record, Path(folder), end)
    if record.status == "conflict":
        return Probe(**vars(tried) | {"faults": (*tried.faults, _metadata_fault(record))})
    return tried


def _metadata_fault(record: PluginRecord) -> Fault:
    owner = record.distribution
    place = str(Path(owner.folder) / "entry_points.txt") if owner.folder else None
    remedies = {
        "conflict": "use the qualified name, or uninstall or disable one of them",
        "incompatible": f"upgrade {owner.name} or ftkit",
        "unreadable": f"reinstall {owner.name}, or tell its author",
    }
    return Fault(
        plugin=record.label if record.kind else record.name,
        distribution=owner.name,
        version=owner.version,
        target=record.target,
        problem=record.reason,
        remedy=remedies[record.status],
        file=place,
    )


@dataclass(frozen=True)
class _End:
    """How a child process ended: its exit status (negative: a signal), or None where it was ended."""

    status: int | None
    timeout: float


def _run_child(record: PluginRecord, folder: Path, timeout: float, stop: threading.Event) -> _End:
    command = [sys.executable, "-c", _START, json.dumps(sys.path)]
    command += [record.kind, record.qualified, str(folder), str(timeout)]
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True
        )
        try:
            return _End(_wait(child, folder / "report.json", timeout, stop), timeout)
        finally:
            _end_group(child)


def _wait(child: subprocess.Popen[bytes], report: Path, timeout: float, stop: threading.Event) -> int | None:
    deadline = time.monotonic() + timeout
    reported = False
    while time.monotonic() < deadline and not stop.is_set():
        with suppress(subprocess.TimeoutExpired):
            return child.wait(0.05)
        if not reported and report.exists():
            reported = True
            deadline = min(deadline, time.monotonic() + _GRACE)
    return None


def _end_group(child: subprocess.Popen[bytes]) -> None:
    """End the child and whatever it started; its group can outlive it."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _read(record: PluginRecord, folder: Path, end: _End) -> Probe:
    report = _json(folder / "report.json")
    words = _last_words(folder / "words.jsonl")
    if not isinstance(report, dict):
        return Probe(record, faults=(_end_fault(record, folder, end, words),))
    faults = [Fault(**fault) for fault in report["faults"]]
    faults += _late_faults(record, folder, end, words)
    info = KINDS[record.kind].info.from_json(report["info"]) if report["info"] else None
    return Probe(
        record,
        faults=tuple(faults),
        notes=tuple(_notes(report)),
        info=info,
        hooks=tuple(report["hooks"]),
        file=report["file"],
        seconds=report["seconds"],
        modules=report["modules"],
    )


def _json(file: Path) -> Any:
    with suppress(OSError, ValueError):
        return json.loads(file.read_text(encoding="utf-8"))
    return None


def _last_words(file: Path) -> list[dict[str, Any]]:
    with suppress(OSError, ValueError):
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return []


def _end_fault(record: PluginRecord, folder: Path, end: _End, words: list[dict[str, Any]]) -> Fault:
    """Why there is no report."""
    file, line = _crash_place(folder / "crash.txt", record)
    if end.status is None:
        problem = f"gave no answer within {end.timeout:g} s"
        return _fault(record, problem, "do no work at import; raise --timeout if it is slow", file, line)
    if words:
        last = words[-1]
        return _fault(record, last["what"], "raise an exception instead", last["file"], last["line"])
    if end.status < 0:
        name = signal.Signals(-end.status).name
        return _fault(record, f"crashed the process ({name})", "see the line named", file, line)
    return _fault(record, f"ended the process with status {end.status} while it was loaded", "", file, line)


def _late_faults(record: PluginRecord, folder: Path, end: _End, words: list[dict[str, Any]]) -> list[Fault]:
    """What happened between the report and the end of the process."""
    found = [_fault(record, word["what"], "", word["file"], word["line"]) for word in words]
    size = (folder / "stdout").stat().st_size
    if size:
        text = (folder / "stdout").read_bytes()[:80].decode("utf-8", "replace")
        found.append(_fault(record, f"wrote {size} bytes to stdout after its import: {text!r}"))
    if end.status is None:
        found.append(_fault(record, "keeps the process from ending", "make its threads daemons"))
    elif end.status and not words:
        found.append(_fault(record, f"made the process end with status {end.status} after its import"))
    return found


def _notes(report: dict[str, Any]) -> Iterable[str]:
    if report["seconds"] and report["seconds"] > _SLOW:
        yield (
            f"importing takes {report['seconds']:.1f} s and {report['modules']} modules: "
            "import heavy libraries inside the hooks"
        )


def _crash_place(file: Path, record: PluginRecord) -> tuple[str | None, int | None]:
    """The plugin's innermost line in a traceback that faulthandler wrote (innermost first)."""
    text = ""
    with suppress(OSError):
        text = file.read_text(encoding="utf-8", errors="replace")
    places = ((match["file"], int(match["line"])) for match in _FRAME.finditer(text))
    return own_place(places, record.module)


def _fault(
    record: PluginRecord,
    problem: str,
    remedy: str = "",
    file: str | None = None,
    line: int | None = None,
) -> Fault:
    module = module_file(record.module)
    return Fault(
        plugin=record.label,
        distribution=record.distribution.name,
        version=record.distribution.version,
        target=record.target,
        problem=problem,
        remedy=remedy,
        file=file or (str(module) if module else None),
        line=line,
    )
