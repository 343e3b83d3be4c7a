"""The installed plugins for Python code: list them, and load the ones a run uses.

The way in for everything else in ftkit; `ftkit.registry` holds the steps.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pluggy

from ftkit.descriptions import BackboneInfo, Info, MethodInfo, TaskInfo
from ftkit.errors import PluginWarning, UnknownPlugin
from ftkit.registry.catalogue import PluginRecord, read_catalogue
from ftkit.registry.deprecated import deprecated_uses, warn_of
from ftkit.registry.loading import LoadedPlugin, load_plugin
from ftkit.registry.matrix import obstacles
from ftkit.registry.registration import create_manager, implementations
from ftkit.registry.resolution import resolve
from ftkit.spelling import nearest, suggestion


@dataclass(frozen=True)
class SelectedPlugins:
    """The plugins of one run and their hooks.

    Attributes:
        manager: pluggy's manager with exactly these plugins; `manager.hook` calls them.
        backbone: The backbone, if one was asked for.
        checkpoint: Name of the checkpoint that the backbone's name went on to name (`bart-base`); None
            where it named none.
        method: The method, if one was asked for.
        task: The task, if one was asked for.
        extensions: The extensions, in the order given.
        extension_options: For each extension, a checked value of every option that it declares.
    """

    manager: pluggy.PluginManager
    backbone: LoadedPlugin | None = None
    checkpoint: str | None = None
    method: LoadedPlugin | None = None
    task: LoadedPlugin | None = None
    extensions: tuple[LoadedPlugin, ...] = ()
    extension_options: tuple[Mapping[str, Any], ...] = ()

    @property
    def backbone_info(self) -> BackboneInfo:
        """What the backbone says of itself.

        Raises:
            ValueError: None is selected.
        """
        if self.backbone is None or not isinstance(self.backbone.info, BackboneInfo):
            raise ValueError("no backbone is selected")
        return self.backbone.info

    @property
    def method_info(self) -> MethodInfo | None:
        """What the method says of itself, if one is selected."""
        info = self.method.info if self.method else None
        return info if isinstance(info, MethodInfo) else None

    @property
    def task_info(self) -> TaskInfo | None:
        """What the task says of itself, if one is selected."""
        info = self.task.info if self.task else None
        return info if isinstance(info, TaskInfo) else None

    @property
    def checkpoint_source(self) -> str:
        """Hub id or folder of the selected checkpoint."""
        info = self.backbone_info
        return info.checkpoints[self.checkpoint or info.default_checkpoint].source

    def obstacles(self) -> list[str]:
        """Why method or task can't work on the backbone, by the descriptions alone; empty where they can."""
        return [
            f"{plugin.record.label}: {reason}"
            for plugin, info in ((self.method, self.method_info), (self.task, self.task_info))
            if plugin is not None and info is not None
            for reason in obstacles(self.backbone_info, info)
        ]

    def call_extensions(self, hook: str, **arguments: Any) -> list[Any]:
        """What each extension that implements one of the extensions' own hooks answers, in the order given.

        Args:
            hook: Such as `run_started`.
            **arguments: What the hook offers but for `options`: each extension is given its own.
        """
        implementing = [
            (each.implementation, options)
            for each, options in zip(self.extensions, self.extension_options, strict=True)
            if any(one.hook == hook and not one.wrapper for one in implementations(each.implementation))
        ]
        answers = []
        for one, options in implementing:
            others = [other for other, _ in implementing if other is not one]  # what wraps the hook stays in
            call = self.manager.subset_hook_caller(hook, remove_plugins=others)
            answers += call(**arguments, options=options)
        return answers


def list_plugins(kind: str | None = None) -> tuple[PluginRecord, ...]:
    """All installed plugins of a kind (None: of every kind), from metadata; imports none of them."""
    return read_catalogue().of_kind(kind)


def told_installed(part: str) -> str:
    """The usable plugins for a part of a run (`model`, `method`, `task`), as an error lists them."""
    kind = "backbone" if part == "model" else part
    names = {each.name for each in list_plugins(kind) if each.status == "ok"}
    return f"installed {kind}s: {', '.join(sorted(names)) or 'none'}"


def load_plugins(
    backbone: str | None = None,
    method: str | None = None,
    task: str | None = None,
    extensions: Sequence[str] = (),
) -> SelectedPlugins:
    """Resolve, import, check and register exactly the plugins that one run uses.

    Args:
        backbone: A backbone (`bart`) or one of its checkpoints (`bart-base`); here and below also
            `distribution:name`.
        method: A fine-tuning method.
        task: A task.
        extensions: Extensions.

    Raises:
        UnknownPlugin: Nothing installed answers to a name, or the backbone lacks the checkpoint.
        AmbiguousName: Several plugins do; the message has their qualified names.
        UnavailablePlugin: The plugin is disabled, incompatible or unreadable.
        BrokenPlugin: The plugin's own code is at fault.
    """
    catalogue = read_catalogue()
    chosen = {
        kind: resolve(catalogue, name, kind)
        for kind, name in (("backbone", backbone), ("method", method), ("task", task))
        if name is not None
    }
    # By record: a name and its alias, or a name given twice, are one extension.
    extra = dict.fromkeys(resolve(catalogue, name, "extension").record for name in extensions)
    loaded = {kind: _loaded(choice.record) for kind, choice in chosen.items()}
    accompanying = tuple(_loaded(record) for record in extra)
    everyone = (*loaded.values(), *accompanying)
    manager = create_manager({f"{p.record.kind}:{p.record.qualified}": p.implementation for p in everyone})
    checkpoint = chosen["backbone"].checkpoint if "backbone" in chosen else None
    if checkpoint is not None:
        demand_checkpoint(loaded["backbone"].record.name, loaded["backbone"].info, checkpoint)
    return SelectedPlugins(
        manager=manager,
        backbone=loaded.get("backbone"),
        checkpoint=checkpoint,
        method=loaded.get("method"),
        task=loaded.get("task"),
        extensions=accompanying,
        extension_options=tuple(
            {option.name: option.default for option in plugin.info.options} for plugin in accompanying
        ),
    )


def _loaded(record: PluginRecord) -> LoadedPlugin:
    """Load a plugin; what it did that it may not is contained, and told as a warning."""
    plugin = load_plugin(record)
    for fault in plugin.disturbances:
        warnings.warn(str(fault), PluginWarning, stacklevel=3)
    warn_of(deprecated_uses(plugin))
    return plugin


def demand_checkpoint(backbone: str, info: Info, name: str) -> None:
    """Refuse a checkpoint that a backbone doesn't have.

    Raises:
        UnknownPlugin: With the nearest names and all there are.
    """
    checkpoints = info.checkpoints if isinstance(info, BackboneInfo) else {}
    if name in checkpoints:
        return
    told = suggestion(nearest(name, checkpoints), f"it has {', '.join(checkpoints)}")
    raise UnknownPlugin(f"no backbone and no checkpoint of {backbone} is called {name!r}: {told}")
