"""From the words of `--data` to sources."""

from __future__ import annotations

import glob
import shutil
import sys
import tempfile
from atexit import register
from dataclasses import replace
from pathlib import Path
from typing import IO

from ftkit.data.formats import SUFFIXES, format_of
from ftkit.data.reading import Reading
from ftkit.data.sources.hub import HubData, is_hub_name
from ftkit.data.sources.kinds import AlignedFiles, ClassFolder, RowFile, Source, text_files
from ftkit.errors import DataError
from ftkit.spelling import similar_file, suggestion

STDIN = "-"


def find_sources(data: str, reading: Reading) -> list[Source]:
    """What `--data` names, in this order of trying.

    `-` is stdin; then what exists: a folder of classes, a file, a pipe; then a pattern (`rows-*.csv`); then
    names joined by commas: line-aligned texts, files of rows, or folders of a class each; then the hub.

    Raises:
        DataError: It names nothing; the message says what was looked for.
    """
    try:
        return _found(data, reading)
    except (OSError, ValueError) as error:  # a name too long or with U+0000, a folder that can't be entered
        raise DataError(f"{data:.200}: {getattr(error, 'strerror', None) or error}") from error


def _found(data: str, reading: Reading) -> list[Source]:
    path = Path(data)
    if data == STDIN:
        return [_stdin(reading)]
    if path.exists():
        return [_there(path, data, reading)]
    if glob.has_magic(data):
        return _matching(data, reading)
    if "," in data:
        return _several([Path(part.strip()) for part in data.split(",") if part.strip()], data, reading)
    if _may_be_on_the_hub(data):
        return [HubData(data, streaming=reading.streaming, hint=similar_file(path))]
    raise DataError(f"{data}: No such file or directory{similar_file(path)}")


def _there(path: Path, data: str, reading: Reading) -> Source:
    if path.is_dir():
        return _classes(path, reading)
    if path.is_file():
        return RowFile(path, data, reading)
    with path.open("rb") as stream:  # a pipe, as <(command) is
        return _spooled(stream, data, reading)


def _may_be_on_the_hub(data: str) -> bool:
    """No file by its ending, and no path into a folder that is here."""
    first, slash, _ = data.partition("/")
    return is_hub_name(data) and format_of(data, Reading()) is None and not (slash and Path(first).is_dir())


def _stdin(reading: Reading) -> RowFile:
    if sys.stdin is None or sys.stdin.isatty():
        raise DataError("-: nothing is piped into stdin")
    return _spooled(sys.stdin.buffer, "<stdin>", reading)


def _spooled(stream: IO[bytes], name: str, reading: Reading) -> RowFile:
    """What can be read only once, kept in a file until the process ends: its digest is wanted too."""
    folder = tempfile.mkdtemp(prefix="ftkit-stdin-")
    register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder) / "rows"
    with path.open("wb") as kept:
        shutil.copyfileobj(stream, kept)
    return RowFile(path, name, reading if reading.format else replace(reading, format="jsonl"))


def _classes(folder: Path, reading: Reading) -> ClassFolder:
    inside = sorted(path for path in folder.iterdir() if path.is_dir())
    classes = tuple(path for path in inside if text_files(path))
    below = [path for path in inside if not text_files(path) and any(path.glob("*/*.txt"))]
    if classes:
        return ClassFolder(str(folder), classes, reading)
    hint = suggestion(map(str, below)) or _pattern(folder)
    told = f"{folder}: a folder of data holds a folder of .txt files for each class, and none is there"
    raise DataError(f"{told}; {hint}" if hint else told)


def _pattern(folder: Path) -> str:
    found = sorted({path.suffix for path in folder.iterdir() if path.suffix in SUFFIXES})
    return f"for the files in it give a pattern: '{folder}/*{found[0]}'" if found else ""


def _matching(pattern: str, reading: Reading) -> list[Source]:
    found = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - the pattern may be absolute
    files = [Path(name) for name in found if Path(name).is_file()]
    if not files:
        raise DataError(f"{pattern}: no file matches the pattern")
    return [RowFile(path, str(path), reading) for path in files]


def _several(paths: list[Path], data: str, reading: Reading) -> list[Source]:
    missing = [path for path in paths if not path.exists()]
    if missing:
        raise DataError(
            "\n".join(f"{path}: No such file or directory{similar_file(path)}" for path in missing)
        )
    if all(path.is_dir() for path in paths):
        return [ClassFolder(data, tuple(paths), reading)]
    if any(path.is_dir() for path in paths):
        raise DataError(f"{data}: give either files or folders, not both")
    if all(format_of(path.name, reading) not in {None, "text"} for path in paths):
        return [RowFile(path, str(path), reading) for path in paths]
    return [AlignedFiles(tuple(paths), _columns(paths, data, reading), reading)]


def _columns(paths: list[Path], data: str, reading: Reading) -> tuple[str, ...]:
    """What the lines of aligned files are called: as told, else by the files' last suffixes."""
    names = reading.column_names or tuple(Path(path.name.removesuffix(".gz")).suffix[1:] for path in paths)
    if len(names) != len(paths) or len(set(names)) < len(names) or not all(names):
        raise DataError(
            f"{data}: the columns of line-aligned files are their last suffixes (as for train.en,train.de), "
            f"and these give {', '.join(map(repr, names))}: name them with --reading.column-names"
        )
    return names
