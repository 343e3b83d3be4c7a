"""One typed option of a plugin, whatever its kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

from ftkit.typed_data import demand_types

OPTION_TYPES = MappingProxyType({"bool": bool, "int": int, "float": float, "str": str})

OptionValue = bool | int | float | str | None


@dataclass(frozen=True)
class Option:
    """One typed option of a plugin, given as `--method.rank 8` or in a recipe.

    Attributes:
        name: Snake case, such as `reduction_factor`; not `name`, which a recipe says of the plugin itself.
        type: `bool`, `int`, `float` or `str`.
        default: The value where none is given; None means that the plugin decides.
        help: One line.
        choices: The allowed values; empty where any value of the type is.
        minimum: Smallest allowed number, itself included.
        maximum: Largest allowed number, itself included.
        repeated: Whether the value is a list, written `a,b,c` on the command line.
        deprecated: What to use instead, where the plugin means to drop the option; whoever gives it is told.
        words: Words that may stand in place of a value of the type, such as `auto`.
    """

    name: str
    type: str
    default: OptionValue | tuple[OptionValue, ...]
    help: str
    choices: tuple[OptionValue, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    repeated: bool = False
    deprecated: str = ""
    words: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        demand_types(self)
        demand(self.name.isidentifier(), f"option name {self.name!r} is not an identifier")
        demand(self.name != "name", "an option can't be called 'name': in a recipe that is the plugin's own")
        demand(self.type in OPTION_TYPES, f"option {self.name}: no type {self.type!r}")
        demand(bool(self.help.strip()), f"option {self.name}: help is empty")
        demand(
            isinstance(self.default, tuple) == self.repeated,
            f"option {self.name}: a repeated option has a tuple for default, and no other has",
        )
        for choice in self.choices:
            demand(
                self._is_of_type(choice), f"option {self.name}: choice {choice!r} is not of type {self.type}"
            )
        for value in self.default if isinstance(self.default, tuple) else (self.default,):
            self._demand_allowed(value)

    def _is_of_type(self, value: OptionValue) -> bool:
        wanted = (int, float) if self.type == "float" else OPTION_TYPES[self.type]
        return isinstance(value, wanted) and (self.type == "bool") == isinstance(value, bool)

    def _demand_allowed(self, value: OptionValue) -> None:
        """Demand that a default is a value that a person could give, or None."""
        where = f"option {self.name}: default {value!r}"
        if value is None or value in self.words:
            return
        demand(self._is_of_type(value), f"{where} is not of type {self.type}")
        demand(not self.choices or value in self.choices, f"{where} is not among its choices")
        if isinstance(value, (int, float)):
            demand(self.minimum is None or value >= self.minimum, f"{where} is below its minimum")
            demand(self.maximum is None or value <= self.maximum, f"{where} is above its maximum")


def demand(condition: bool, message: str) -> None:  # noqa: FBT001 - reads as a sentence
    """Raise a ValueError with the message where a description makes no sense."""
    if not condition:
        raise ValueError(message)


def demand_unique_options(options: Sequence[Option]) -> None:
    """Raise a ValueError where two options have one name."""
    names = [option.name for option in options]
    demand(len(set(names)) == len(names), f"an option is declared twice: {names}")
