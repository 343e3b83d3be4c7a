"""What an extension says of itself."""

from __future__ import annotations

from dataclasses import dataclass

from ftkit.descriptions.options import Option, demand_unique_options
from ftkit.typed_data import demand_types


@dataclass(frozen=True)
class ExtensionInfo:
    """What an extension says of itself.

    Attributes:
        options: Options of the extension's hooks.
        citation: Where it is described, if anywhere.
    """

    options: tuple[Option, ...] = ()
    citation: str = ""

    def __post_init__(self) -> None:
        demand_types(self)
        demand_unique_options(self.options)
