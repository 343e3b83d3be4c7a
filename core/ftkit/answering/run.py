"""A finished run, loaded to answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ftkit.answering.predictor import Predictor, load_weights_of
from ftkit.errors import RunError
from ftkit.runs.folder import RunFolder
from ftkit.runs.recipe import read_recipe
from ftkit.runs.resolving import Setup, resolve_recipe


@dataclass(frozen=True)
class LoadedRun(Predictor):
    """The model of a run, ready to answer.

    Attributes:
        folder: The run's files.
    """

    folder: RunFolder


@dataclass(frozen=True)
class FoundRun:
    """A finished run before its weights are loaded, so that a wrong question costs no time.

    Attributes:
        setup: What it came from: plugins, options, weights.
        folder: The run's files.
    """

    setup: Setup
    folder: RunFolder

    def load(self, device: str = "auto") -> LoadedRun:
        """Load the model.

        Raises:
            FtkitError: What the run was made with can't be had any more.
        """
        return LoadedRun(self.setup, load_weights_of(self.setup, self.folder.artifact, device), self.folder)


def find_run(path: str | Path) -> FoundRun:
    """Find a finished run.

    Raises:
        RunError: The folder is no run, or its training has not finished.
        FtkitError: A plugin that it was made with can't be had any more.
    """
    folder = RunFolder(Path(path))
    folder.demand_begun()
    if not folder.artifact.is_dir():
        raise RunError(f"{path} has no artifact yet; go on with it: {folder.resume_command}")
    return FoundRun(resolve_recipe(read_recipe(folder.recipe)), folder)


def load_run(path: str | Path, device: str = "auto") -> LoadedRun:
    """Load the model that a run made.

    Args:
        path: The run's folder.
        device: As for `ftkit.load`.

    Raises:
        RunError: The folder is no run, or its training has not finished.
        FtkitError: What the run was made with can't be had any more.
    """
    return find_run(path).load(device)
