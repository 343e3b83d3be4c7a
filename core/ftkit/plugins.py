"""The installed plugins for Python code: list them, and load the ones a run uses.

The way in for everything else in ftkit; `ftkit.registry` holds the steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pluggy

from ftkit.descriptions import BackboneInfo
from ftkit.errors import UnknownPlugin
from ftkit.registry.catalogue import PluginRecord, read_catalogue
from ftkit.registry.loading import LoadedPlugin, load_plugin
from ftkit.registry.names import nearest
from ftkit.registry.registration import create_manager
from ftkit.registry.resolution import resolve


@dataclass(frozen=True)
class SelectedPlugins:
    """The plugins of one run and their hooks.

    Attributes:
        manager: pluggy's manager with exactly these plugins; `manager.hook` calls them.
        backbone: The backbone, if one was asked for.
        checkpoint: Name of the checkpoint: the one that the backbone's name went on to name, else the
            backbone's default; None without a backbone.
        method: The method, if one was asked for.
        task: The task, if one was asked for.
        extensions: The extensions, in the order given.
    """

    manager: pluggy.PluginManager
    backbone: LoadedPlugin | None = None
    checkpoint: str | None = None
    method: LoadedPlugin | None = None
    task: LoadedPlugin | None = None
    extensions: tuple[LoadedPlugin, ...] = ()


def list_plugins(kind: str | None = None) -> tuple[PluginRecord, ...]:
    """All installed plugins of a kind (None: of every kind), from metadata; imports none of them."""
    return read_catalogue().of_kind(kind)


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
    asked = [("backbone", backbone), ("method", method), ("task", task)]
    asked += [("extension", name) for name in extensions]
    choices = {(kind, name): resolve(catalogue, name, kind) for kind, name in asked if name}
    loaded = {asked_for: load_plugin(choice.record) for asked_for, choice in choices.items()}
    manager = create_manager({each.record.label: each.implementation for each in loaded.values()})
    chosen = loaded.get(("backbone", backbone or ""))
    checkpoint = None
    if chosen is not None and backbone is not None:
        checkpoint = _checkpoint(chosen, choices["backbone", backbone].checkpoint)
    return SelectedPlugins(
        manager=manager,
        backbone=chosen,
        checkpoint=checkpoint,
        method=loaded.get(("method", method or "")),
        task=loaded.get(("task", task or "")),
        extensions=tuple(loaded["extension", name] for name in extensions),
    )


def _checkpoint(backbone: LoadedPlugin, name: str | None) -> str:
    info = backbone.info
    if not isinstance(info, BackboneInfo):
        raise TypeError(f"{backbone.record.label} is no backbone")
    if name is None:
        return info.default_checkpoint
    if name in info.checkpoints:
        return name
    close = nearest(name, info.checkpoints)
    hint = f"did you mean {' or '.join(close)}? " if close else ""
    raise UnknownPlugin(
        f"no backbone and no checkpoint of {backbone.record.name} is called {name!r}: {hint}"
        f"it has {', '.join(info.checkpoints)}"
    )
