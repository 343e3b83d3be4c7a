"""What installed distributions declare for ftkit, read from their metadata alone.

`importlib.metadata.entry_points()` ends at the first corrupt file and hides duplicates; here each
distribution is read under its own guard, so that a corrupt one costs one row. Nothing is imported, and a
distribution that doesn't mention ftkit costs one small read.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from email.parser import HeaderParser
from importlib.metadata import Distribution, DistributionFinder
from pathlib import Path

GROUPS = {
    "ftkit.backbones": "backbone",
    "ftkit.methods": "method",
    "ftkit.tasks": "task",
    "ftkit.extensions": "extension",
}


@dataclass(frozen=True)
class Declaration:
    """One line of an `entry_points.txt`: kind, name and value as written."""

    kind: str
    name: str
    value: str


@dataclass(frozen=True)
class DistributionMetadata:
    """What one distribution says of itself.

    Attributes:
        name: As its `METADATA` gives it, else as its metadata folder's name gives it.
        version: Likewise.
        summary: One line, may be empty.
        requirements: Its `Requires-Dist` lines.
        declarations: Its entry points in ftkit's groups.
        folder: Where its metadata lies.
        fault: Why it can't be read or trusted; empty where it can.
    """

    name: str
    version: str = ""
    summary: str = ""
    requirements: tuple[str, ...] = ()
    declarations: tuple[Declaration, ...] = ()
    folder: str = ""
    fault: str = ""


def canonical(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_distributions() -> list[DistributionMetadata]:
    """All installed distributions that declare something for ftkit, in the order of the path."""
    chosen: dict[str, list[Distribution]] = {}
    for distribution in _installed():
        chosen.setdefault(_key(distribution), []).append(distribution)
    read = (_read(_genuine(same)) for same in chosen.values())
    return [metadata for metadata in read if metadata is not None]


def _installed() -> Iterator[Distribution]:
    """Every distribution that any import finder knows; a finder that fails is passed over."""
    context = DistributionFinder.Context()
    for finder in sys.meta_path:
        find = getattr(finder, "find_distributions", None)
        with suppress(Exception, SystemExit):
            yield from find(context) if find else ()


def _folder(distribution: Distribution) -> Path | None:
    # The folder has no public name; without it, duplicates are told apart by their METADATA.
    path = getattr(distribution, "_path", None)
    return path if isinstance(path, Path) else None


def _key(distribution: Distribution) -> str:
    """The canonical name, from the folder's name alone: METADATA would cost a read each."""
    folder = _folder(distribution)
    if folder is not None:
        return canonical(_folder_name(folder))
    with suppress(Exception, SystemExit):
        return canonical(str(distribution.metadata["Name"]))
    return ""


def _folder_name(folder: Path) -> str:
    """`name` of `name-1.0.dist-info`, `name.egg-info`, `name-1.0-py3.11.egg/EGG-INFO`.

    A name may hold dashes itself, where a tool did not escape it: the version begins with a digit.
    """
    stem = folder.parent.stem if folder.name == "EGG-INFO" else folder.stem
    match = re.fullmatch(r"(.+?)(-v?\d.*)?", stem)
    return match[1] if match else stem


def _genuine(same: list[Distribution]) -> Distribution:
    """The one to believe among several metadata folders of one distribution.

    An installer leaves a RECORD; a source tree's egg-info and the remains of an interrupted removal
    have none. Among equals the first on the path is the one that imports take.
    """
    if len(same) == 1:
        return same[0]
    return min(same, key=_doubt)


def _doubt(distribution: Distribution) -> int:
    folder = _folder(distribution)
    if folder is None or _has_content(folder / "RECORD"):
        return 0
    return 1 if any(_has_content(folder / name) for name in ("METADATA", "PKG-INFO")) else 2


def _has_content(file: Path) -> bool:
    with suppress(OSError):
        return file.stat().st_size > 0
    return False


def _read(distribution: Distribution) -> DistributionMetadata | None:
    """Read one distribution; None where it declares nothing for ftkit."""
    folder = _folder(distribution)
    fallback_name = _folder_name(folder) if folder else "(unknown)"
    text = ""
    try:
        text = _entry_points_text(distribution, folder)
        if "ftkit." not in text:
            return None
        declarations = tuple(_declarations(distribution))
        if not declarations:
            return None
        return _described(distribution, fallback_name, declarations, str(folder or ""))
    except Exception as error:  # noqa: BLE001 - whatever is wrong there, it costs one row
        reason = _bad_line(text) or f"its metadata can't be read: {error!r}"
        return DistributionMetadata(fallback_name, folder=str(folder or ""), fault=reason)


def _entry_points_text(distribution: Distribution, folder: Path | None) -> str:
    try:
        return distribution.read_text("entry_points.txt") or ""
    except UnicodeDecodeError:
        # Only a file that speaks of ftkit is ftkit's business to complain about.
        if folder and b"ftkit." in (folder / "entry_points.txt").read_bytes():
            raise
        return ""


def _declarations(distribution: Distribution) -> Iterator[Declaration]:
    for entry_point in distribution.entry_points:
        kind = GROUPS.get(entry_point.group)
        if kind is not None:
            yield Declaration(kind, entry_point.name, entry_point.value)


def _described(
    distribution: Distribution,
    fallback_name: str,
    declarations: tuple[Declaration, ...],
    folder: str,
) -> DistributionMetadata:
    text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
    # Headers only: the long description behind the blank line would cost most of the time.
    headers = HeaderParser().parsestr(re.split(r"\r?\n\r?\n", text, maxsplit=1)[0])
    name = headers["Name"]
    fault = _identity_fault(name, fallback_name)
    return DistributionMetadata(
        # In doubt the folder is believed: METADATA that claims another's name must not pass for it.
        name=fallback_name if fault or not name else name,
        version=headers["Version"] or "",
        summary=" ".join((headers["Summary"] or "").split()),
        requirements=tuple(headers.get_all("Requires-Dist", ())),
        declarations=declarations,
        folder=folder,
        fault=fault,
    )


def _identity_fault(name: str | None, folder_name: str) -> str:
    if not name:
        return "its METADATA is missing or gives no Name: reinstall it"
    if canonical(name) != canonical(folder_name) and folder_name != "(unknown)":
        return f"its METADATA gives the name {name!r} and its folder the name {folder_name!r}: reinstall it"
    return ""


def _bad_line(text: str) -> str:
    """The first line of an `entry_points.txt` that is none, in words; empty where all are."""
    for number, line in enumerate(_content_lines(text.splitlines()), start=1):
        if line and not line.startswith("[") and "=" not in line:
            return f"line {number} of its entry_points.txt is not 'name = module:attribute': {line!r}"
    return ""


def _content_lines(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        stripped = line.strip()
        yield "" if stripped.startswith(("#", ";")) else stripped
