"""A comparison checked as a whole before its first cell runs: names, options, what suits what, the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ftkit.comparing.grid import Cell, cells_of
from ftkit.comparing.recipe import Choice, ComparisonRecipe
from ftkit.data.sources import STDIN
from ftkit.descriptions import Claim, MethodInfo, TaskInfo
from ftkit.errors import OptionsError
from ftkit.loading import backbone_info
from ftkit.plugins import SelectedPlugins, load_plugins
from ftkit.registry.matrix import obstacles
from ftkit.training.plan import Plan, make_plan
from ftkit.training.ready import read_data


@dataclass(frozen=True)
class PlannedComparison:
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


def plan_comparison(recipe: ComparisonRecipe) -> PlannedComparison:
    """Resolve every cell, and read the data of each task once.

    Raises:
        OptionsError: With everything that is wrong with any cell.
        PluginError: A name finds no usable plugin.
        DataError: Data can't be read or used.
    """
    cells = cells_of(recipe)
    impossible: dict[str, str] = {}
    plans: list[tuple[Cell, Plan]] = []
    problems: dict[str, None] = {f"{task.label}: data: each run reads it anew, stdin can't be" : None for task in recipe.tasks if STDIN in task.where.values()}
    for cell in cells:
        plugins = load_plugins(cell.recipe.model, cell.recipe.method, cell.recipe.task)
        reasons = _obstacles(plugins)
        if reasons:
            impossible[cell.name] = "; ".join(reasons)
            continue
        try:
            plans.append((cell, make_plan(cell.recipe, trains=cell.method is not None)))
        except OptionsError as error:
            problems |= dict.fromkeys(f"{' '.join(cell.row)}: {each}" for each in error.problems)
    if problems:
        raise OptionsError(list(problems))
    return PlannedComparison(
        recipe=recipe,
        cells=cells,
        impossible=impossible,
        tasks={each.label: _task_info(each) for each in recipe.tasks},
        claims={each.label: _claims(each) for each in recipe.methods},
        made_with=_made_with(plans),
    )


def _obstacles(plugins: SelectedPlugins) -> list[str]:
    info = backbone_info(plugins)
    return [
        f"{plugin.record.label}: {reason}"
        for plugin in (plugins.method, plugins.task)
        if plugin is not None and isinstance(plugin.info, (MethodInfo, TaskInfo))
        for reason in obstacles(info, plugin.info)
    ]


def _task_info(choice: Choice) -> TaskInfo:
    plugin = load_plugins(task=choice.name).task
    if plugin is None or not isinstance(plugin.info, TaskInfo):
        raise ValueError(f"{choice.name} is no task")
    return plugin.info


def _claims(choice: Choice) -> Sequence[Claim]:
    plugin = load_plugins(method=choice.name).method
    return plugin.info.claims if plugin is not None and isinstance(plugin.info, MethodInfo) else ()


def _made_with(plans: Sequence[tuple[Cell, Plan]]) -> dict[str, Any]:
    """Versions and plugins of all cells, and for each task what its data is."""
    plugins: dict[str, str] = {}
    versions: dict[str, str] = {}
    data: dict[str, Any] = {}
    for cell, plan in plans:
        versions |= plan.made_with["versions"]
        plugins |= plan.made_with["plugins"]
        if cell.task.label not in data:
            data[cell.task.label] = read_data(plan).summary
    return {"versions": versions, "plugins": plugins, "data": data}
