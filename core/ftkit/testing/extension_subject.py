"""An extension under test, in the life of a run that never trains."""

from __future__ import annotations

import copy
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ftkit.runs.recipe import Recipe
from ftkit.testing.subject import Subject

ARGUMENTS = MappingProxyType(
    {"output_dir": "run", "num_train_epochs": 1, "learning_rate": 1e-3, "logging_steps": 10, "seed": 0}
)
"""Some of the arguments that ftkit would give to the trainer."""

_METRICS = {"exact": 0.5, "loss": 1.25}


@dataclass
class Life:
    """What an extension did in the life of a run.

    Attributes:
        given: What its hooks were given, as it was before and as they left it.
        arguments: What `trainer_arguments` gave; None where it isn't implemented.
        callbacks: What `trainer_callbacks` gave, likewise.
        strays: Files that it wrote outside the run's folder, into the current one.
        changed: Files of the run that it changed.
    """

    given: list[tuple[Any, Any]] = field(default_factory=list)
    arguments: Any = None
    callbacks: Any = None
    strays: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)

    def copy_of(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """A copy for a hook, which is compared with the original later."""
        copied: dict[str, Any] = copy.deepcopy(dict(data))
        self.given.append((copy.deepcopy(copied), copied))
        return copied


class ExtensionSubject(Subject):
    """Calls an extension's hooks as a run does."""

    def live(self) -> Life:
        """Call every hook of a run's life, in their order."""
        life, hook = Life(), self.hook
        with _folders() as (directory, elsewhere):
            files = {name: (directory / name).read_bytes() for name in os.listdir(directory)}  # noqa: PTH208
            recipe = Recipe(model="tiny", method="tiny", task="tiny").as_dict()
            own = {"options": self.options()}
            hook.extension_selected(**own)
            hook.run_started(directory=directory, recipe=life.copy_of(recipe), **own)
            life.arguments = next(iter(hook.trainer_arguments(arguments=ARGUMENTS, **own)), None)
            life.callbacks = next(iter(hook.trainer_callbacks(directory=directory, **own)), None)
            hook.run_evaluated(step=2, metrics=life.copy_of(_METRICS), **own)
            result = {"model": "tiny", "method": "tiny", "task": "tiny", "metrics": _METRICS, "steps": 2}
            hook.run_finished(directory=directory, result=life.copy_of(result), **own)
            life.strays = sorted(each.name for each in elsewhere.iterdir())
            life.changed = [name for name, content in files.items() if _differs(directory / name, content)]
        return life

    @property
    def wrapped(self) -> list[str]:
        """The hooks of other kinds that it wraps."""
        return [each.hook for each in self.implementations if each.wrapper]

    def exercise(self) -> None:
        """Live through a run."""
        self.live()


def _differs(file: Path, content: bytes) -> bool:
    return not file.is_file() or file.read_bytes() != content


@contextmanager
def _folders() -> Iterator[tuple[Path, Path]]:
    """A run's folder with what ftkit writes there, and an empty current one."""
    with tempfile.TemporaryDirectory() as home:
        directory, elsewhere = Path(home) / "run", Path(home) / "elsewhere"
        directory.mkdir()
        elsewhere.mkdir()
        for name, text in (("recipe.yaml", "seed: 0\n"), ("result.json", "{}\n"), ("metrics.jsonl", "")):
            (directory / name).write_text(text, encoding="utf-8")
        before = Path.cwd()
        os.chdir(elsewhere)
        try:
            yield directory, elsewhere
        finally:
            os.chdir(before)
