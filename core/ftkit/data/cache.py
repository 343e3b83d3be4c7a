"""What was made of data before, kept by fingerprint: made aside, renamed whole, checked before use.

The folder is `$FTKIT_CACHE`, else `$XDG_CACHE_HOME/ftkit`, else `~/.cache/ftkit`. It may be deleted at any
time. Two processes that make the same entry at once both succeed: one renames first, the other uses that.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
import zlib
from atexit import register
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ftkit.errors import DataError

_SEAL = "entry.json"  # names of an entry's files, with size and checksum; written last
_CHUNK = 1 << 20
_ABANDONED = 86_400.0  # seconds without a write


@dataclass(frozen=True)
class Cache:
    """A folder of entries.

    Attributes:
        root: The folder; one of its own for this process where the usual one can't be written.
        note: What to tell the person about that; empty where all is as usual.
    """

    root: Path
    note: str = ""

    def entry(self, kind: str, fingerprint: str | None, build: Callable[[Path], None]) -> Path:
        """The folder of an entry, made now if it isn't there whole.

        Args:
            kind: What sort of thing is kept.
            fingerprint: What the entry depends on; None: nobody can tell, so that it is always made.
            build: Writes the entry's files into an empty folder.

        Raises:
            DataError: It can't be written, for lack of space for instance.
        """
        try:
            if fingerprint is None:
                return _made(_scratch(), build)
            place = self.root / kind / fingerprint
            if _is_whole(place):
                return place
            place.parent.mkdir(parents=True, exist_ok=True)
            _sweep(place.parent)
            aside = _made(Path(tempfile.mkdtemp(prefix=".making-", dir=place.parent)), build)
            return _renamed(aside, place)
        except OSError as error:
            raise DataError(
                f"prepared data can't be kept in {self.root}: {error.strerror or error}; set FTKIT_CACHE to "
                "another folder"
            ) from error


def open_cache() -> Cache:
    """The cache of this person, or one that lasts as long as the process where that can't be written."""
    root = _wanted()
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=root):
            return Cache(root)
    except OSError as error:
        note = (
            f"the cache {root} can't be written ({error.strerror or error}): data is prepared anew each time"
        )
        return Cache(_scratch(), note)


def _wanted() -> Path:
    own = os.environ.get("FTKIT_CACHE")
    if own:
        return Path(own)
    shared = os.environ.get("XDG_CACHE_HOME")
    return Path(shared) / "ftkit" if shared else Path("~/.cache/ftkit").expanduser()


def _scratch() -> Path:
    """A folder that is gone when the process ends."""
    folder = Path(tempfile.mkdtemp(prefix="ftkit-data-"))
    register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _made(folder: Path, build: Callable[[Path], None]) -> Path:
    """An entry in an empty folder, sealed; the folder is gone where the entry can't be made."""
    try:
        build(folder)
        files = {file.name: _state(file) for file in sorted(folder.iterdir())}
        (folder / _SEAL).write_text(json.dumps(files), encoding="utf-8")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder


def _sweep(folder: Path) -> None:
    """Remove what processes left that were killed at work; who is still at it goes on writing."""
    for left in folder.glob(".*-*"):
        with suppress(OSError):
            newest = max(path.stat().st_mtime for path in (left, *left.iterdir()))
            if time.time() - newest > _ABANDONED:
                shutil.rmtree(left, ignore_errors=True)


def _renamed(aside: Path, place: Path) -> Path:
    for _ in range(3):
        try:
            return aside.rename(place)
        except OSError:  # another process was faster, or a damaged entry lies there
            if _is_whole(place):
                shutil.rmtree(aside, ignore_errors=True)
                return place
            _put_away(place)
    return aside  # somebody keeps damaging it: this process at least has its own


def _put_away(damaged: Path) -> None:
    """Renamed first: whoever looks meanwhile finds it whole or not at all."""
    grave = Path(tempfile.mkdtemp(prefix=".damaged-", dir=damaged.parent))
    with suppress(FileNotFoundError):  # another process did it
        damaged.rename(grave / damaged.name)
    shutil.rmtree(grave, ignore_errors=True)


def _is_whole(folder: Path) -> bool:
    """Whether all files are there as they were written; Arrow would trust a flipped bit."""
    try:
        files = json.loads((folder / _SEAL).read_text(encoding="utf-8"))
        return all(_state(folder / name) == state for name, state in files.items())
    except (OSError, ValueError, AttributeError):
        return False


def _state(file: Path) -> list[int]:
    """Size and CRC-32 of a file."""
    size = checksum = 0
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            checksum = zlib.crc32(chunk, checksum)
    return [size, checksum]
