"""What a run would do: everything resolved, read, checked and counted, and nothing trained or written."""

from __future__ import annotations

from typing import Any

from ftkit.planning.auto import with_decided_budget
from ftkit.runs.recipe import Recipe
from ftkit.runs.resolving import resolve_recipe
from ftkit.training.counts import counts_of
from ftkit.training.ready import get_ready


def preview(recipe: Recipe) -> dict[str, Any]:
    """Resolve a recipe, read its data and weights, and count.

    Raises:
        FtkitError: As for `ftkit.train`.
    """
    return counts_of(get_ready(with_decided_budget(resolve_recipe(recipe))))
