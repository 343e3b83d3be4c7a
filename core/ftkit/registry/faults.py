"""Faults laid at the door of a plugin, with everything that says whose it is."""

from __future__ import annotations

from pathlib import Path

from ftkit.errors import Fault
from ftkit.registry.catalogue import PluginRecord
from ftkit.registry.sources import module_file


def fault_of(
    record: PluginRecord,
    problem: str,
    remedy: str = "",
    *,
    hook: str | None = None,
    file: str | None = None,
    line: int | None = None,
) -> Fault:
    """A fault of this plugin; where no file is known, its module's is named."""
    if file is None:
        module = module_file(record.module) if record.module else None
        file = str(module) if module else None
    owner = record.distribution
    return Fault(
        plugin=record.label if record.kind else record.name,
        distribution=owner.name,
        version=owner.version,
        target=record.target,
        problem=_printable(problem),
        remedy=_printable(remedy),
        hook=hook,
        file=file,
        line=line,
    )


def metadata_fault(record: PluginRecord) -> Fault:
    """What its status says of a plugin that is not `ok`."""
    owner = record.distribution
    remedies = {
        "conflict": "use the qualified name, or uninstall or disable one of them",
        "incompatible": f"upgrade {owner.name} or ftkit",
        "unreadable": f"reinstall {owner.name}, or tell its author",
    }
    place = str(Path(owner.folder) / "entry_points.txt") if owner.folder else None
    return fault_of(record, record.reason, remedies.get(record.status, ""), file=place)


def _printable(text: str) -> str:
    """Text on one line without control characters: a plugin's words must not steer a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
