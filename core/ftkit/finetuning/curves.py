"""The curves of a run as one SVG picture: the loss, and the metric where it was evaluated on the way.

Written here and not by a plotting library: two lines with axes are a page of code, and the libraries that
draw them are larger than the rest of the installation without torch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from ftkit.drawing import Axis, add_text, numbers

_WIDTH, _HEIGHT = 720, 260  # of one panel, in pixels
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 20, 40, 45
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
    """The curves that the lines of `metrics.jsonl` hold; what is no number there has no point."""
    loss = [(row["step"], row["loss"]) for row in metrics if "loss" in row]
    evaluated = [(row["step"], row["evaluation"][metric]) for row in metrics if "evaluation" in row]
    titled = {"training loss": loss, f"validation {metric}": evaluated}
    curves = [
        Curve(title, [(step, value) for step, value in points if value is not None])
        for title, points in titled.items()
    ]
    return [curve for curve in curves if curve.points]


def draw_curves(curves: Sequence[Curve]) -> str:
    """Draw the curves below one another, each against the optimizer step."""
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
    across = Axis(0, max(steps), _LEFT, _WIDTH - _RIGHT)
    lowest, highest = min(0.0, *values), max(values)
    up = Axis(lowest, highest if highest > lowest else lowest + 1, _HEIGHT - _BOTTOM, _TOP)
    add_text(panel, _LEFT, 24, curve.title, css="title")
    for tick in up.ticks():
        y = up.place(tick)
        ET.SubElement(panel, "line", numbers(x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y, y2=y))
        add_text(panel, _LEFT - 8, y + 4, f"{tick:g}", anchor="end")
    for tick in across.ticks():
        add_text(panel, across.place(tick), _HEIGHT - _BOTTOM + 18, f"{tick:g}", anchor="middle")
    add_text(panel, (_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 8, "step", anchor="middle")
    places = [(across.place(step), up.place(value)) for step, value in curve.points]
    ET.SubElement(panel, "polyline", {"points": " ".join(f"{x:.1f},{y:.1f}" for x, y in places)})
    for x, y in places if len(places) == 1 else ():  # a line of one point can't be seen
        ET.SubElement(panel, "circle", numbers(cx=x, cy=y, r=3))
