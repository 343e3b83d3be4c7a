"""The rows that a setup names."""

from __future__ import annotations

from ftkit.data.prepared import PreparedData, prepare
from ftkit.runs.resolving import Setup


def read_data(setup: Setup) -> PreparedData:
    """Read and format the rows of a run.

    Raises:
        DataError: Something can't be read, rows can't be used, or none is left.
    """
    recipe = setup.recipe
    options, seed = recipe.options["task"], recipe.seed if recipe.split_seed is None else recipe.split_seed
    return prepare(setup.data, setup.validation_data, setup.reading, seed, setup.plugins, options)
