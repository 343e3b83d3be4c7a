"""The files of a comparison: what it compares, its cells, and what came of each."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from ftkit.comparing.grid import Cell
from ftkit.comparing.resolving import ComparisonSetup
from ftkit.errors import RunError
from ftkit.files import demand_folder_of, folder_made_for, held, next_free_folder, without_number, write_whole
from ftkit.json_text import as_json
from ftkit.runs.folder import RunFolder
from ftkit.runs.recipe import MADE_WITH

FINISHED, FAILED, IMPOSSIBLE = "finished", "failed", "impossible"
REFUSED = 2
"""Exit status of a cell's process where ftkit itself says what is wrong."""

_LOCK = ".lock"
_HOME = "comparisons"


@dataclass(frozen=True)
class Outcome:
    """What came of a cell.

    Attributes:
        status: `finished`, `failed`, or `impossible` where method or task don't suit the model.
        error: Why it has not finished; empty where it has.
        seconds: Wall time of its process, from start to end.
        threads: How many threads it computed in.
    """

    status: str
    error: str = ""
    seconds: float = 0.0
    threads: int = 0


def read_outcome(file: Path) -> Outcome | None:
    """What a file says of how a cell ended; None where nothing whole is there, so that the cell is run again.

    Raises:
        OSError: There is something that can't be read.
    """
    try:
        return Outcome(**json.loads(file.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def write_outcome(outcome: Outcome, file: Path) -> None:
    """Write down how a cell ended, whole or not at all."""
    write_whole(file, as_json(asdict(outcome), indent=2) + "\n")


@dataclass(frozen=True)
class ComparisonFolder:
    """Where a comparison keeps what it writes.

    Attributes:
        path: The folder.
    """

    path: Path

    @property
    def recipe(self) -> Path:
        """What is compared, with versions, plugins and data."""
        return self.path / "comparison.yaml"

    @property
    def resume_command(self) -> str:
        """What goes on with this comparison."""
        return shlex.join(["ftkit", "compare", "--resume", str(self.path)])

    def demand_begun(self) -> None:
        """Refuse a folder in which no comparison was begun.

        Raises:
            RunError: It isn't there, or has no recipe.
        """
        demand_folder_of("comparison", f"{_HOME}/qa-1", self.recipe)

    def run_folder(self, cell: Cell) -> RunFolder:
        """The files of one run."""
        return RunFolder(self.path / "cells" / cell.name)

    def beside(self, cell: Cell, ending: str) -> Path:
        """A file of a cell that is no part of its run: its recipe, its log, its outcome."""
        folder = self.run_folder(cell).path
        return folder.with_name(f"{folder.name}{ending}")

    def outcome(self, cell: Cell) -> Outcome | None:
        """What came of a cell; None where it has not ended yet."""
        return read_outcome(self.beside(cell, ".json"))

    def keep(self, cell: Cell, outcome: Outcome) -> None:
        """Write down what came of a cell."""
        file = self.beside(cell, ".json")
        file.parent.mkdir(parents=True, exist_ok=True)
        write_outcome(outcome, file)

    def write(self, name: str, text: str) -> None:
        """Write a file whole or not at all."""
        write_whole(self.path / name, text)


@contextmanager
def comparison_folder(wanted: str | Path | None, setup: ComparisonSetup) -> Iterator[ComparisonFolder]:
    """Make or find the folder of a comparison, and hold it.

    Args:
        wanted: The folder; one that holds the same comparison is resumed. None: a new one in
            `comparisons/`.
        setup: What is compared.

    Raises:
        RunError: The folder holds something else or another comparison, is in use, or can't be made.
    """
    with folder_made_for("comparison", Path(wanted or _HOME)):
        if wanted is None:
            path = next_free_folder(Path(_HOME), "-".join(each.slug for each in setup.recipe.tasks))
        else:
            path = Path(wanted)
            path.mkdir(parents=True, exist_ok=True)
    folder = ComparisonFolder(path)
    with held(path / _LOCK, path):
        content = json.loads(as_json(setup.recipe.as_dict() | {MADE_WITH: dict(setup.made_with)}))
        if folder.recipe.is_file():
            _demand_same(folder, content)
        elif any(not each.name.startswith(".") for each in path.iterdir()):
            raise RunError(f"{path} is not empty and holds no comparison; choose another --output")
        else:
            folder.write(folder.recipe.name, yaml.safe_dump(content, sort_keys=False, allow_unicode=True))
        yield folder


def _demand_same(folder: ComparisonFolder, content: Mapping[str, Any]) -> None:
    """Refuse to go on with figures of something else."""
    try:
        before = yaml.safe_load(folder.recipe.read_text(encoding="utf-8"))
    except OSError as error:
        raise RunError(without_number(error)) from error
    except (ValueError, yaml.YAMLError) as error:
        raise RunError(f"{folder.recipe} can't be read: {error}") from error
    before = before if isinstance(before, dict) else {}
    changed = list(_differences(before, content))
    if changed:
        raise RunError(
            f"{folder.path} compares something else: {', '.join(changed)} changed since it began; choose "
            "another --output, or put it back"
        )


def _differences(before: Mapping[str, Any], now: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for key in dict.fromkeys([*before, *now]):
        old, new = before.get(key), now.get(key)
        if key == MADE_WITH and isinstance(old, dict) and isinstance(new, dict):
            yield from _differences(old, new, f"{MADE_WITH}.")
        elif old != new:
            yield f"{prefix}{key}"
