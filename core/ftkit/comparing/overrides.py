"""What a command line says over a comparison's recipe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ftkit.comparing.recipe import AXES, OF_CHOICE, Choice, ComparisonRecipe
from ftkit.errors import OptionsError
from ftkit.loading import declared_options
from ftkit.options import option_name
from ftkit.plugins import load_plugins
from ftkit.runs.recipe import EXTENSION
from ftkit.spelling import normalise

_ARGUMENTS = {"model": "backbone", "method": "method", "task": "task"}


def overridden(
    recipe: ComparisonRecipe, options: Mapping[str, Mapping[str, Any]], checkpoints: Mapping[str, str]
) -> ComparisonRecipe:
    """The recipe with options and checkpoints from the command line.

    Args:
        recipe: What a file and the command line's names say.
        options: By part. Those of a plugin go to all of its kind that declare them.
        checkpoints: By label of the model.

    Raises:
        OptionsError: An option that none of them declares, a checkpoint for no model; all of them.
        PluginError: A name finds no usable plugin.
    """
    axes = {"model": recipe.models, "method": recipe.methods, "task": recipe.tasks}
    problems = [problem for axis in AXES for problem in _unknown(axis, axes[axis], options.get(axis, {}))]
    problems += _of_no_extension(recipe, options)
    labels = [each.label for each in recipe.models]
    problems += [
        f"checkpoint: its model must be one of {', '.join(labels)}, not {name!r}"
        for name in checkpoints
        if name not in labels
    ]
    if problems:
        raise OptionsError(problems)
    given = {axis: tuple(_given(axis, each, options.get(axis, {})) for each in axes[axis]) for axis in AXES}
    models = tuple(
        replace(each, where={**each.where, "checkpoint": checkpoints[each.label]})
        if each.label in checkpoints
        else each
        for each in given["model"]
    )
    return replace(
        recipe,
        models=models,
        methods=given["method"],
        tasks=given["task"],
        training={**recipe.training, **options.get("training", {})},
        reading={**recipe.reading, **options.get("reading", {})},
        extension_options={**recipe.extension_options, **_given_for_extensions(recipe, options)},
    )


def _given_for_extensions(
    recipe: ComparisonRecipe, options: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Options of extensions over those of the recipe, by the names that it has for them."""
    parts = {normalise(EXTENSION + name): EXTENSION + name for name in recipe.extensions}
    given = {parts[normalise(part)]: values for part, values in options.items() if normalise(part) in parts}
    return {part: {**recipe.extension_options.get(part, {}), **values} for part, values in given.items()}


def _of_no_extension(recipe: ComparisonRecipe, options: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    parts = {normalise(EXTENSION + name) for name in recipe.extensions}
    for part in options:
        if part.startswith(EXTENSION) and normalise(part) not in parts:
            accompanying = ", ".join(recipe.extensions) or "none"
            yield f"{part}: no such extension accompanies the comparison, but {accompanying}"


def _given(axis: str, choice: Choice, options: Mapping[str, Any]) -> Choice:
    known = _declared(axis, choice)
    mine = {name: value for name, value in options.items() if option_name(name) in known}
    return replace(choice, options={**choice.options, **mine})


def _unknown(axis: str, choices: Sequence[Choice], options: Mapping[str, Any]) -> Iterator[str]:
    known = {name for choice in choices for name in _declared(axis, choice)} if options else set()
    for name in options:
        plain = option_name(name)
        if plain in OF_CHOICE[axis]:
            yield f"{axis}.{name}: a recipe has this beside the options: {axis}: [{{name: …, {plain}: …}}]"
        elif plain not in known:
            taken = ", ".join(sorted(known)) or "none"
            yield f"{axis}.{name}: none of these {axis}s has such an option; they take {taken}"


def _declared(axis: str, choice: Choice) -> set[str]:
    plugins = load_plugins(**{_ARGUMENTS[axis]: choice.name})
    return {option.name for option in declared_options(plugins)[axis]}
