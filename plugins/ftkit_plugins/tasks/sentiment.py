"""Say whether a text is positive.

    row     {"text": "I rented it twice and would again.", "label": 1}
    input   sentiment analysis: I rented it twice and would again.
    target  sentiment: True

Rows are those of the Large Movie Review Dataset (Maas et al., 2011, https://aclanthology.org/P11-1015).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ftkit import Column, Example, Metric, RowError, Sample, TaskInfo, __version__, hookimpl
from ftkit_plugins.rows import demand_pairs, sample_files, text_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LABELS = {
    **dict.fromkeys(("1", "pos", "positive", "true"), True),
    **dict.fromkeys(("0", "neg", "negative", "false"), False),
}
# What a reader that met an unbalanced quote in a tab-separated file makes of several reviews.
_SWALLOWED_ROWS = re.compile(rf"\t(?:{'|'.join(_LABELS)})\n", re.IGNORECASE)
_OUTPUT = re.compile(r"\s*sentiment:\s*(true|false)\s*", re.IGNORECASE)
_CELLS = 6  # of the confusion matrix: answers False, True and none, each with both right answers


@hookimpl
def describe_task() -> TaskInfo:
    """Describe sentiment analysis."""
    return TaskInfo(
        columns=(
            Column("text", "the text to judge"),
            Column("label", "0 or 1, neg or pos, negative or positive, False or True", required=False),
        ),
        metrics=(
            Metric(
                "accuracy", "share of right answers; unparseable output counts as wrong", mean_of_rows=True
            ),
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
    if _SWALLOWED_ROWS.search(text):
        raise RowError("'text' holds several rows that were read as one, as by an unbalanced quote")
    return Example(f"sentiment analysis: {text}", None if label is None else _target(positive=label))


@hookimpl
def parse_output(text: str) -> bool | None:
    """Read `sentiment: True` or `sentiment: False`; anything more or less is no answer."""
    match = _OUTPUT.fullmatch(text)
    return match[1].lower() == "true" if match else None


@hookimpl
def score(predictions: Sequence[bool | None], references: Sequence[Sequence[bool]]) -> Mapping[str, float]:
    """Accuracy, and F1 averaged over the classes that occur among answers or references."""
    cells = Counter(_cells(predictions, references))
    return _scores([cells[cell] for cell in range(_CELLS)])


@hookimpl
def weighted_score(
    predictions: Sequence[bool | None], references: Sequence[Sequence[bool]]
) -> Callable[[NDArray[Any]], Mapping[str, float]]:
    """Both metrics from a confusion matrix that is counted anew for each array of weights."""
    import numpy as np  # noqa: PLC0415 - only intervals need it

    cells = np.array(_cells(predictions, references))
    return lambda weights: _scores(np.bincount(cells, weights, _CELLS).tolist())


@hookimpl
def score_signatures() -> Mapping[str, str]:
    """What each metric counts; both look at the one label that an example has."""
    version = f"version:ftkit-{__version__}"
    return {
        "accuracy": f"accuracy|null:wrong|{version}",
        "macro_f1": f"macro-F1|classes:occurring|null:no-class|{version}",
    }


def _cells(predictions: Sequence[bool | None], references: Sequence[Sequence[bool]]) -> list[int]:
    """Each example's cell of the confusion matrix: 2 x answer (2 where there is none) + right answer."""
    demand_pairs(predictions, references)
    pairs = zip(predictions, references, strict=True)
    return [2 * (2 if answer is None else answer) + accepted[0] for answer, accepted in pairs]


def _scores(confusion: Sequence[float]) -> Mapping[str, float]:
    """Both metrics of a confusion matrix whose cells stand in a row, as `_cells` numbers them."""
    hits = (confusion[0], confusion[3])
    # The examples that were called False or True, and those that are: TP + FP and TP + FN.
    called = (confusion[0] + confusion[1], confusion[2] + confusion[3])
    are = (sum(confusion[0::2]), sum(confusion[1::2]))
    f1 = [2 * hit / (n + m) for hit, n, m in zip(hits, called, are, strict=True) if n + m]
    return {"accuracy": sum(hits) / sum(are), "macro_f1": sum(f1) / len(f1)}


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
    raise RowError(f"label must be one of {', '.join(_LABELS)}, not {value!r}")
