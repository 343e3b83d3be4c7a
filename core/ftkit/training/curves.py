"""The curves of a run as one SVG picture: the loss, and the metric where it was evaluated on the way.

Written here and not by a plotting library: two lines with axes are a page of code, and the libraries that
draw them are larger than the rest of the installation without torch.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

_WIDTH, _HEIGHT = 720, 260  # of one panel, in pixels
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 20, 40, 45
_TICKS = 5
_STYLE = (
    "text{font:12px sans-serif;fill:#444}.title{font-size:14px;fill:#111}"
    "line{stroke:#ccc}polyline{fill:none;stroke:#1f6feb;stroke-width:2}circle{fill:#1f6feb}"
    "@media(prefers-color-scheme:dark){text{fill:#bbb}.title{fill:#eee}line{stroke:#444}}"
)


@dataclass(frozen=True)
class Curve:
    """One line of the picture.

    Attributes:
        title: What it shows.
        points: Step and value, in order.
    """

    title: str
    points: Sequence[tuple[int, float]]


def read_curves(metrics: Sequence[Mapping[str, Any]], metric: str) -> list[Curve]:
    """The curves that the lines of `metrics.jsonl` hold."""
    loss = [(row["step"], row["loss"]) for row in metrics if "loss" in row]
    evaluated = [(row["step"], row["evaluation"][metric]) for row in metrics if "evaluation" in row]
    curves = [Curve("training loss", loss), Curve(f"validation {metric}", evaluated)]
    return [curve for curve in curves if curve.points]


def draw_curves(curves: Sequence[Curve]) -> str:
    """Draw the curves below one another, each against the optimiser step."""
    height = _HEIGHT * max(len(curves), 1)
    shape = {"viewBox": f"0 0 {_WIDTH} {height}", "width": str(_WIDTH), "height": str(height)}
    svg = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "role": "img", **shape})
    ET.SubElement(svg, "title").text = " and ".join(curve.title for curve in curves)
    ET.SubElement(svg, "style").text = _STYLE
    for number, curve in enumerate(curves):
        panel = ET.SubElement(svg, "g", {"transform": f"translate(0 {number * _HEIGHT})"})
        _draw_panel(panel, curve)
    return ET.tostring(svg, encoding="unicode") + "\n"


def _draw_panel(panel: ET.Element, curve: Curve) -> None:
    steps, values = zip(*curve.points, strict=True)
    across = _Axis(0, max(steps), _LEFT, _WIDTH - _RIGHT)
    lowest, highest = min(0.0, *values), max(values)
    up = _Axis(lowest, highest if highest > lowest else lowest + 1, _HEIGHT - _BOTTOM, _TOP)
    _write(panel, _LEFT, 24, curve.title, css="title")
    for tick in up.ticks():
        y = up.place(tick)
        ET.SubElement(panel, "line", _numbers(x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y, y2=y))
        _write(panel, _LEFT - 8, y + 4, f"{tick:g}", anchor="end")
    for tick in across.ticks():
        _write(panel, across.place(tick), _HEIGHT - _BOTTOM + 18, f"{tick:g}", anchor="middle")
    _write(panel, (_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 8, "step", anchor="middle")
    places = [(across.place(step), up.place(value)) for step, value in curve.points]
    ET.SubElement(panel, "polyline", {"points": " ".join(f"{x:.1f},{y:.1f}" for x, y in places)})
    for x, y in places if len(places) == 1 else ():  # a line of one point can't be seen
        ET.SubElement(panel, "circle", _numbers(cx=x, cy=y, r=3))


@dataclass(frozen=True)
class _Axis:
    """Values from `low` to `high` on pixels from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    def place(self, value: float) -> float:
        return self.start + (self.end - self.start) * (value - self.low) / (self.high - self.low)

    def ticks(self) -> list[float]:
        """Round values, about five of them."""
        raw = (self.high - self.low) / _TICKS
        power = 10 ** math.floor(math.log10(raw))
        step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw)
        first = math.ceil(self.low / step)
        count = int((self.high - first * step) / step + 1e-9) + 1
        return [round((first + number) * step, 10) for number in range(count)]


def _write(panel: ET.Element, x: float, y: float, text: str, *, anchor: str = "start", css: str = "") -> None:
    look = {"text-anchor": anchor, **({"class": css} if css else {})}
    ET.SubElement(panel, "text", {**_numbers(x=x, y=y), **look}).text = text


def _numbers(**values: float) -> dict[str, str]:
    return {name: f"{value:.1f}" for name, value in values.items()}
