"""What pictures in SVG are made of: axes with round ticks, and texts at places."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree import ElementTree as ET

_TICKS = 5


@dataclass(frozen=True)
class Axis:
    """Values from `low` to `high` on pixels from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    def place(self, value: float) -> float:
        """The pixel of a value."""
        return self.start + (self.end - self.start) * (value - self.low) / (self.high - self.low)

    def ticks(self) -> list[float]:
        """Round values, about five of them."""
        raw = (self.high - self.low) / _TICKS
        power = 10 ** math.floor(math.log10(raw))
        step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw)
        first = math.ceil(self.low / step)
        count = int((self.high - first * step) / step + 1e-9) + 1
        return [round((first + number) * step, 10) for number in range(count)]


def axis_over(values: Iterable[float], start: float, end: float, *, from_zero: bool = False) -> Axis:
    """An axis on which all values have a place, with a little room at its ends.

    Args:
        values: At least one.
        start: Pixel of the low end.
        end: Pixel of the high end.
        from_zero: Whether it begins at 0.
    """
    known = list(values)
    low, high = (min([0.0, *known]) if from_zero else min(known)), max(known)
    room = 0.05 * (high - low) if high > low else abs(high) or 1.0
    return Axis(low if from_zero else low - room, high + room, start, end)


def add_text(
    parent: ET.Element, x: float, y: float, text: str, *, anchor: str = "start", css: str = ""
) -> None:
    """Write a text; `anchor` says whether x is its start, middle or end."""
    look = {"text-anchor": anchor, **({"class": css} if css else {})}
    ET.SubElement(parent, "text", {**numbers(x=x, y=y), **look}).text = text


def numbers(**values: float) -> dict[str, str]:
    """Attributes that are numbers, to a tenth of a pixel."""
    return {name: f"{value:.1f}" for name, value in values.items()}
