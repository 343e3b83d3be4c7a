"""The files of a run: a folder that anybody can read without ftkit."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ftkit.files import (
    copy_whole,
    demand_folder_of,
    empty_folder,
    folder_made_for,
    held,
    next_free_folder,
    write_folder_whole,
    write_whole,
)
from ftkit.json_text import as_json, as_json_lines

_LOCK = ".lock"
_HOME = "runs"


@dataclass(frozen=True)
class RunFolder:
    """Where a run keeps what it writes.

    Attributes:
        path: The folder.
    """

    path: Path

    @property
    def recipe(self) -> Path:
        """What the run does, with every option."""
        return self.path / "recipe.yaml"

    @property
    def result(self) -> Path:
        """What came of it; there once the run has finished."""
        return self.path / "result.json"

    @property
    def metrics(self) -> Path:
        """A line for each log step and each evaluation."""
        return self.path / "metrics.jsonl"

    @property
    def artifact(self) -> Path:
        """What the method saved, in its library's own format."""
        return self.path / "artifact"

    @property
    def checkpoints(self) -> Path:
        """What a stopped run goes on from."""
        return self.path / "checkpoints"

    @property
    def best(self) -> Path:
        """The weights of the best evaluation so far."""
        return self.path / "best"

    @property
    def trackers(self) -> Path:
        """What trackers write."""
        return self.path / "trackers"

    @property
    def resume_command(self) -> str:
        """What goes on with this run."""
        return shlex.join(["ftkit", "train", "--resume", str(self.path)])

    def demand_begun(self) -> None:
        """Refuse a folder in which no run was begun.

        Raises:
            RunError: It isn't there, or has no recipe.
        """
        demand_folder_of("run", f"{_HOME}/t5-lora-qa-1", self.recipe)

    def write_text(self, name: str, text: str) -> None:
        """Write a file whole or not at all."""
        write_whole(self.path / name, text)

    def write_json(self, name: str, data: Mapping[str, Any]) -> None:
        """Write a JSON file whole or not at all."""
        self.write_text(name, as_json(data, indent=2) + "\n")

    def write_json_lines(self, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write a JSON-lines file whole or not at all."""
        self.write_text(name, as_json_lines(rows))

    def write_artifact(self, save: Callable[[Path], None]) -> None:
        """Write the artifact whole or not at all."""
        write_folder_whole(self.artifact, save)

    def copy(self, file: Path, name: str) -> None:
        """Copy a file whole or not at all."""
        copy_whole(file, self.path / name)

    def append_metrics(self, row: Mapping[str, Any]) -> None:
        """Add a line to the metrics."""
        with self.metrics.open("a", encoding="utf-8") as stream:
            stream.write(as_json(row) + "\n")

    def read_metrics(self) -> list[dict[str, Any]]:
        """All lines of the metrics; a last one that was cut off counts for nothing."""
        if not self.metrics.exists():
            return []
        lines = self.metrics.read_text(encoding="utf-8").split("\n")[:-1]  # what ends in a line feed is whole
        return [json.loads(line) for line in lines]

    def steps_evaluated(self) -> list[int]:
        """The steps of all evaluations on the way."""
        return [row["step"] for row in self.read_metrics() if "evaluation" in row]

    def forget_metrics_after(self, step: int) -> None:
        """Drop what the metrics say of later steps, which will be done again."""
        self.write_json_lines(self.metrics.name, [row for row in self.read_metrics() if row["step"] <= step])


@contextmanager
def new_run_folder(wanted: str | None, name: str) -> Iterator[RunFolder]:
    """Make and hold the folder of a new run: the one wanted, else `runs/NAME-1`, `runs/NAME-2`, ….

    Raises:
        RunError: The wanted folder holds something, is in use, or can't be made.
    """
    with folder_made_for("run", Path(wanted or _HOME)):
        folder = RunFolder(_empty(Path(wanted)) if wanted else next_free_folder(Path(_HOME), name))
    with held(folder.path / _LOCK, folder.path):
        yield folder


@contextmanager
def existing_run_folder(path: Path) -> Iterator[RunFolder]:
    """Hold the folder of a run that was begun.

    Raises:
        RunError: There is none, or it is in use.
    """
    folder = RunFolder(path)
    folder.demand_begun()
    with held(folder.path / _LOCK, folder.path):
        yield folder


def size_of(folder: Path) -> int:
    """Bytes in all files below a folder."""
    return sum((Path(place) / name).stat().st_size for place, _, names in os.walk(folder) for name in names)


def _empty(path: Path) -> Path:
    folder = RunFolder(path)
    begun = folder.recipe.exists() and not folder.result.exists()
    hint = f"; it is a run that was stopped: {folder.resume_command}" if begun else ""
    return empty_folder(path, hint)
