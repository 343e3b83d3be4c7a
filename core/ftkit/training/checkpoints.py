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

from ftkit.files import write_folder_whole

_DIGESTS = "digests.json"
_PREFIX = "step-"


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
    """The optimizer step that a checkpoint was written after."""
    return int(checkpoint.name.removeprefix(_PREFIX))


def write_checkpoint(parent: Path, step: int, fill: Callable[[Path], None], keep: int) -> Path:
    """Write a checkpoint; remove older ones, and those of later steps, which a resumed run does again.

    Args:
        parent: The folder of checkpoints; made if need be.
        step: Optimizer steps done.
        fill: Writes the files into the empty folder that it is given.
        keep: How many checkpoints stay; at least one, the new one.

    Raises:
        OSError: It can't be written; what was there before is untouched.
    """

    def fill_and_sign(aside: Path) -> None:
        fill(aside)
        digests = {file.name: _digest(file) for file in sorted(aside.iterdir())}
        (aside / _DIGESTS).write_text(json.dumps(digests, indent=1) + "\n", encoding="utf-8")

    parent.mkdir(exist_ok=True)
    folder = parent / f"{_PREFIX}{step}"
    write_folder_whole(folder, fill_and_sign)
    others = [each for each in checkpoints(parent) if each != folder]
    older = [each for each in others if step_of(each) < step]
    kept = older[::-1][: keep - 1]
    for each in others:
        if each not in kept:
            shutil.rmtree(each)
    return folder


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
