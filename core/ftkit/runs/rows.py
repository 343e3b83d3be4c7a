"""The rows that a plan names."""

from __future__ import annotations

from ftkit.data.prepared import PreparedData, prepare
from ftkit.runs.plan import Plan


def read_data(plan: Plan) -> PreparedData:
    """Read and format the rows of a run.

    Raises:
        DataError: Something can't be read, rows can't be used, or none is left.
    """
    recipe = plan.recipe
    options, seed = recipe.options["task"], recipe.seed if recipe.split_seed is None else recipe.split_seed
    return prepare(plan.data, plan.validation_data, plan.reading, seed, plan.plugins, options)
