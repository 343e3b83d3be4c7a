"""The recipe that a command line describes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ftkit.cli.words import RUN_PARTS, recipe_file, typed_options

if TYPE_CHECKING:
    from ftkit.runs.recipe import Recipe


def recipe_of(
    words: Sequence[str] | None,
    given: Mapping[str, Any],
    columns: Sequence[str] | None,
    on_bad_row: str | None,
) -> Recipe:
    """A recipe file, where one is named, as the options override it.

    Args:
        words: The file, and options of plugins, of training and of reading.
        given: Options that typer knows, by the recipe's fields; None where not given.
        columns: What `--columns` says.
        on_bad_row: What `--on-bad-row` says.

    Raises:
        NoSuchOption: Some word is neither.
        OptionsError: The file says something else than a recipe.
    """
    from ftkit.runs.recipe import Recipe, read_recipe

    options, others = typed_options(words, RUN_PARTS, columns, on_bad_row)
    file = recipe_file(others)
    base = read_recipe(Path(file)) if file else Recipe()
    return base.overridden(given, options)
