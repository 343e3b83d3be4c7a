"""What a plugin uses that a later ftkit drops, and its own options that it means to drop, at their lines."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from typing import Any

from ftkit.deprecations import HOOKS
from ftkit.errors import Fault, PluginDeprecation
from ftkit.kinds import KINDS
from ftkit.registry.faults import fault_of
from ftkit.registry.loading import LoadedPlugin
from ftkit.registry.registration import implementations


def deprecated_uses(plugin: LoadedPlugin) -> Iterator[Fault]:
    """Each deprecated hook that a plugin implements, and each deprecated argument that it takes."""
    for one in implementations(plugin.implementation):
        taken = [(f"{one.hook}.{each.name}", f"its argument {each.name!r} ") for each in one.parameters]
        for key, what in [(one.hook, ""), *taken]:
            if key in HOOKS:
                told = one.problem(f"{what}{HOOKS[key]}", HOOKS[key].instead)
                yield fault_of(
                    plugin.record, told.text, told.remedy, hook=told.hook, file=told.file, line=told.line
                )


def deprecated_options(plugin: LoadedPlugin, values: Mapping[str, Any]) -> Iterator[Fault]:
    """Each option that a plugin means to drop and that is given another value than its default.

    Args:
        plugin: The plugin.
        values: A value for every option that it declares.
    """
    describe = KINDS[plugin.record.kind].describe
    [hook] = [one for one in implementations(plugin.implementation) if one.hook == describe]
    place = hook.problem("", "")
    for option in plugin.info.options:
        if option.deprecated and values[option.name] != option.default:
            text = f"its option {option.name} is deprecated"
            yield fault_of(
                plugin.record, text, option.deprecated, hook=describe, file=place.file, line=place.line
            )


def warn_of(found: Iterator[Fault]) -> None:
    """Warn of each, as if the plugin's own line had."""
    for fault in found:
        warnings.warn_explicit(str(fault), PluginDeprecation, fault.file or fault.target, fault.line or 1)
