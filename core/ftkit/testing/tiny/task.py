"""Write a text in capital letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ftkit.descriptions import Column, Example, Metric, TaskInfo
from ftkit.errors import RowError
from ftkit.hookspecs import hookimpl

ROWS = tuple(
    {"text": text}
    for text in ("The dog sleeps.", "Leo buys a box.", "He stays.", "Our cow greets the old queen.")
)
"""Rows to try it with."""


@hookimpl
def describe_task() -> TaskInfo:
    """Describe the task."""
    return TaskInfo(
        columns=(Column("text", "any text"),),
        metrics=(Metric("exact", "share of answers that equal a reference", mean_of_rows=True),),
        max_output_tokens=64,
    )


@hookimpl
def format_example(row: Mapping[str, Any]) -> Example:
    """Write `capitals: …` and the text in capital letters."""
    text = row.get("text")
    if not isinstance(text, str) or not text.strip():
        raise RowError(f"the row lacks a text in 'text'; it has {', '.join(map(repr, row)) or 'no fields'}")
    return Example(f"capitals: {text}", text.upper())


@hookimpl
def parse_output(text: str) -> str | None:
    """Take the whole text as the answer; none where it is blank."""
    return text.strip() or None


@hookimpl
def score(predictions: Sequence[Any], references: Sequence[Sequence[Any]]) -> Mapping[str, float]:
    """Count the answers that equal a reference."""
    pairs = zip(predictions, references, strict=True)
    return {"exact": sum(answer in right for answer, right in pairs) / len(predictions)}
