"""A comparison checked as a whole before its first cell runs: names, options, what suits what, the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ftkit.comparing.grid import Cell, Row, cells_of
from ftkit.comparing.recipe import Choice, ComparisonRecipe
from ftkit.data.sources import STDIN
from ftkit.descriptions import Claim, TaskInfo
from ftkit.errors import OptionsError
from ftkit.plugins import load_plugins
from ftkit.runs.resolving import Setup, resolve_recipe
from ftkit.runs.rows import read_data


@dataclass(frozen=True)
class ComparisonSetup:
    """A comparison that can begin.

    Attributes:
        recipe: What is compared.
        cells: All cells, in order.
        impossible: For the names of cells whose method or task doesn't suit the model, why.
        tasks: What each task says of itself, by label.
        claims: What each method claims of itself, by label.
        made_with: Versions, plugins, and for each task its data; a comparison goes on only with the same.
    """

    recipe: ComparisonRecipe
    cells: tuple[Cell, ...]
    impossible: Mapping[str, str]
    tasks: Mapping[str, TaskInfo]
    claims: Mapping[str, Sequence[Claim]]
    made_with: Mapping[str, Any]


def resolve_comparison(recipe: ComparisonRecipe) -> ComparisonSetup:
    """Resolve every cell, and read the data of each task once.

    Raises:
        OptionsError: With everything that is wrong with any cell.
        PluginError: A name finds no usable plugin.
        DataError: Data can't be read or used.
    """
    _demand_repeatable(recipe)
    cells = cells_of(recipe)
    reasons, setups = _resolved(cells)
    return ComparisonSetup(
        recipe=recipe,
        cells=cells,
        impossible={cell.name: reasons[cell.row] for cell in cells if cell.row in reasons},
        tasks={each.label: _task_info(each) for each in recipe.tasks},
        claims={each.label: _claims(each) for each in recipe.methods},
        made_with=_made_with(setups),
    )


def _demand_repeatable(recipe: ComparisonRecipe) -> None:
    """Refuse data that can be read only once.

    Raises:
        OptionsError: A task's data is stdin.
    """
    from_stdin = [task.label for task in recipe.tasks if STDIN in task.where.values()]
    if from_stdin:
        raise OptionsError(
            [f"{label}: data: every run reads it, and stdin is read once" for label in from_stdin]
        )


def _resolved(cells: Sequence[Cell]) -> tuple[dict[Row, str], dict[Row, Setup]]:
    """For each row of the grid why it can't be, or what its runs are.

    Raises:
        OptionsError: With every problem, each said once and with the first row that has it.
    """
    reasons: dict[Row, str] = {}
    setups: dict[Row, Setup] = {}
    problems: dict[str, str] = {}
    for row, cell in {cell.row: cell for cell in reversed(cells)}.items():
        found = load_plugins(cell.recipe.model, cell.recipe.method, cell.recipe.task).obstacles()
        if found:
            reasons[row] = "; ".join(found)
            continue
        try:
            setups[row] = resolve_recipe(cell.recipe, trains=cell.method is not None)
        except OptionsError as error:
            problems |= dict.fromkeys(error.problems, " ".join(row))
    if problems:
        raise OptionsError([f"{problem} ({row})" for problem, row in problems.items()])
    return reasons, setups


def _task_info(choice: Choice) -> TaskInfo:
    info = load_plugins(task=choice.name).task_info
    if info is None:
        raise ValueError(f"{choice.name} is not a task")
    return info


def _claims(choice: Choice) -> Sequence[Claim]:
    info = load_plugins(method=choice.name).method_info
    return info.claims if info else ()


def _made_with(setups: Mapping[Row, Setup]) -> dict[str, Any]:
    """Versions and plugins of all cells, and for each task what its data is."""
    plugins: dict[str, str] = {}
    versions: dict[str, str] = {}
    data: dict[str, Any] = {}
    for (task, *_), setup in sorted(setups.items()):
        made_with = setup.made_with
        versions |= made_with["versions"]
        plugins |= made_with["plugins"]
        if task not in data:
            data[task] = read_data(setup).summary
    return {"versions": versions, "plugins": plugins, "data": data}
