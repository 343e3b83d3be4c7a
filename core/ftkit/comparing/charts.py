"""The pictures of the report, as SVG that takes its colours from the page.

Each has a title and a description for screen readers, tells methods apart by colour and models by shape, and
shows nothing that the tables don't say in figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from xml.etree import ElementTree as ET

from ftkit.comparing.canvas import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    as_text,
    axes,
    line,
    looks_of,
    mark,
    picture,
    ticks_across,
)
from ftkit.comparing.figures import MEMORY_PARTS, Point
from ftkit.comparing.results import TaskResults
from ftkit.comparing.row import Row
from ftkit.comparing.statistics import Summary
from ftkit.comparing.wording import told_cost, told_metric
from ftkit.drawing import add_text, axis_over, numbers

_LABELS, _LINE = 190, 26  # room for the labels of a picture with a line for each row, and a line's height


def quality_against(task: TaskResults, cost: str, label: str) -> str:
    """A mark for each row: the first metric over one of its costs, with the spread of both."""
    name = task.decisive.name
    known = [(row, x, y) for row in task.rows if (x := row.cost(cost)) and (y := row.metric(name))]
    known = [(row, x, y) for row, x, y in known if row.tuned]
    if not known:
        return ""
    svg = picture(HEIGHT, f"{name} against {label}", f"{task.label}: one mark for each model and method.")
    across = axis_over([end for _, x, _ in known for end in _ends(x)], LEFT, WIDTH - RIGHT, from_zero=True)
    up = axis_over([end for _, _, y in known for end in _ends(y)], HEIGHT - BOTTOM, TOP)
    axes(svg, across, up, lambda value: told_cost(cost, value), label, name)
    looks = looks_of(task.rows)
    for row, x, y in known:
        group = ET.SubElement(svg, "g", {"class": looks.colour(row.method)})
        ET.SubElement(
            group, "title"
        ).text = f"{row.model}, {row.method}: {told_metric(y.mean)}, {told_cost(cost, x.mean)}"
        (left, right), (low, high) = _ends(x), _ends(y)
        middle, height = across.place(x.mean), up.place(y.mean)
        line(group, across.place(left), height, across.place(right), height)
        line(group, middle, up.place(low), middle, up.place(high))
        mark(group, looks.shape(row.model), middle, height)
    return as_text(svg)


def learning_curves(task: TaskResults, model: str) -> str:
    """The first metric over the seconds of training, a line for each method: means over the seeds."""
    name, looks = task.decisive.name, looks_of(task.rows)
    here = [row for row in task.rows if row.model == model]
    curves = {row.method: curve for row in here if row.tuned and (curve := mean_curve(row))}
    points = [point for curve in curves.values() for point in curve]
    if not points:
        return ""
    svg = picture(HEIGHT, f"{name} of {model} over the training", f"{task.label}: a line for each method.")
    across = axis_over([seconds for seconds, _ in points], LEFT, WIDTH - RIGHT, from_zero=True)
    values = [value for _, value in points] + ([task.target] if task.target is not None else [])
    up = axis_over(values, HEIGHT - BOTTOM, TOP)
    axes(svg, across, up, lambda value: told_cost("train_seconds", value), "seconds of training", name)
    if task.target is not None:
        line(svg, LEFT, up.place(task.target), WIDTH - RIGHT, up.place(task.target), css="target")
    for method, curve in curves.items():
        group = ET.SubElement(svg, "g", {"class": looks.colour(method)})
        ET.SubElement(group, "title").text = f"{model}, {method}"
        places = [(across.place(seconds), up.place(value)) for seconds, value in curve]
        ET.SubElement(group, "polyline", {"points": " ".join(f"{x:.1f},{y:.1f}" for x, y in places)})
        for x, y in places:
            mark(group, looks.shape(model), x, y, size=4)
    return as_text(svg)


def forest(task: TaskResults) -> str:
    """A line for each row: each seed a dot, their mean, and where it lies with 95% confidence."""
    name, looks = task.decisive.name, looks_of(task.rows)
    known = [(row, summary) for row in task.rows if (summary := row.metric(name))]
    if not known:
        return ""
    svg = picture(
        _lines_height(known), f"{name} of every seed", f"{task.label}: dots are seeds, bars intervals."
    )
    values = [value for _, summary in known for value in (*summary.values, *(summary.interval or ()))]
    across = axis_over(values, _LABELS, WIDTH - RIGHT)
    ticks_across(svg, across, _lines_height(known) - BOTTOM, told_metric, name)
    for number, (row, summary) in enumerate(known):
        y = TOP + _LINE * (number + 0.5)
        add_text(svg, _LABELS - 10, y + 4, f"{row.model} · {row.method}", anchor="end")
        group = ET.SubElement(svg, "g", {"class": looks.colour(row.method)})
        ET.SubElement(group, "title").text = f"{row.model}, {row.method}: {told_metric(summary.mean)}"
        if summary.interval:
            line(group, across.place(summary.interval[0]), y, across.place(summary.interval[1]), y)
        for value in summary.values:
            ET.SubElement(group, "circle", {**numbers(cx=across.place(value), cy=y, r=3), "class": "seed"})
        mark(group, looks.shape(row.model), across.place(summary.mean), y)
    return as_text(svg)


def memory_bars(task: TaskResults) -> str:
    """A bar for each row: what the peak of the training's memory was for."""
    known = [(row, parts) for row in task.rows if (parts := _memory_of(row))]
    if not known:
        return ""
    height = _lines_height(known)
    svg = picture(
        height, "peak memory of the training by use", f"{task.label}: a bar for each model and method."
    )
    across = axis_over([sum(parts) for _, parts in known], _LABELS, WIDTH - RIGHT, from_zero=True)
    ticks_across(svg, across, height - BOTTOM, lambda value: told_cost("memory", value), "peak memory")
    for number, (row, parts) in enumerate(known):
        top, used = TOP + _LINE * number + 5, 0.0
        add_text(svg, _LABELS - 10, top + 12, f"{row.model} · {row.method}", anchor="end")
        for part, (name, size) in enumerate(zip(MEMORY_PARTS, parts, strict=True)):
            start, end = across.place(used), across.place(used + size)
            shape = numbers(x=start, y=top, width=max(end - start, 0), height=_LINE - 10)
            bar = ET.SubElement(svg, "rect", {**shape, "class": f"part{part}"})
            ET.SubElement(
                bar, "title"
            ).text = f"{row.model}, {row.method}, {name}: {told_cost('memory', size)}"
            used += size
    return as_text(svg)


def mean_curve(row: Row) -> list[Point]:
    """The mean over the seeds of each evaluation on the way, as far as all seeds have it."""
    curves = [run.curve for run in row.runs if run.curve]
    return [
        (fmean(point[0] for point in points), fmean(point[1] for point in points))
        for points in zip(*curves, strict=False)
    ]


def _memory_of(row: Row) -> list[float]:
    parts = [row.cost(f"memory_{part}") for part in MEMORY_PARTS]
    return [part.mean for part in parts if part]


def _ends(summary: Summary) -> tuple[float, float]:
    spread = summary.spread or 0.0
    return summary.mean - spread, summary.mean + spread


def _lines_height(rows: Sequence[object]) -> float:
    return TOP + _LINE * len(rows) + BOTTOM
