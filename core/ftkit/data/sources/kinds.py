"""The sources that lie on this machine: what each reads, and the digest of its contents."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Protocol

from ftkit.data.formats import opened_text, read_rows, text_lines
from ftkit.data.reading import Reading
from ftkit.data.rows import Located
from ftkit.errors import DataError

_CHUNK = 1 << 20


class Source(Protocol):
    """Where rows come from.

    Attributes:
        name: What messages call it.
    """

    @property
    def name(self) -> str: ...  # noqa: D102 - an attribute, told above

    def rows(self) -> Iterator[Located]:
        """Its rows, each with its place; what can't be used as one is a `BadRow`.

        Raises:
            DataError: It can't be read to its end.
        """

    def digest(self) -> str | None:
        """SHA-256 of what it holds; None where that is known only by reading all of it."""


@dataclass(frozen=True)
class RowFile:
    """A file of rows.

    Attributes:
        path: Where it is.
        name: What messages call it.
        reading: How it is read.
    """

    path: Path
    name: str
    reading: Reading

    def rows(self) -> Iterator[Located]:
        """See `Source`."""
        return read_rows(self.path, self.reading, self.name)

    def digest(self) -> str:
        """See `Source`."""
        return digest_of([self.path])


@dataclass(frozen=True)
class AlignedFiles:
    """Files of text whose lines belong together: line n of each is row n.

    Attributes:
        paths: The files.
        columns: For each file, the column that its lines are.
        reading: How they are read.
    """

    paths: tuple[Path, ...]
    columns: tuple[str, ...]
    reading: Reading

    @property
    def name(self) -> str:
        """The files' names."""
        return ",".join(map(str, self.paths))

    def rows(self) -> Iterator[Located]:
        """See `Source`."""
        with ExitStack() as stack:
            texts = [
                text_lines(stack.enter_context(opened_text(path, str(path), self.reading.encoding, "\n")))
                for path in self.paths
            ]
            for number, lines in enumerate(zip_longest(*texts), start=1):
                if None in lines:
                    self._complain(texts, lines, number)
                yield Located(dict(zip(self.columns, lines, strict=True)), str(self.paths[0]), number, number)

    def _complain(self, texts: list[Iterator[str]], lines: tuple[str | None, ...], number: int) -> None:
        counts = [
            number - (line is None) + sum(1 for _ in rest) for rest, line in zip(texts, lines, strict=True)
        ]
        each = ", ".join(f"{path} has {count:,}" for path, count in zip(self.paths, counts, strict=True))
        raise DataError(f"line-aligned files must have equally many lines: {each}")

    def digest(self) -> str:
        """See `Source`."""
        return digest_of(self.paths)


@dataclass(frozen=True)
class ClassFolder:
    """Folders of text files, each folder a class: its name is the label, each file a text.

    Attributes:
        name: What messages call it.
        classes: The folders.
        reading: How the files are read.
    """

    name: str
    classes: tuple[Path, ...]
    reading: Reading

    def rows(self) -> Iterator[Located]:
        """See `Source`."""
        for folder in self.classes:
            for path in text_files(folder):
                with opened_text(path, str(path), self.reading.encoding, "") as stream:
                    text = stream.read()
                yield Located({"text": text, "label": folder.name}, str(path), 1, 1 + text.count("\n"))

    def digest(self) -> str:
        """See `Source`."""
        return digest_of(path for folder in self.classes for path in text_files(folder))


def text_files(folder: Path) -> list[Path]:
    """The text files in a folder, plain or zipped, by name."""
    return sorted(path for path in folder.iterdir() if path.name.endswith((".txt", ".txt.gz")))


def digest_of(paths: Iterable[Path]) -> str:
    """SHA-256 over the names and contents of files.

    Raises:
        DataError: One can't be read.
    """
    whole = hashlib.sha256()
    for path in paths:
        content = hashlib.sha256()
        try:
            with path.open("rb") as stream:
                while chunk := stream.read(_CHUNK):
                    content.update(chunk)
        except OSError as error:
            raise DataError(f"{path}: {error.strerror}") from error
        whole.update(f"{path.name}\0{content.hexdigest()}\0".encode(errors="surrogateescape"))
    return whole.hexdigest()
