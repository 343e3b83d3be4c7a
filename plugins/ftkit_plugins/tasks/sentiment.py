"""Say whether a text is positive.

    row     {"text": "I rented it twice and would again.", "label": 1}
    input   sentiment analysis: I rented it twice and would again.
    target  sentiment: True

Rows are those of the Large Movie Review Dataset (Maas et al., 2011, https://aclanthology.org/P11-1015).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ftkit import Column, Example, Metric, RowError, Sample, TaskInfo, hookimpl
from ftkit_plugins.rows import demand_pairs, sample_files, text_of

_LABELS = {
    **dict.fromkeys(("1", "pos", "positive", "true"), True),
    **dict.fromkeys(("0", "neg", "negative", "false"), False),
}
_OUTPUT = re.compile(r"\s*sentiment:\s*(true|false)\s*", re.IGNORECASE)


@hookimpl
def describe_task() -> TaskInfo:
    """Describe sentiment analysis."""
    return TaskInfo(
        columns=(
            Column("text", "the text to judge"),
            Column("label", "0 or 1, neg or pos, negative or positive, False or True", required=False),
        ),
        metrics=(
            Metric("accuracy", "share of right answers; unparseable output counts as wrong"),
            Metric("macro_f1", "mean of the F1 of the classes that occur; unparseable output is in none"),
        ),
        max_output_tokens=16,
        labels=(_target(positive=True), _target(positive=False)),
        sample=Sample(*sample_files("sentiment", "csv")),
        citation="Maas et al., 2011, https://aclanthology.org/P11-1015",
    )


@hookimpl
def format_example(row: Mapping[str, Any]) -> Example:
    """Write `sentiment analysis: …` and `sentiment: True` or `sentiment: False`."""
    text, label = text_of(row, "text"), _label(row.get("label"))
    return Example(f"sentiment analysis: {text}", None if label is None else _target(positive=label))


@hookimpl
def parse_output(text: str) -> bool | None:
    """Read `sentiment: True` or `sentiment: False`; anything more or less is no answer."""
    match = _OUTPUT.fullmatch(text)
    return match[1].lower() == "true" if match else None


@hookimpl
def score(predictions: Sequence[bool | None], references: Sequence[Sequence[bool]]) -> Mapping[str, float]:
    """Accuracy, and F1 averaged over the classes that occur among answers or references."""
    demand_pairs(predictions, references)
    pairs = [(answer, accepted[0]) for answer, accepted in zip(predictions, references, strict=True)]
    classes = {each for pair in pairs for each in pair if each is not None}
    return {
        "accuracy": sum(answer == right for answer, right in pairs) / len(pairs),
        "macro_f1": sum(_f1(pairs, each) for each in classes) / len(classes),
    }


def _f1(pairs: Sequence[tuple[bool | None, bool]], wanted: bool) -> float:  # noqa: FBT001 - a class
    """2TP / (2TP + FP + FN), which is never 0/0 for a class that occurs."""
    hits = sum(answer is wanted and right is wanted for answer, right in pairs)
    named = sum(answer is wanted for answer, _ in pairs)
    there = sum(right is wanted for _, right in pairs)
    return 2 * hits / (named + there)


def _target(*, positive: bool) -> str:
    return f"sentiment: {positive}"


def _label(value: Any) -> bool | None:
    """The label, or None where the row has none.

    Raises:
        RowError: It is none of the known ones.
    """
    word = "" if value is None else str(value).strip().lower()
    if not word:
        return None
    if isinstance(value, (bool, int, str)) and word in _LABELS:
        return _LABELS[word]
    raise RowError(f"label {value!r} is none of {', '.join(_LABELS)}")
