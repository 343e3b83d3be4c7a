"""The files of a run: a folder that anybody can read without ftkit."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ftkit.errors import RunError


@dataclass(frozen=True)
class RunFolder:
    """Where a run keeps what it writes.

    Attributes:
        path: The folder.
    """

    path: Path

    @property
    def artifact(self) -> Path:
        """What the method saved, in its library's own format."""
        return self.path / "artifact"

    @property
    def metrics(self) -> Path:
        """A line for each logged step and each evaluation."""
        return self.path / "metrics.jsonl"

    def write_text(self, name: str, text: str) -> None:
        """Write a file whole or not at all."""
        aside = self.path / f".{name}.part"
        aside.write_text(text, encoding="utf-8")
        aside.replace(self.path / name)

    def write_json(self, name: str, data: Mapping[str, Any]) -> None:
        """Write a JSON file whole or not at all."""
        self.write_text(name, json.dumps(data, indent=2, ensure_ascii=False) + "\n")

    def write_json_lines(self, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write a JSON-lines file whole or not at all."""
        self.write_text(name, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))

    def copy(self, file: Path, name: str) -> None:
        """Copy a file whole or not at all."""
        aside = self.path / f".{name}.part"
        shutil.copyfile(file, aside)
        aside.replace(self.path / name)

    def append_metrics(self, row: Mapping[str, Any]) -> None:
        """Add a line to the metrics."""
        with self.metrics.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(row) + "\n")


def create_run_folder(wanted: str | None, name: str) -> RunFolder:
    """Make the folder of a new run: the one wanted, else `runs/NAME-1`, `runs/NAME-2`, ….

    Raises:
        RunError: The wanted folder exists and holds something, or can't be made.
    """
    try:
        path = Path(wanted) if wanted else _next_free(Path("runs"), name)
        path.mkdir(parents=True, exist_ok=True)
        if any(path.iterdir()):
            raise RunError(f"{path} is not empty; choose another --output, nothing there was touched")
        (path / "artifact").mkdir()
    except OSError as error:
        raise RunError(f"the run's folder can't be made: {error}") from error
    return RunFolder(path)


def size_of(folder: Path) -> int:
    """Bytes in all files below a folder."""
    return sum((Path(place) / name).stat().st_size for place, _, names in os.walk(folder) for name in names)


def _next_free(parent: Path, name: str) -> Path:
    number = 1
    while (parent / f"{name}-{number}").exists():
        number += 1
    return parent / f"{name}-{number}"
