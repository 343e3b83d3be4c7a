"""What is evaluated: a run, a checkpoint as it is (the baseline), or an artifact that somebody else saved."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ftkit.answering.predictor import Predictor, load_weights_of
from ftkit.answering.run import load_run
from ftkit.errors import RunError
from ftkit.plugins import load_plugins
from ftkit.runs.folder import RunFolder
from ftkit.runs.recipe import Recipe
from ftkit.runs.resolving import resolve_recipe

_OF_A_RUN = ("model", "method", "task", "checkpoint")


def load_subject(target: str, recipe: Recipe) -> Predictor:
    """Load what is to be evaluated.

    Args:
        target: A run's folder; else a backbone, one of its checkpoints, a hub id or a folder in hub format;
            or, where the recipe names a method, the folder of an artifact in its library's format.
        recipe: Model, method, task and their options where the target is no run; data and device.

    Raises:
        RunError: The target is a run and the recipe names what only the run can decide, or it is none and
            something is missing.
        FtkitError: A plugin, an option or a checkpoint can't be used.
    """
    if RunFolder(Path(target)).recipe.is_file():
        _demand_nothing_else(target, recipe)
        return load_run(target, recipe.device)
    folder = Path(target)
    if recipe.method is not None:
        return _with_artifact(folder, recipe)
    if recipe.model is not None and not _names_checkpoint_of(recipe.model, target):
        chosen = replace(recipe, checkpoint=target)
    elif recipe.model is None and folder.is_dir():
        raise RunError(
            f"{target} is not a run, for it has no recipe.yaml; say which backbone these weights are of with "
            "--model NAME, and with --method NAME if a method saved them as its artifact"
        )
    elif recipe.model is None and len(folder.parts) > 1:  # no plugin has such a name
        raise RunError(
            f"{target} is neither a run's folder nor an installed backbone or checkpoint; for a folder of "
            "weights or a hub id say its backbone too: --model NAME"
        )
    else:
        chosen = replace(recipe, model=target)
    if recipe.checkpoint is not None:
        raise RunError(f"--checkpoint {recipe.checkpoint}: the weights are those of {target} already")
    setup = resolve_recipe(chosen, trains=False)
    return Predictor(setup, load_weights_of(setup, None, recipe.device))


def _names_checkpoint_of(model: str, target: str) -> bool:
    """Whether the target is the model itself, or one of its checkpoints by name."""
    return target == model or target in load_plugins(backbone=model).backbone_info.checkpoints


def _demand_nothing_else(target: str, recipe: Recipe) -> None:
    given = [f"--{name}" for name in _OF_A_RUN if getattr(recipe, name) is not None]
    given += [f"--{part}.{name}" for part in _OF_A_RUN[:3] for name in recipe.options.get(part, {})]
    if given:
        raise RunError(f"{target} is a run, which has its own: leave out {', '.join(given)}")


def _with_artifact(folder: Path, recipe: Recipe) -> Predictor:
    if not folder.is_dir():
        raise RunError(f"{folder}: there is no such folder, and --method {recipe.method} wants its artifact")
    if recipe.model is None:
        raise RunError(f"{folder}: say with --model NAME to which checkpoint the artifact belongs")
    setup = resolve_recipe(recipe)
    return Predictor(setup, load_weights_of(setup, folder, recipe.device))
