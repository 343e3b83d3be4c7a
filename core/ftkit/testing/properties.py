"""What a property is: a named check, the hook that answers for it, and when a description calls for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

_MARK = "ftkit_property"

# Modules in the order in which their properties are tried; torch is imported by those that need it alone.
_HOMES = {
    "backbone": ("loading", "tokenizers", "computing"),
    "method": ("tuning", "artifacts"),
    "task": ("formats", "answers", "scores"),
    "extension": ("extensions",),
}


@dataclass(frozen=True)
class Property:
    """One property that every plugin of a kind must have.

    Attributes:
        name: A sentence in snake case.
        check: Raises `Violation` where the plugin lacks it, `CannotTry` where that can't be known.
        hook: The hook whose place is named where it fails.
        when: Whether a plugin's description calls for it.
        otherwise: Why not, where it doesn't.
        undisturbed: Whether the process must be as it was once the check has ended.
    """

    name: str
    check: Callable[[Any], None]
    hook: str | None
    when: Callable[[Any], object]
    otherwise: str
    undisturbed: bool


def _always(_: object) -> bool:
    return True


def conforms(
    hook: str | None = None,
    *,
    when: Callable[[Any], object] = _always,
    otherwise: str = "",
    undisturbed: bool = False,
) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    """Mark a function of a subject as a property; its name is the property's.

    Args:
        hook: As in `Property`.
        when: As in `Property`.
        otherwise: As in `Property`.
        undisturbed: As in `Property`.
    """

    def mark(check: Callable[[Any], None]) -> Callable[[Any], None]:
        setattr(check, _MARK, Property(check.__name__, check, hook, when, otherwise, undisturbed))
        return check

    return mark


def properties_of(kind: str) -> list[Property]:
    """All properties of a kind of plugin, between those of every kind."""
    homes = ("every_kind", *_HOMES[kind], "in_use")
    modules = [import_module(f"ftkit.testing.{home}") for home in homes]
    return [each for module in modules for each in _marked(module)]


def _marked(module: ModuleType) -> Iterator[Property]:
    for value in vars(module).values():
        found = getattr(value, _MARK, None)
        if isinstance(found, Property):
            yield found
