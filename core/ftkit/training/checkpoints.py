"""Checkpoints of a run on disk: whole or not there at all.

A checkpoint is written aside, synced to the disk and renamed, so that whoever is killed leaves the one
before it as it was. Each carries the digests of its files; one that doesn't match them is passed over.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ftkit.files import sync

_DIGESTS = "digests.json"
_PREFIX = "step-"
_ASIDE = ".part"


@dataclass(frozen=True)
class Found:
    """What a look for checkpoints found.

    Attributes:
        last: The newest whole checkpoint; None where there is none.
        damaged: The newer ones that don't match their digests.
    """

    last: Path | None
    damaged: tuple[Path, ...]


def step_of(checkpoint: Path) -> int:
    """The optimiser step that a checkpoint was written after."""
    return int(checkpoint.name.removeprefix(_PREFIX))


def write_checkpoint(parent: Path, step: int, fill: Callable[[Path], None], keep: int) -> Path:
    """Write a checkpoint and remove all but the newest `keep`.

    Args:
        parent: The folder of checkpoints; made if need be.
        step: Optimiser steps done.
        fill: Writes the files into the empty folder that it is given.
        keep: How many checkpoints stay; at least one.

    Raises:
        OSError: It can't be written; what was there before is untouched.
    """
    parent.mkdir(exist_ok=True)
    folder = parent / f"{_PREFIX}{step}"
    write_whole(folder, fill)
    for old in checkpoints(parent)[: -max(1, keep)]:
        shutil.rmtree(old)
    return folder


def write_whole(folder: Path, fill: Callable[[Path], None]) -> None:
    """Write a folder aside, with digests, and put it in the place of `folder`.

    Raises:
        OSError: It can't be written; what was there before is untouched.
    """
    aside = folder.with_name(folder.name + _ASIDE)
    shutil.rmtree(aside, ignore_errors=True)
    try:
        aside.mkdir()
        fill(aside)
        digests = {file.name: _digest(file) for file in sorted(aside.iterdir())}
        (aside / _DIGESTS).write_text(json.dumps(digests, indent=1) + "\n", encoding="utf-8")
        for path in (*aside.iterdir(), aside):
            sync(path)
    except OSError:
        shutil.rmtree(aside, ignore_errors=True)  # a full disk is freed again
        raise
    shutil.rmtree(folder, ignore_errors=True)  # the same step, trained again after a resume
    aside.replace(folder)
    sync(folder.parent)


def last_whole(parent: Path) -> Found:
    """Find the newest checkpoint whose files are as they were written."""
    damaged: list[Path] = []
    for folder in reversed(checkpoints(parent)):
        if is_whole(folder):
            return Found(folder, tuple(damaged))
        damaged.append(folder)
    return Found(None, tuple(damaged))


def checkpoints(parent: Path) -> list[Path]:
    """All checkpoints, the oldest first."""
    found = [path for path in parent.glob(f"{_PREFIX}*") if path.name.removeprefix(_PREFIX).isdecimal()]
    return sorted(found, key=step_of)


def is_whole(folder: Path) -> bool:
    """Whether every file is there and as it was written."""
    try:
        digests = json.loads((folder / _DIGESTS).read_text(encoding="utf-8"))
        return all(_digest(folder / name) == digest for name, digest in digests.items())
    except (OSError, ValueError, AttributeError):
        return False


def _digest(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
