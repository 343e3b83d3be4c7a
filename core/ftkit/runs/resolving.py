"""A recipe resolved: the plugins imported, every option checked, the weights and the data decided.

Nothing is read of weights or data yet, so that a mistake costs no time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from ftkit.data.reading import Reading, complete_with_reading, make_reading
from ftkit.descriptions import TaskInfo
from ftkit.errors import OptionsError, RowError, RunError
from ftkit.inference.settings import DECIDED_BY_TRAINING, GENERATION
from ftkit.loading import (
    declared_options,
    demand_fit,
    warn_of_deprecated_options,
)
from ftkit.options import complete_options, option_name
from ftkit.plugins import SelectedPlugins, list_plugins, load_plugins, told_installed
from ftkit.registry.loading import LoadedPlugin
from ftkit.runs.recipe import EXTENSION, MADE_WITH, Recipe
from ftkit.runs.settings import AUTO, REHEARSAL, SETTINGS, TINY_LEARNING_RATE_FACTOR
from ftkit.spelling import normalise

_LIBRARIES = ("ftkit", "torch", "transformers", "peft", "adapters")


@dataclass(frozen=True)
class Setup:
    """A recipe resolved: which plugins, options, weights and data.

    Attributes:
        recipe: The recipe with its names resolved and every option given.
        plugins: The run's plugins and hooks.
        checkpoint: Name of the checkpoint, or the hub id or folder that was given instead.
        source: Hub id or folder of the weights.
        data: What names the training rows.
        validation_data: What names the validation rows; None: a share of the training rows is kept apart.
        task_info: What the task says of itself.
        tiny: Whether the weights are the backbone's embedded tiny ones.
    """

    recipe: Recipe
    plugins: SelectedPlugins
    checkpoint: str
    source: str
    data: str
    validation_data: str | None
    task_info: TaskInfo
    tiny: bool

    @property
    def settings(self) -> Mapping[str, Any]:
        """Values of the training options."""
        return self.recipe.options["training"]

    def with_settings(self, **decided: Any) -> Setup:
        """This setup with other values of training options; the run's recipe has them, so that they last."""
        options = {**self.recipe.options, "training": {**self.settings, **decided}}
        return replace(self, recipe=replace(self.recipe, options=options))

    @property
    def generation(self) -> Mapping[str, Any]:
        """What the run decides of how its model is asked; see `ftkit.inference.settings`."""
        return {name: self.settings[name] for name in DECIDED_BY_TRAINING}

    def generation_given(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Options of generation, those included that the training decides where they are not given."""
        return {**self.generation, **{option_name(name): value for name, value in given.items()}}

    def generation_options(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A value for every option of generation.

        Raises:
            OptionsError: Some given ones are wrong; with every problem.
        """
        return complete_options({"generation": GENERATION}, {"generation": self.generation_given(given)})[
            "generation"
        ]

    @property
    def reading(self) -> Reading:
        """How the data is read."""
        return make_reading(self.recipe.options["reading"])

    @property
    def name(self) -> str:
        """Backbone, method and task, for the names of folders and headings."""
        chosen = self.recipe.model, self.recipe.method, self.recipe.task
        return "-".join(each for each in chosen if each is not None)

    def row_of_text(self, text: str) -> Mapping[str, Any]:
        """A bare text as a row of the task.

        Raises:
            RowError: The task needs several columns, or makes no row of this text.
        """
        hook, options = self.plugins.manager.hook, self.recipe.options["task"]
        row: Mapping[str, Any] | None = hook.row_of_text(text=text, options=options)
        if row is not None:
            return row
        needed = self.task_info.needed
        if len(needed) != 1:
            raise RowError(f"one text is not enough: the task needs {' and '.join(needed)}")
        return {needed[0]: text}

    @property
    def prediction_arguments(self) -> str:
        """What `ftkit predict RUN` takes behind the run, for the task."""
        needed = self.task_info.needed
        # Not by trying it: the task may refuse whichever text it is tried with.
        implemented = self.plugins.manager.hook.row_of_text.get_hookimpls()
        if len(needed) == 1 or any(not each.wrapper for each in implemented):
            return '"TEXT"'
        return " ".join(f'--{name} "TEXT"' for name in needed)

    @property
    def made_with(self) -> dict[str, Any]:
        """Versions of the libraries, and where each plugin came from."""
        chosen = self.plugins.backbone, self.plugins.method, self.plugins.task, *self.plugins.extensions
        records = [plugin.record for plugin in chosen if plugin is not None]
        return {
            "versions": {name: version(name) for name in _LIBRARIES},
            "plugins": {each.label: f"{each.qualified} {each.distribution.version}" for each in records},
        }

    def as_yaml(self, data: Mapping[str, Any]) -> str:
        """The resolved recipe with what the run is made with, as a file that `read_recipe` takes back.

        Args:
            data: What was read: sources, rows, fingerprint.
        """
        made_with = {**self.made_with, "data": dict(data)}
        return str(yaml.safe_dump(self.recipe.as_dict() | {MADE_WITH: made_with}, sort_keys=False))


def resolve_recipe(recipe: Recipe, *, trains: bool = True) -> Setup:
    """Resolve a recipe.

    Args:
        recipe: What to do.
        trains: Whether there must be a method; without one the weights are taken as they are.

    Raises:
        RunError: The recipe lacks a model, a method or, with data, a task.
        PluginError: A name finds no usable plugin.
        OptionsError: Options are wrong, or method or task don't suit the backbone; with every problem.
    """
    recipe = replace(recipe, checkpoint=_from_anywhere(recipe.checkpoint))
    plugins = load_plugins(recipe.model, recipe.method, _task(recipe), recipe.extensions)
    _demand_all(plugins, trains=trains)
    demand_fit(plugins)
    checkpoint, source = _weights(recipe, plugins)
    tiny = checkpoint == plugins.backbone_info.rehearsal_checkpoint
    extensions = {_name_of(plugin): plugin for plugin in plugins.extensions}
    options = _options(recipe, plugins, extensions, tiny=tiny)
    task_info = _task_info(plugins)
    data, validation = _data(recipe, task_info)
    task = plugins.task.record.name if plugins.task else None
    resolved = replace(recipe, task=task, extensions=tuple(extensions), options=options)
    plugins = replace(plugins, extension_options=tuple(options[EXTENSION + name] for name in extensions))
    warn_of_deprecated_options(plugins, options)
    plugins.call_extensions("extension_selected")
    return Setup(resolved, plugins, checkpoint, source, data, validation, task_info, tiny)


def _from_anywhere(checkpoint: str | None) -> str | None:
    """A folder by its whole path: elsewhere, what was typed could name a stranger's model on the hub."""
    folder = Path(checkpoint or "").expanduser()
    return str(folder.resolve()) if checkpoint and folder.is_dir() else checkpoint


def _task(recipe: Recipe) -> str | None:
    """The task asked for; a rehearsal that asks for none takes the built-in one that says it is the one."""
    if recipe.task or not recipe.rehearsal:
        return recipe.task
    own = [each.qualified for each in list_plugins("task") if each.builtin and each.status == "ok"]
    return next((name for name in own if _task_info(load_plugins(task=name)).rehearsed_first), None)


def _demand_all(plugins: SelectedPlugins, *, trains: bool) -> None:
    chosen = {"model": plugins.backbone, "task": plugins.task}
    chosen |= {"method": plugins.method} if trains else {}
    for name, plugin in chosen.items():
        if plugin is None:
            wanted = "backbone or checkpoint" if name == "model" else name
            raise RunError(f"say which {wanted}: --{name} NAME; {told_installed(name)}")


def _name_of(extension: LoadedPlugin) -> str:
    """The name that finds an extension again."""
    record = extension.record
    return record.qualified if record.status == "conflict" else record.name


def _options(
    recipe: Recipe, plugins: SelectedPlugins, extensions: Mapping[str, LoadedPlugin], *, tiny: bool
) -> dict[str, dict[str, Any]]:
    """Every option of every part, the learning rate included."""
    declared = {**declared_options(plugins), "training": SETTINGS}
    declared |= {EXTENSION + name: plugin.info.options for name, plugin in extensions.items()}
    given: dict[str, dict[str, Any]] = {}
    for part, values in recipe.options.items():
        given.setdefault(_part_meant(part, extensions), {}).update(values)
    if recipe.rehearsal:
        given["training"] = {**REHEARSAL, **given.get("training", {})}
    options = complete_with_reading(declared, given)
    training, method = options["training"], plugins.method_info
    problems = list(_problems_together(training))
    if problems:
        raise OptionsError(problems)
    if training["learning_rate"] is None and method:
        training["learning_rate"] = method.learning_rate * (TINY_LEARNING_RATE_FACTOR if tiny else 1)
    return options


def _problems_together(training: Mapping[str, Any]) -> Iterator[str]:
    """What of the options of training makes no sense beside one another."""
    if training["early_stopping"] and not (training["eval_steps"] or training["evaluations"]):
        without = "without training.eval_steps or training.evaluations"
        yield f"training.early_stopping: there is nothing to judge by {without}"
    if training["token_budget"] == AUTO and training["batch_size"]:
        yield "training.token_budget: auto means nothing beside training.batch_size"


def _part_meant(part: str, extensions: Mapping[str, LoadedPlugin]) -> str:
    """A part of the options, under the name that a selected extension is known by."""
    typed = part.removeprefix(EXTENSION)
    if typed == part:
        return part
    for name, plugin in extensions.items():
        if normalise(typed) in (name, plugin.record.qualified) or plugin.record.answers_to(normalise(typed)):
            return EXTENSION + name
    return part


def _task_info(plugins: SelectedPlugins) -> TaskInfo:
    if plugins.task_info is None:
        raise RunError("a run needs a task")
    return plugins.task_info


def _weights(recipe: Recipe, plugins: SelectedPlugins) -> tuple[str, str]:
    """Which weights: those named, else in a rehearsal the embedded ones, else the backbone's default."""
    info = plugins.backbone_info
    if recipe.checkpoint:
        return recipe.checkpoint, recipe.checkpoint
    if recipe.rehearsal and plugins.checkpoint is None and info.rehearsal_checkpoint:
        return info.rehearsal_checkpoint, info.checkpoints[info.rehearsal_checkpoint].source
    return plugins.checkpoint or info.default_checkpoint, plugins.checkpoint_source


def _data(recipe: Recipe, task: TaskInfo) -> tuple[str, str | None]:
    if recipe.data:
        return recipe.data, recipe.validation_data
    if task.sample is None:
        raise OptionsError([f"task {recipe.task} brings no sample: give --data FILE"])
    return task.sample.train, task.sample.validation
