"""Files that are whole or not there at all, places that one process writes to, and what is said of either."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from filelock import FileLock, Timeout

from ftkit.errors import RunError


def write_whole(path: Path, text: str) -> None:
    """Write a file aside, have it on the disk, and put it in its place.

    Raises:
        OSError: It can't be written; what was there before is untouched.
    """
    aside = _aside(path)
    aside.write_text(text, encoding="utf-8")
    _put(aside, path)


def copy_whole(file: Path, path: Path) -> None:
    """Copy a file in the way of `write_whole`.

    Raises:
        OSError: It can't be written; what was there before is untouched.
    """
    aside = _aside(path)
    shutil.copyfile(file, aside)
    _put(aside, path)


def write_folder_whole(folder: Path, fill: Callable[[Path], None]) -> None:
    """Write a folder aside, have it on the disk, and put it in the place of `folder`.

    Args:
        folder: Where it will be; what is there is replaced.
        fill: Writes into the empty folder that it is given.

    Raises:
        OSError: It can't be written; what was there before is untouched.
    """
    aside = _aside(folder)
    shutil.rmtree(aside, ignore_errors=True)
    try:
        aside.mkdir()
        fill(aside)
        for path in (*aside.rglob("*"), aside):
            sync(path)
        _put_folder(aside, folder)
    except OSError:
        shutil.rmtree(aside, ignore_errors=True)  # a full disk is freed again
        raise


def _put(aside: Path, path: Path) -> None:
    sync(aside)
    aside.replace(path)
    sync(path.parent)


def _put_folder(aside: Path, folder: Path) -> None:
    """Put a folder in the place of another: no system replaces one that has something in it."""
    former = folder.with_name(f".{folder.name}.former")
    if folder.exists():
        shutil.rmtree(former, ignore_errors=True)
        folder.replace(former)
    try:
        aside.replace(folder)
    except OSError:
        if former.exists():
            former.replace(folder)
        raise
    sync(folder.parent)
    shutil.rmtree(former, ignore_errors=True)


def _aside(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


def sync(path: Path) -> None:
    """Have a file or a folder written to the disk, past the caches that a power cut loses."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def held(lock: Path, what: Path) -> Iterator[None]:
    """Keep other processes out; the operating system lets go when this one dies.

    Args:
        lock: The file that stands for what is held; made if need be.
        what: What is held, for messages.

    Raises:
        RunError: Another process holds it, or the file can't be made.
    """
    holder = FileLock(lock)
    try:
        holder.acquire(timeout=0)
    except Timeout as error:
        # A folder such as /proc takes no file, which looks like one that somebody else holds.
        in_use = "is in use by another process; wait until it ends, or choose another --output"
        problem = in_use if lock.exists() else "can't be written"
        raise RunError(f"{what} {problem}") from error
    except OSError as error:
        raise RunError(f"{what} can't be written: {error.strerror or error}") from error
    try:
        yield
    finally:
        holder.release()


def without_number(error: Exception) -> str:
    """What an error says: the operating system's as `place: problem`, without its number."""
    if not isinstance(error, OSError) or error.strerror is None:
        return str(error)
    return f"{error.filename}: {error.strerror}" if error.filename else error.strerror


def demand_folder_of(what: str, such_as: str, file: Path) -> None:
    """Refuse a folder that isn't what it is taken for, as the file tells that each of its kind has.

    Args:
        what: What it should be, `run`.
        such_as: The name of such a folder.
        file: The file.

    Raises:
        RunError: There is no such folder, or it lacks the file.
    """
    folder = file.parent
    if not folder.is_dir():
        raise RunError(f"{folder}: there is no such folder; a {what}'s folder is wanted, such as {such_as}")
    if not file.is_file():
        raise RunError(f"{folder} is not a {what}: it has no {file.name}")


@contextmanager
def folder_made_for(what: str, path: Path) -> Iterator[None]:
    """Make a folder in this context: where it can't be made, the person reads which, why and what to do.

    Raises:
        RunError: It can't be made.
    """
    try:
        yield
    except OSError as error:
        problem = f"the {what}'s folder {path} can't be made: {error.strerror}; choose another --output"
        raise RunError(problem) from error


def empty_folder(path: Path, hint: str = "") -> Path:
    """A folder with nothing in it but hidden files: a lock, a half-written file; made if need be.

    Args:
        path: The folder.
        hint: What else to say where something is in it.

    Raises:
        RunError: Something is in it; nothing there was touched.
        OSError: It can't be made.
    """
    path.mkdir(parents=True, exist_ok=True)
    if any(not each.name.startswith(".") for each in path.iterdir()):
        raise RunError(f"{path} is not empty, and nothing in it was touched; choose another --output{hint}")
    return path


def next_free_folder(parent: Path, name: str) -> Path:
    """A new folder with the first free number; two processes that begin at once get two.

    Raises:
        OSError: It can't be made.
    """
    parent.mkdir(parents=True, exist_ok=True)
    for number in count(1):
        path = parent / f"{name}-{number}"
        try:
            path.mkdir()
        except FileExistsError:
            continue
        return path
    raise AssertionError("numbers don't end")
