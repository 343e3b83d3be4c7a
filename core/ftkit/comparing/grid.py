"""The cells of a comparison: each model with each method on each task, for each seed, and each untuned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ftkit.comparing.recipe import Choice, ComparisonRecipe
from ftkit.options import option_name
from ftkit.runs.recipe import Recipe

UNTUNED = "untuned"
"""What stands in the place of a method where the checkpoint is taken as it is."""

Row = tuple[str, str, str]
"""Labels of task, model and method."""

_EVALUATIONS = 5  # points of a learning curve, where the training options say nothing


@dataclass(frozen=True)
class Cell:
    """One process of a comparison.

    Attributes:
        task: On which task.
        model: Which model.
        method: With which method; None: the checkpoint as it is, the baseline.
        seed: With which seed.
        recipe: The run; its output is decided where it is run.
    """

    task: Choice
    model: Choice
    method: Choice | None
    seed: int
    recipe: Recipe

    @property
    def row(self) -> Row:
        """Where the cell stands: cells that differ in the seed alone share it."""
        return self.task.label, self.model.label, self.method.label if self.method else UNTUNED

    @property
    def name(self) -> str:
        """The cell's folder below `cells/`."""
        parts = [self.model.slug, UNTUNED] if self.method is None else [self.model.slug, self.method.slug]
        seed = [] if self.method is None else [f"seed{self.seed}"]
        return f"{self.task.slug}/{'+'.join([*parts, *seed])}"


def cells_of(recipe: ComparisonRecipe) -> tuple[Cell, ...]:
    """All cells, task by task and model by model; the baseline of each model first."""
    return tuple(_cells(recipe))


def _cells(recipe: ComparisonRecipe) -> Iterator[Cell]:
    for task in recipe.tasks:
        for model in recipe.models:
            first = recipe.seeds[0]
            yield Cell(task, model, None, first, _run(recipe, task, model, None, first))
            for method in recipe.methods:
                for seed in recipe.seeds:
                    yield Cell(task, model, method, seed, _run(recipe, task, model, method, seed))


def _run(recipe: ComparisonRecipe, task: Choice, model: Choice, method: Choice | None, seed: int) -> Recipe:
    """The recipe of one run: the same rows whatever the seed, and in the same order whatever the method."""
    return Recipe(
        model=model.name,
        method=method.name if method else None,
        task=task.name,
        checkpoint=model.where.get("checkpoint"),
        data=task.where.get("data"),
        validation_data=task.where.get("validation_data"),
        extensions=recipe.extensions,
        seed=seed,
        split_seed=recipe.seeds[0],
        device=recipe.device,
        options={
            "model": model.options,
            "method": method.options if method else {},
            "task": task.options,
            "training": _training(recipe),
            "reading": recipe.reading,
            **recipe.extension_options,
        },
    )


def _training(recipe: ComparisonRecipe) -> Mapping[str, Any]:
    given = {option_name(name): value for name, value in recipe.training.items()}
    curve = {} if "eval_steps" in given else {"evaluations": _EVALUATIONS}
    budget = {} if recipe.budget_seconds is None else {"max_seconds": recipe.budget_seconds}
    return {**curve, **given, **budget}
