"""The pictures of the report, as SVG that takes its colours from the page.

Written here and not by a plotting library: matplotlib's SVG knows neither a page's dark mode nor its fonts,
and the libraries that draw in the browser add megabytes of script to a file that people mail around. Each
picture has a title and a description for screen readers, tells methods apart by colour and models by shape,
and shows nothing that the tables don't say in figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from xml.etree import ElementTree as ET

from ftkit.comparing.figures import Point
from ftkit.comparing.results import Row, TaskResults
from ftkit.comparing.statistics import Summary
from ftkit.comparing.wording import told
from ftkit.drawing import Axis, add_text, axis_over, numbers

_WIDTH, _HEIGHT = 640, 340  # of a picture with two axes, in pixels
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 16, 48
_LABELS, _LINE = 190, 26  # room for the labels of a picture with a line for each row, and a line's height
_SIZE = 6.0  # of a mark
COLOURS = 8
"""Classes `c0` to `c7` of the page."""
MEMORY_PARTS = ("weights", "gradients", "optimizer", "activations")


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


def quality_against(task: TaskResults, cost: str, label: str) -> str:
    """A mark for each row: the first metric over one of its costs, with the spread of both."""
    name = task.decisive.name
    known = [(row, x, y) for row in task.rows if (x := row.cost(cost)) and (y := row.metric(name))]
    known = [(row, x, y) for row, x, y in known if row.tuned]
    if not known:
        return ""
    svg = _picture(_HEIGHT, f"{name} against {label}", f"{task.label}: one mark for each model and method.")
    across = axis_over([end for _, x, _ in known for end in _ends(x)], _LEFT, _WIDTH - _RIGHT, from_zero=True)
    up = axis_over([end for _, _, y in known for end in _ends(y)], _HEIGHT - _BOTTOM, _TOP)
    _axes(svg, across, up, lambda value: told(cost, value), label, name)
    looks = looks_of(task.rows)
    for row, x, y in known:
        group = ET.SubElement(svg, "g", {"class": looks.colour(row.method)})
        ET.SubElement(
            group, "title"
        ).text = f"{row.model}, {row.method}: {told(name, y.mean)}, {told(cost, x.mean)}"
        (left, right), (low, high) = _ends(x), _ends(y)
        middle, height = across.place(x.mean), up.place(y.mean)
        _line(group, across.place(left), height, across.place(right), height)
        _line(group, middle, up.place(low), middle, up.place(high))
        mark(group, looks.shape(row.model), middle, height)
    return _text(svg)


def learning_curves(task: TaskResults, model: str) -> str:
    """The first metric over the seconds of training, a line for each method: means over the seeds."""
    name, looks = task.decisive.name, looks_of(task.rows)
    here = [row for row in task.rows if row.model == model]
    start = next((row.metric(name) for row in here if not row.tuned), None)
    origin = [(0.0, start.mean)] if start else []
    lines = {row.method: [*origin, *mean_curve(row)] for row in here if row.tuned and mean_curve(row)}
    points = [point for line in lines.values() for point in line]
    if not points:
        return ""
    svg = _picture(_HEIGHT, f"{name} of {model} over the training", f"{task.label}: a line for each method.")
    across = axis_over([seconds for seconds, _ in points], _LEFT, _WIDTH - _RIGHT, from_zero=True)
    values = [value for _, value in points] + ([task.target] if task.target is not None else [])
    up = axis_over(values, _HEIGHT - _BOTTOM, _TOP)
    _axes(svg, across, up, lambda value: told("train_seconds", value), "seconds of training", name)
    if task.target is not None:
        _line(svg, _LEFT, up.place(task.target), _WIDTH - _RIGHT, up.place(task.target), css="target")
    for method, line in lines.items():
        group = ET.SubElement(svg, "g", {"class": looks.colour(method)})
        ET.SubElement(group, "title").text = f"{model}, {method}"
        places = [(across.place(seconds), up.place(value)) for seconds, value in line]
        ET.SubElement(group, "polyline", {"points": " ".join(f"{x:.1f},{y:.1f}" for x, y in places)})
        for x, y in places[len(origin) :]:
            mark(group, looks.shape(model), x, y, size=4)
    return _text(svg)


def forest(task: TaskResults) -> str:
    """A line for each row: each seed a dot, their mean, and where it lies with 95% confidence."""
    name, looks = task.decisive.name, looks_of(task.rows)
    known = [(row, summary) for row in task.rows if (summary := row.metric(name))]
    if not known:
        return ""
    svg = _picture(
        _lines_height(known), f"{name} of every seed", f"{task.label}: dots are seeds, bars intervals."
    )
    values = [value for _, summary in known for value in (*summary.values, *(summary.interval or ()))]
    across = axis_over(values, _LABELS, _WIDTH - _RIGHT)
    _ticks_across(svg, across, _lines_height(known) - _BOTTOM, lambda value: told(name, value), name)
    for number, (row, summary) in enumerate(known):
        y = _TOP + _LINE * (number + 0.5)
        add_text(svg, _LABELS - 10, y + 4, f"{row.model} · {row.method}", anchor="end")
        group = ET.SubElement(svg, "g", {"class": looks.colour(row.method)})
        ET.SubElement(group, "title").text = f"{row.model}, {row.method}: {told(name, summary.mean)}"
        if summary.interval:
            _line(group, across.place(summary.interval[0]), y, across.place(summary.interval[1]), y)
        for value in summary.values:
            ET.SubElement(group, "circle", {**numbers(cx=across.place(value), cy=y, r=3), "class": "seed"})
        mark(group, looks.shape(row.model), across.place(summary.mean), y)
    return _text(svg)


def memory_bars(task: TaskResults) -> str:
    """A bar for each row: what the peak of the training's memory was for."""
    known = [(row, parts) for row in task.rows if (parts := _memory_of(row))]
    if not known:
        return ""
    height = _lines_height(known)
    svg = _picture(
        height, "peak memory of the training by use", f"{task.label}: a bar for each model and method."
    )
    across = axis_over([sum(parts) for _, parts in known], _LABELS, _WIDTH - _RIGHT, from_zero=True)
    _ticks_across(svg, across, height - _BOTTOM, lambda value: told("memory", value), "peak memory")
    for number, (row, parts) in enumerate(known):
        top, used = _TOP + _LINE * number + 5, 0.0
        add_text(svg, _LABELS - 10, top + 12, f"{row.model} · {row.method}", anchor="end")
        for part, (name, size) in enumerate(zip(MEMORY_PARTS, parts, strict=True)):
            start, end = across.place(used), across.place(used + size)
            shape = numbers(x=start, y=top, width=max(end - start, 0), height=_LINE - 10)
            bar = ET.SubElement(svg, "rect", {**shape, "class": f"part{part}"})
            ET.SubElement(bar, "title").text = f"{row.model}, {row.method}, {name}: {told('memory', size)}"
            used += size
    return _text(svg)


def key_mark(shape: str) -> str:
    """A shape by itself, for the key of a picture."""
    svg = ET.Element("svg", {"viewBox": "0 0 16 16", "class": "key", "aria-hidden": "true"})
    mark(svg, shape, 8, 8)
    return _text(svg)


def mean_curve(row: Row) -> list[Point]:
    """The mean over the seeds of each evaluation on the way, as far as all seeds have it."""
    curves = [run.curve for run in row.runs if run.curve]
    return [
        (fmean(point[0] for point in points), fmean(point[1] for point in points))
        for points in zip(*curves, strict=False)
    ]


def mark(parent: ET.Element, shape: str, x: float, y: float, size: float = _SIZE) -> None:
    """Draw a shape round a place."""
    corners = " ".join(f"{x + dx * size:.1f},{y + dy * size:.1f}" for dx, dy in _SHAPES[shape])
    if corners:
        ET.SubElement(parent, "polygon", {"points": corners, "class": "mark"})
    else:
        ET.SubElement(parent, "circle", {**numbers(cx=x, cy=y, r=size * 0.9), "class": "mark"})


_SHAPES: dict[str, Sequence[tuple[float, float]]] = {
    "circle": (),
    "square": ((-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)),
    "triangle": ((0, -1.1), (1.05, 0.8), (-1.05, 0.8)),
    "diamond": ((0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0)),
    "wedge": ((0, 1.1), (1.05, -0.8), (-1.05, -0.8)),
    "hexagon": ((-1, 0), (-0.5, -0.9), (0.5, -0.9), (1, 0), (0.5, 0.9), (-0.5, 0.9)),
}


def _memory_of(row: Row) -> list[float]:
    parts = [row.cost(f"memory_{part}") for part in MEMORY_PARTS]
    return [part.mean for part in parts if part]


def _ends(summary: Summary) -> tuple[float, float]:
    spread = summary.spread or 0.0
    return summary.mean - spread, summary.mean + spread


def _picture(height: float, title: str, description: str) -> ET.Element:
    shape = {"viewBox": f"0 0 {_WIDTH} {height:.0f}", "class": "chart"}
    svg = ET.Element("svg", {"role": "img", "aria-label": f"{title}. {description}", **shape})
    ET.SubElement(svg, "title").text = title
    return svg


def _lines_height(rows: Sequence[object]) -> float:
    return _TOP + _LINE * len(rows) + _BOTTOM


def _axes(
    svg: ET.Element, across: Axis, up: Axis, tick: Callable[[float], str], x_label: str, y_label: str
) -> None:
    for value in up.ticks():
        _line(svg, _LEFT, up.place(value), _WIDTH - _RIGHT, up.place(value), css="grid")
        add_text(svg, _LEFT - 8, up.place(value) + 4, f"{value:g}", anchor="end")
    _ticks_across(svg, across, _HEIGHT - _BOTTOM, tick, x_label)
    middle = (_HEIGHT - _BOTTOM + _TOP) / 2
    label = ET.SubElement(svg, "g", {"transform": f"translate(14 {middle:.0f}) rotate(-90)"})
    add_text(label, 0, 0, y_label, anchor="middle", css="label")


def _ticks_across(
    svg: ET.Element, across: Axis, bottom: float, tick: Callable[[float], str], label: str
) -> None:
    for value in across.ticks():
        _line(svg, across.place(value), _TOP, across.place(value), bottom, css="grid")
        add_text(svg, across.place(value), bottom + 18, tick(value), anchor="middle")
    add_text(svg, (across.start + across.end) / 2, bottom + 38, label, anchor="middle", css="label")


def _line(parent: ET.Element, x1: float, y1: float, x2: float, y2: float, css: str = "whisker") -> None:
    ET.SubElement(parent, "line", {**numbers(x1=x1, y1=y1, x2=x2, y2=y2), "class": css})


def _text(svg: ET.Element) -> str:
    return ET.tostring(svg, encoding="unicode")


def models_of(rows: Iterable[Row]) -> list[str]:
    """The models in their order."""
    return list(dict.fromkeys(row.model for row in rows))
