"""What the pictures of the report have in common: a frame, axes, marks, and who looks how.

Written here and not by a plotting library: matplotlib's SVG knows neither a page's dark mode nor its fonts,
and the libraries that draw in the browser add megabytes of script to a file that people mail around.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from ftkit.comparing.row import Row
from ftkit.drawing import Axis, add_text, numbers

WIDTH, HEIGHT = 640, 340  # of a picture with two axes, in pixels
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 16, 48
COLOURS = 8
"""Classes `c0` to `c7` of the page."""

_SIZE = 6.0  # of a mark

_SHAPES: dict[str, Sequence[tuple[float, float]]] = {
    "circle": (),
    "square": ((-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)),
    "triangle": ((0, -1.1), (1.05, 0.8), (-1.05, 0.8)),
    "diamond": ((0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0)),
    "wedge": ((0, 1.1), (1.05, -0.8), (-1.05, -0.8)),
    "hexagon": ((-1, 0), (-0.5, -0.9), (0.5, -0.9), (1, 0), (0.5, 0.9), (-0.5, 0.9)),
}


@dataclass(frozen=True)
class Looks:
    """Which colour each method has, and which shape each model."""

    methods: Sequence[str]
    models: Sequence[str]

    def colour(self, method: str) -> str:
        """A class of the page."""
        return f"c{self.methods.index(method) % COLOURS}" if method in self.methods else "untuned"

    def shape(self, model: str) -> str:
        """One of the shapes."""
        return list(_SHAPES)[self.models.index(model) % len(_SHAPES)]


def looks_of(rows: Sequence[Row]) -> Looks:
    """Colours and shapes in the order of the rows."""
    methods = dict.fromkeys(row.method for row in rows if row.tuned)
    return Looks(list(methods), list(dict.fromkeys(row.model for row in rows)))


def models_of(rows: Iterable[Row]) -> list[str]:
    """The models in their order."""
    return list(dict.fromkeys(row.model for row in rows))


def picture(height: float, title: str, description: str) -> ET.Element:
    """An empty picture with a name for whoever can't see it."""
    shape = {"viewBox": f"0 0 {WIDTH} {height:.0f}", "class": "chart"}
    svg = ET.Element("svg", {"role": "img", "aria-label": f"{title}. {description}", **shape})
    ET.SubElement(svg, "title").text = title
    return svg


def axes(
    svg: ET.Element, across: Axis, up: Axis, tick: Callable[[float], str], x_label: str, y_label: str
) -> None:
    """Draw two axes with a grid and their names; `tick` words the values of the lower one."""
    for value in up.ticks():
        line(svg, LEFT, up.place(value), WIDTH - RIGHT, up.place(value), css="grid")
        add_text(svg, LEFT - 8, up.place(value) + 4, f"{value:g}", anchor="end")
    ticks_across(svg, across, HEIGHT - BOTTOM, tick, x_label)
    middle = (HEIGHT - BOTTOM + TOP) / 2
    label = ET.SubElement(svg, "g", {"transform": f"translate(14 {middle:.0f}) rotate(-90)"})
    add_text(label, 0, 0, y_label, anchor="middle", css="label")


def ticks_across(
    svg: ET.Element, across: Axis, bottom: float, tick: Callable[[float], str], label: str
) -> None:
    """Draw an axis at the bottom, with lines up to the top."""
    for value in across.ticks():
        line(svg, across.place(value), TOP, across.place(value), bottom, css="grid")
        add_text(svg, across.place(value), bottom + 18, tick(value), anchor="middle")
    add_text(svg, (across.start + across.end) / 2, bottom + 38, label, anchor="middle", css="label")


def line(parent: ET.Element, x1: float, y1: float, x2: float, y2: float, css: str = "whisker") -> None:
    """Draw a line."""
    ET.SubElement(parent, "line", {**numbers(x1=x1, y1=y1, x2=x2, y2=y2), "class": css})


def as_text(svg: ET.Element) -> str:
    """The picture as it stands in a page."""
    return ET.tostring(svg, encoding="unicode")


def mark(parent: ET.Element, shape: str, x: float, y: float, size: float = _SIZE) -> None:
    """Draw a shape round a place."""
    corners = " ".join(f"{x + dx * size:.1f},{y + dy * size:.1f}" for dx, dy in _SHAPES[shape])
    if corners:
        ET.SubElement(parent, "polygon", {"points": corners, "class": "mark"})
    else:
        ET.SubElement(parent, "circle", {**numbers(cx=x, cy=y, r=size * 0.9), "class": "mark"})


def key_mark(shape: str) -> str:
    """A shape by itself, for the key of a picture."""
    svg = ET.Element("svg", {"viewBox": "0 0 16 16", "class": "key", "aria-hidden": "true"})
    mark(svg, shape, 8, 8)
    return as_text(svg)
