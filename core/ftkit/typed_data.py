"""Dataclasses that keep to their annotations and come back from JSON: checked, then rebuilt, field by field.

Plugins write descriptions by hand, and a string where a tuple of strings is meant would be read letter by
letter much later. Only the few annotations that descriptions use are known here: str, bool, int, float,
dataclasses, `X | Y`, `tuple[X, ...]` and `Mapping[str, X]`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints


def demand_types(instance: Any) -> None:
    """Check each field of a dataclass instance against its annotation.

    Raises:
        TypeError: The first field that doesn't fit, as in `columns[0] is a str, not a Column`.
    """
    hints = _hints(type(instance))
    for each in fields(instance):
        problem = _mismatch(getattr(instance, each.name), hints[each.name], each.name)
        if problem:
            raise TypeError(problem)


def rebuilt(kind: type[Any], data: Mapping[str, Any]) -> Any:
    """An instance of the dataclass `kind` from what `dataclasses.asdict` and JSON made of one.

    Raises:
        TypeError: The data doesn't fit.
        KeyError: A field is missing.
    """
    hints = _hints(kind)
    return kind(**{each.name: _rebuilt_value(data[each.name], hints[each.name]) for each in fields(kind)})


@cache
def _cached_hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _hints(kind: Any) -> dict[str, Any]:
    """The annotations of a dataclass, evaluated once for all its instances."""
    return _cached_hints(kind)


def _mismatch(value: Any, hint: Any, where: str) -> str:
    """Why a value doesn't fit an annotation; empty where it does."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        found = [_mismatch(value, each, where) for each in arguments]
        if "" in found:
            return ""
        meant = next((m for m, each in zip(found, arguments, strict=True) if type(value) is each), "")
        return meant or f"{where} is {_a(type(value))}, not {' or '.join(map(_a, arguments))}"
    if origin is tuple:
        return _items_mismatch(
            value, tuple, dict(enumerate(value)) if type(value) is tuple else {}, hint, where
        )
    if origin is Mapping:
        return _items_mismatch(value, dict, value if type(value) is dict else {}, hint, where)
    if hint is float and type(value) in (int, float):
        return "" if math.isfinite(value) else f"{where} is {value}, not a finite number"
    return "" if type(value) is hint else f"{where} is {_a(type(value))}, not {_a(hint)}"


def _items_mismatch(value: Any, kind: type, items: Mapping[Any, Any], hint: Any, where: str) -> str:
    if type(value) is not kind:
        return f"{where} is {_a(type(value))}, not {_a(kind)}"
    content = get_args(hint)[kind is dict]
    for key, item in items.items():
        if kind is dict and type(key) is not str:
            return f"{where} has the key {key!r}, not a str"
        problem = _mismatch(item, content, f"{where}[{key!r}]")
        if problem:
            return problem
    return ""


def _a(kind: Any) -> str:
    if kind is type(None):
        return "None"
    name = getattr(kind, "__name__", str(kind))
    return f"an {name}" if name[0] in "aeiouAEIO" else f"a {name}"


def _rebuilt_value(value: Any, hint: Any) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _rebuilt_value(value, _branch(value, arguments))
    if origin is tuple:
        return tuple(_rebuilt_value(item, arguments[0]) for item in value)
    if origin is Mapping:
        return {key: _rebuilt_value(item, arguments[1]) for key, item in value.items()}
    return rebuilt(hint, value) if is_dataclass(hint) and isinstance(hint, type) else value


def _branch(value: Any, branches: tuple[Any, ...]) -> Any:
    """The branch of a union that a JSON value came from; plain values need no rebuilding."""
    for hint in branches:
        if (isinstance(value, list) and get_origin(hint) is tuple) or (
            isinstance(value, dict) and is_dataclass(hint)
        ):
            return hint
    return object
