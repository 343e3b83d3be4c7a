"""What a comparison compares: a run's recipe in which models, methods, tasks and seeds may be several."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ftkit.errors import OptionsError
from ftkit.plugins import told_installed
from ftkit.runs.recipe import MADE_WITH, joined_extensions, parted_extensions, read_content

DEFAULT_SEEDS = 3
AXES = ("model", "method", "task")
OF_CHOICE = {
    "model": ("name", "label", "checkpoint"),
    "method": ("name", "label"),
    "task": ("name", "label", "data", "validation_data"),
}
"""Keys of a choice in a recipe that are no options of its plugin."""

_PLAIN = ("data", "validation_data", "seeds", "budget_seconds", "extensions", "device")
_PARTS = ("training", "reading")


@dataclass(frozen=True)
class Choice:
    """One of the models, methods or tasks that are compared.

    Attributes:
        name: The plugin's name, or that of a checkpoint.
        label: What it is called in the report; two choices of one plugin need two labels.
        where: For a model its `checkpoint`, for a task its `data` and `validation_data`, where given.
        options: Values of the plugin's options.
    """

    name: str
    label: str
    where: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def slug(self) -> str:
        """The label as a part of a file's name."""
        return re.sub(r"[^\w.-]", "-", self.label)

    def as_dict(self) -> dict[str, Any]:
        """The choice as a recipe has it."""
        return {"name": self.name, "label": self.label, **self.where, **self.options}


@dataclass(frozen=True)
class ComparisonRecipe:
    """A comparison, declared.

    Attributes:
        models: Backbones or checkpoints.
        methods: Fine-tuning methods.
        tasks: Tasks, each with its own data; without any, the task's bundled sample.
        seeds: A run of each model, method and task for every one.
        budget_seconds: Seconds of training that each run has; None: the options of training decide.
        extensions: Extensions that accompany every run.
        device: As for a run.
        training: Values of training options.
        reading: Values of reading options.
        extension_options: For `extension.NAME` of extensions with options, values by option name.
    """

    models: tuple[Choice, ...]
    methods: tuple[Choice, ...]
    tasks: tuple[Choice, ...]
    seeds: tuple[int, ...] = tuple(range(DEFAULT_SEEDS))
    budget_seconds: float | None = None
    extensions: tuple[str, ...] = ()
    device: str = "auto"
    training: Mapping[str, Any] = field(default_factory=dict)
    reading: Mapping[str, Any] = field(default_factory=dict)
    extension_options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> ComparisonRecipe:
        """Make a recipe of what a file or a program says.

        Each of `model`, `method` and `task` is a name, a list of names, or a list of mappings with `name`,
        options, and if need be `label`, `checkpoint` (a model's) or `data` and `validation_data` (a task's).
        `seeds` is a number of them, or a list.

        Raises:
            OptionsError: Something is missing, unknown or said twice; with every problem.
        """
        problems = list(_problems(content))
        if problems:
            raise OptionsError(problems)
        axes = {axis: _choices(axis, content[axis]) for axis in AXES}
        shared = {key: str(content[key]) for key in ("data", "validation_data") if content.get(key)}
        tasks = tuple(
            Choice(each.name, each.label, {**shared, **each.where}, each.options) for each in axes["task"]
        )
        budget = content.get("budget_seconds")
        extensions, extension_options = parted_extensions(_entries(content.get("extensions")))
        return cls(
            models=axes["model"],
            methods=axes["method"],
            tasks=tasks,
            seeds=_seeds(content.get("seeds", DEFAULT_SEEDS)),
            budget_seconds=None if budget is None else float(budget),
            extensions=tuple(map(str, extensions)),
            device=str(content.get("device") or "auto"),
            training=dict(content.get("training") or {}),
            reading=dict(content.get("reading") or {}),
            extension_options=extension_options,
        )

    def as_dict(self) -> dict[str, Any]:
        """The recipe as `from_dict` takes it back."""
        return {
            "model": [each.as_dict() for each in self.models],
            "method": [each.as_dict() for each in self.methods],
            "task": [each.as_dict() for each in self.tasks],
            "seeds": list(self.seeds),
            "budget_seconds": self.budget_seconds,
            "extensions": joined_extensions(self.extensions, self.extension_options),
            "device": self.device,
            "training": dict(self.training),
            "reading": dict(self.reading),
        }


def read_comparison(path: Path) -> dict[str, Any]:
    """What a recipe file says, without what a comparison has added to its own.

    Raises:
        RunError: The file can't be read or is no YAML mapping.
    """
    content = read_content(path, such_as="model: [t5, bart]")
    content.pop(MADE_WITH, None)
    return content


def _problems(content: Mapping[str, Any]) -> Iterator[str]:
    known = (*AXES, *_PLAIN, *_PARTS)
    for key in content:
        if key not in known:
            yield f"{key}: a comparison has no such key; it has {', '.join(known)}"
    for axis in AXES:
        yield from _problems_of_axis(axis, content.get(axis))
    yield from _nameless("extensions", _entries(content.get("extensions")))
    if len(_entries(content.get("task"))) > 1 and (content.get("data") or content.get("validation_data")):
        yield "data: with several tasks each needs its own: task: [{name: …, data: …}, …]"
    for part in _PARTS:
        if not isinstance(content.get(part) or {}, Mapping):
            yield f"{part}: it must be options with their values, not {content[part]!r}"
    yield from _problems_of_numbers(content)


def _problems_of_axis(axis: str, value: Any) -> Iterator[str]:
    entries = _entries(value)
    if not entries:
        ways = f"--{axis} NAME,NAME, or in a recipe {axis}: [NAME, NAME]"
        yield f"{axis}: say at least one {axis}: {ways}; {told_installed(axis)}"
    yield from _nameless(axis, entries)
    labels = [each.slug for each in _choices(axis, value)]
    for label in sorted({label for label in labels if labels.count(label) > 1}):
        yield f"{axis}: {label!r} is there twice; give each a label of its own: {{name: …, label: …}}"


def _nameless(key: str, entries: Sequence[Any]) -> Iterator[str]:
    for entry in entries:
        if isinstance(entry, Mapping) and not entry.get("name"):
            yield f"{key}: {dict(entry)!r} lacks a name"


def _problems_of_numbers(content: Mapping[str, Any]) -> Iterator[str]:
    try:
        seeds = _seeds(content.get("seeds", DEFAULT_SEEDS))
    except (TypeError, ValueError):
        yield f"seeds: it must be how many (3) or which (0,1,2), not {content['seeds']!r}"
    else:
        if not seeds or len(set(seeds)) < len(seeds):
            yield "seeds: give at least one, and each once"
    budget = content.get("budget_seconds")
    if budget is not None and not _is_above_0(budget):
        yield f"budget_seconds: it must be a number above 0, not {budget!r}"


def _is_above_0(value: Any) -> bool:
    try:
        return float(value) > 0
    except (TypeError, ValueError):
        return False


def _entries(value: Any) -> list[Any]:
    if isinstance(value, str):
        return [each.strip() for each in value.split(",") if each.strip()]
    if value is None:
        return []
    return list(value) if isinstance(value, Sequence) else [value]


def _choices(axis: str, value: Any) -> tuple[Choice, ...]:
    return tuple(_choice(axis, entry) for entry in _entries(value))


def _choice(axis: str, entry: Any) -> Choice:
    if not isinstance(entry, Mapping):
        return Choice(str(entry), str(entry))
    own = OF_CHOICE[axis]
    name = str(entry.get("name"))
    where = {key: str(entry[key]) for key in own[2:] if entry.get(key)}
    options = {key: value for key, value in entry.items() if key not in own}
    return Choice(name, str(entry.get("label") or name), where, options)


def _seeds(value: Any) -> tuple[int, ...]:
    if isinstance(value, str) and "," not in value:
        value = int(value)
    if isinstance(value, int):
        return tuple(range(value))
    return tuple(int(each) for each in _entries(value))
