"""A file of predictions that can be resumed after anything that stops its writer.

Beside `FILE` stands `FILE.progress.json` until it is finished: how many rows of the input are done, and how
many bytes of the output belong to them. A chunk's lines are on the disk before the progress says so; bytes
beyond what it says are a chunk that was cut off, and are removed. Bad rows in `FILE.rejected.jsonl` likewise.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ftkit.errors import RunError
from ftkit.files import held, sync, without_number, write_whole


@dataclass(frozen=True)
class Progress:
    """How far a file of predictions is.

    Attributes:
        identity: What the file depends on: a hash by the name of each thing.
        total: Rows of the input, if they were counted.
        done: Rows of the input that are dealt with.
        rejected: How many of these can't be used.
        unparseable: How many of the answers held none that the task can read.
        truncated: How many inputs lost their end to the limit.
        seconds: What that took.
        size: Bytes of the output that belong to them.
        rejected_size: Bytes of the rejected rows, likewise.
    """

    identity: Mapping[str, str]
    total: int | None = None
    done: int = 0
    rejected: int = 0
    unparseable: int = 0
    truncated: int = 0
    seconds: float = 0.0
    size: int = 0
    rejected_size: int = 0


class PredictionFile:
    """The output that one process is writing.

    Attributes:
        path: The file.
        progress: How far it is.
    """

    def __init__(self, path: Path, progress: Progress) -> None:
        self.path = path
        self.progress = progress

    @property
    def rejected_path(self) -> Path:
        """Where bad rows are set aside."""
        return self.path.with_name(f"{self.path.name}.rejected.jsonl")

    def begin(self, total: int | None) -> None:
        """Write that nothing is done yet, and make the file.

        Raises:
            OSError: It can't be written.
        """
        self._advance(replace(self.progress, total=total))
        self.path.touch()
        self.rejected_path.unlink(missing_ok=True)
        sync(self.path.parent)

    def go_on(self) -> None:
        """Remove what a cut-off chunk left.

        Raises:
            RunError: The file is shorter than it was: nobody can tell what it lost.
            OSError: It can't be written.
        """
        self.path.touch()  # who was killed at the very beginning has not made it
        _cut(self.path, self.progress.size)
        _cut(self.rejected_path, self.progress.rejected_size)

    def append(
        self,
        lines: Iterable[str],
        rejected: Iterable[str],
        *,
        rows: int,
        unparseable: int,
        truncated: int,
        seconds: float,
    ) -> None:
        """Add what came of some rows of the input.

        Args:
            lines: Their predictions, each a line without its end.
            rejected: Those that can't be used, each a line with its end.
            rows: How many rows these are in all.
            unparseable: How many answers held none.
            truncated: How many inputs lost their end.
            seconds: What they took.

        Raises:
            RunError: Somebody else has changed the file.
            OSError: It can't be written.
        """
        before, bad = self.progress, list(rejected)
        size = _append(self.path, before.size, "".join(f"{line}\n" for line in lines))
        rejected_size = _append(self.rejected_path, before.rejected_size, "".join(bad))
        self._advance(
            replace(
                before,
                done=before.done + rows,
                rejected=before.rejected + len(bad),
                unparseable=before.unparseable + unparseable,
                truncated=before.truncated + truncated,
                seconds=before.seconds + seconds,
                size=size,
                rejected_size=rejected_size,
            )
        )

    def finish(self) -> None:
        """Forget the progress: the file is whole."""
        progress_path(self.path).unlink()

    def _advance(self, progress: Progress) -> None:
        write_whole(progress_path(self.path), json.dumps(asdict(progress), indent=1) + "\n")
        self.progress = progress


def progress_path(path: Path) -> Path:
    """Where an unfinished file says how far it is."""
    return path.with_name(f"{path.name}.progress.json")


@contextmanager
def held_output(path: Path) -> Iterator[None]:
    """Keep other processes from a file of predictions.

    Raises:
        RunError: Another process writes it, or its folder can't be written.
    """
    lock = path.with_name(f".{path.name}.lock")
    with held(lock, path):
        try:
            yield
        finally:
            # Whoever takes the lock after it is gone finds a finished file, or none, and never one begun.
            if not progress_path(path).exists():
                with suppress(OSError):  # Windows removes no file that is open
                    lock.unlink()


def unfinished(path: Path, *, resume: bool) -> Progress | None:
    """How far a file that was begun before is; None where there is no file yet.

    Args:
        path: The file.
        resume: Whether an unfinished file is to be resumed.

    Raises:
        RunError: The file is there and is not to be resumed, or can't be.
    """
    told = progress_path(path)
    if not told.exists():
        if path.exists():
            raise RunError(_there_already(path, resume=resume))
        return None
    if not resume:
        raise RunError(f"{path} is unfinished: go on with it by --resume, or choose another --output")
    try:
        return Progress(**json.loads(told.read_text(encoding="utf-8")))
    except OSError as error:
        raise RunError(without_number(error)) from error
    except (ValueError, TypeError) as error:
        raise RunError(f"{told} can't be read: {error}") from error


def demand_same(path: Path, progress: Progress, identity: Mapping[str, str]) -> None:
    """Refuse to go on with a file whose rest would depend on something else than its beginning.

    Raises:
        RunError: With the names of all that changed.
    """
    changed = [name for name, digest in identity.items() if progress.identity.get(name) != digest]
    if changed:
        raise RunError(
            f"{path} can't be resumed: the {' and the '.join(changed)} changed since it was begun; put "
            "that back, or choose another --output"
        )


def _there_already(path: Path, *, resume: bool) -> str:
    if not path.is_file():
        return f"{path} is not a regular file; without --output, predictions go to stdout"
    if resume:
        return (
            f"there is nothing to go on with in {path}: it is finished, or was never begun by ftkit predict"
        )
    return f"{path} is there already; choose another --output, nothing was touched"


def _cut(path: Path, size: int) -> None:
    if not path.exists() and size == 0:
        return
    if not path.exists() or path.stat().st_size < size:
        raise RunError(f"{path} is shorter than it was: it can't be resumed; choose another --output")
    os.truncate(path, size)


def _append(path: Path, size: int, text: str) -> int:
    """Add text to a file that has a size, and have it on the disk; gives the size after that."""
    if not text:
        return size
    with path.open("ab") as stream:
        if stream.tell() != size:
            raise RunError(
                f"{path} was changed by another process while it was written; begin again with another "
                "--output"
            )
        stream.write(text.encode())
        stream.flush()
        os.fsync(stream.fileno())
        return stream.tell()
