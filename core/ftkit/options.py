"""Values that a person gave for plugins' options, checked against what the plugins declare.

All problems are found before any is reported, each with the option's full name and the nearest right one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ftkit.descriptions import Option, OptionValue
from ftkit.errors import OptionsError
from ftkit.spelling import nearest, suggestion

Values = Mapping[str, Any]
"""A value for every declared option; a tuple where the option is repeated."""

_WORDS = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}
_NOTHING = frozenset({"", "none", "null"})


def option_name(typed: object) -> str:
    """The name of an option as it is declared: on a command line, dashes count as underscores."""
    return str(typed).replace("-", "_")


def complete_options(
    declared: Mapping[str, Sequence[Option]], given: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Check given values and add the defaults of the others.

    Args:
        declared: For each part of a run (`model`, `method`, `task`), the options that its plugin declares.
        given: For each part, values by option name: of the option's type, or strings as typed
            (`"8"`, `"true"`, `"query,value"`). Dashes in names count as underscores.

    Returns:
        For each part of `declared`, a value for every option.

    Raises:
        OptionsError: With every problem in all parts.
    """
    checks = {part: _Check(part, options) for part, options in declared.items()}
    problems = [
        f"{part}: there is no such part, only {', '.join(declared)}" for part in given if part not in checks
    ]
    complete = {}
    for part, check in checks.items():
        complete[part] = check.complete(given.get(part) or {})
        problems += check.problems
    if problems:
        raise OptionsError(problems)
    return complete


@dataclass
class _Check:
    """The options of one plugin and what is wrong with the values given for them."""

    part: str
    options: Sequence[Option]
    problems: list[str] = field(default_factory=list)

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        known = {option.name: option for option in self.options}
        values: dict[str, Any] = {option.name: option.default for option in self.options}
        for typed, value in given.items():
            name = option_name(typed)
            if name not in known:
                self.problems.append(self._unknown(str(typed), known))
                continue
            try:
                values[name] = _converted(known[name], value)
            except ValueError as error:
                self.problems.append(f"{self.part}.{name}: {error}")
        return values

    def _unknown(self, typed: str, known: Mapping[str, Option]) -> str:
        if not known:
            return f"{self.part}.{typed}: this {self.part.partition('.')[0]} takes no options"
        told = suggestion(nearest(typed, known), f"it takes {', '.join(known)}")
        return f"{self.part}.{typed}: there is no such option; {told}"


def _converted(option: Option, value: Any) -> OptionValue | tuple[OptionValue, ...]:
    """The value in the option's type, or ValueError with what is wrong."""
    if option.default is None and (value is None or (isinstance(value, str) and value.lower() in _NOTHING)):
        return None
    if option.repeated:
        return tuple(_single(option, item) for item in _items(value))
    return _single(option, value)


def _items(value: Any) -> Iterator[Any]:
    if isinstance(value, str):
        return (item.strip() for item in value.split(",") if item.strip())
    return iter(value if isinstance(value, (list, tuple)) else [value])


def _single(option: Option, value: Any) -> OptionValue:
    as_declared = {word.lower(): word for word in option.words}
    if isinstance(value, str) and value.strip().lower() in as_declared:
        return as_declared[value.strip().lower()]
    parse, meant = _TYPES[option.type]
    typed = parse(value)
    if typed is None:
        raise ValueError(f"it must be {' or '.join((meant, *option.words))}, not {value!r}")
    if option.choices and typed not in option.choices:
        words = [str(choice) for choice in option.choices]
        asked = suggestion(nearest(str(typed), [word for word in words if word != str(typed)]))
        told = f"it must be one of {', '.join(words)}, not {value!r}"
        raise ValueError("; ".join(filter(None, (told, asked))))
    if isinstance(typed, (int, float)) and not isinstance(typed, bool):
        _demand_range(option, typed)
    return typed


def _demand_range(option: Option, number: float) -> None:
    if option.minimum is not None and number < option.minimum:
        raise ValueError(f"it must be at least {option.minimum:g}, not {number}")
    if option.maximum is not None and number > option.maximum:
        raise ValueError(f"it must be at most {option.maximum:g}, not {number}")


def _as_bool(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    return _WORDS.get(value.strip().lower()) if isinstance(value, str) else None


def _as_int(value: Any) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            pass
    return None


def _as_float(value: Any) -> float | None:
    if isinstance(value, (int, float, str)) and not isinstance(value, bool):
        try:
            number = float(value)
        except (ValueError, OverflowError):
            number = math.nan
        return number if math.isfinite(number) else None
    return None


def _as_str(value: Any) -> str | None:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)  # YAML reads `revision: 1` as a number
    return None


_TYPES: Mapping[str, tuple[Callable[[Any], bool | int | float | str | None], str]] = {
    "bool": (_as_bool, "true or false"),
    "int": (_as_int, "a whole number"),
    "float": (_as_float, "a number"),
    "str": (_as_str, "a text"),
}
"""For each type how a value is read, None where it isn't of the type, and what the type is in words."""
