"""What a process in which a plugin was tried left behind, read as faults of that plugin.

Everything here was written by a process that ran a stranger's code: nothing of it is taken on trust.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ftkit.descriptions import Info, from_json
from ftkit.errors import Fault
from ftkit.kinds import KINDS
from ftkit.processes import signal_name
from ftkit.registry.catalogue import PluginRecord
from ftkit.registry.faults import fault_of
from ftkit.registry.sources import own_place
from ftkit.typed_data import demand_types

_SLOW = 1.0  # seconds of import from which on an author is advised
_SHOWN = 80  # bytes of late output that are quoted
_FRAME = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+)')


@dataclass(frozen=True)
class Probe:
    """What came of trying a plugin.

    Attributes:
        record: The plugin.
        faults: What is wrong with it; empty where it is healthy or was not tried.
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

    def __post_init__(self) -> None:
        demand_types(self)

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


@dataclass(frozen=True)
class End:
    """How the process ended.

    Attributes:
        status: Its exit status (negative: a signal); None where it had to be ended.
        timeout: Seconds that it was given.
    """

    status: int | None
    timeout: float


@dataclass(frozen=True)
class _Word:
    """What the process said before it ended, and at which line."""

    what: str
    file: str | None
    line: int | None

    def __post_init__(self) -> None:
        demand_types(self)


def read_probe(record: PluginRecord, folder: Path, end: End) -> Probe:
    """Read what the child left in its folder."""
    try:
        return _read(record, folder, end)
    except (OSError, KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return Probe(
            record, faults=(fault_of(record, "interfered with its own trial: no report can be read"),)
        )


def _read(record: PluginRecord, folder: Path, end: End) -> Probe:
    words = list(_last_words(folder / "words.jsonl"))
    try:
        report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Probe(record, faults=(_end_fault(record, folder, end, words),))
    return _read_report(record, report, _late_faults(record, folder, end, words))


def _read_report(record: PluginRecord, report: Mapping[str, Any], late: list[Fault]) -> Probe:
    seconds, modules = report["seconds"], report["modules"]
    return Probe(
        record,
        faults=(*map(_fault, report["faults"]), *late),
        notes=(*_notes(seconds, modules), *(str(_fault(each)) for each in report["deprecated"])),
        info=_info(record, report["info"]),
        hooks=tuple(map(str, report["hooks"])),
        file=report["file"],
        seconds=seconds,
        modules=modules,
    )


def _fault(data: Mapping[str, Any]) -> Fault:
    fault = Fault(**data)
    demand_types(fault)
    return fault


def _info(record: PluginRecord, data: Mapping[str, Any] | None) -> Info | None:
    if data is None:
        return None
    kind: Any = KINDS[record.kind].info
    info: Info = from_json(kind, data)
    return info


def _last_words(file: Path) -> Iterable[_Word]:
    with suppress(OSError, ValueError):
        for line in file.read_text(encoding="utf-8").splitlines():
            yield _Word(**json.loads(line))


def _end_fault(record: PluginRecord, folder: Path, end: End, words: list[_Word]) -> Fault:
    """Why there is no report."""
    if words and end.status is not None:
        last = words[-1]
        return fault_of(record, last.what, "raise an exception instead", file=last.file, line=last.line)
    file, line = _crash_place(folder / "crash.txt", record)
    if end.status is None:
        problem, remedy = f"gave no answer within {end.timeout:g} s", "do no work at import"
    elif end.status < 0:
        problem, remedy = f"crashed the process ({signal_name(-end.status)})", "see the line named"
    else:
        problem, remedy = f"ended the process with status {end.status} while it was loaded", ""
    return fault_of(record, problem, remedy, file=file, line=line)


def _late_faults(record: PluginRecord, folder: Path, end: End, words: list[_Word]) -> list[Fault]:
    """What happened between the report and the end of the process."""
    found = [fault_of(record, word.what, file=word.file, line=word.line) for word in words]
    with (folder / "stdout").open("rb") as out:
        text = out.read(_SHOWN).decode("utf-8", "replace")
    if text:
        size = (folder / "stdout").stat().st_size
        found.append(fault_of(record, f"wrote {size} bytes to stdout after its import: {text!r}"))
    if end.status is None:
        found.append(fault_of(record, "keeps the process from ending", "make its threads daemons"))
    elif end.status and not words:
        found.append(fault_of(record, f"made the process end with status {end.status} after its import"))
    return found


def _notes(seconds: float | None, modules: int | None) -> Iterable[str]:
    if seconds and seconds > _SLOW:
        yield (
            f"importing takes {seconds:.1f} s and {modules} modules: import heavy libraries inside the hooks"
        )


def _crash_place(file: Path, record: PluginRecord) -> tuple[str | None, int | None]:
    """The plugin's innermost line in a traceback that faulthandler wrote (innermost first)."""
    text = ""
    with suppress(OSError):
        text = file.read_text(encoding="utf-8", errors="replace")
    places = ((match["file"], int(match["line"])) for match in _FRAME.finditer(text))
    return own_place(places, record.module)
