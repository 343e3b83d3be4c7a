"""Summarise a document in a sentence or two.

    row     {"document": "It had rained. The old king sings. Nobody wondered.", "summary": "The old king sings."}
    input   summarize: It had rained. The old king sings. Nobody wondered.
    target  The old king sings.

Scores are ROUGE (Lin, 2004, https://aclanthology.org/W04-1013) by Google's rouge_score, whose figures are
those that papers quote: F1 in percent, words stemmed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ftkit import Column, Example, Metric, Option, RowError, Sample, TaskInfo, hookimpl

SAMPLE = Path(__file__).parent / "sample"  # made by make_sample.py
METRICS = {"rouge1": "words", "rouge2": "pairs of words", "rougeL": "the longest common subsequence of words"}


@hookimpl
def describe_task() -> TaskInfo:
    """Describe summarisation."""
    return TaskInfo(
        columns=(
            Column("document", "the text to summarise"),
            Column("summary", "its summary, or a list of them that are all right", required=False),
        ),
        metrics=tuple(
            Metric(name, f"ROUGE's F1 of {what}, in percent", maximum=100, mean_of_rows=True)
            for name, what in METRICS.items()
        ),
        max_output_tokens=128,
        sample=Sample(str(SAMPLE / "train.jsonl"), str(SAMPLE / "validation.jsonl")),
        citation="Lin, 2004, https://aclanthology.org/W04-1013",
        options=(
            Option("prefix", "str", "summarize:", "what stands before the document, as T5 was taught"),
            Option("stemmer", "bool", default=True, help="compare stems of words, as papers do"),
        ),
    )


@hookimpl
def format_example(row: Mapping[str, Any], options: Mapping[str, Any]) -> Example:
    """Write `summarize: …` and the summary; the first of several is the target."""
    document = _text(row.get("document"), "document", row)
    found = row.get("summary")
    summaries = found if isinstance(found, (list, tuple)) else [] if found is None else [found]
    texts = tuple(_text(each, "summary", row) for each in summaries)
    return Example(f"{options['prefix']} {document}".strip(), texts[0] if texts else None, texts)


@hookimpl
def parse_output(text: str) -> str | None:
    """The whole text is the summary; a blank one is none."""
    return text.strip() or None


@hookimpl
def score(
    predictions: Sequence[str | None], references: Sequence[Sequence[str]], options: Mapping[str, Any]
) -> Mapping[str, float]:
    """ROUGE, of the reference that fits best, averaged over rows; no summary scores 0."""
    from rouge_score.rouge_scorer import RougeScorer  # brings nltk, which a listing can do without
    from rouge_score.tokenizers import DefaultTokenizer

    # Left to make its tokenizer, it logs so through absl, which sets up the logging of the whole process.
    scorer = RougeScorer(list(METRICS), tokenizer=DefaultTokenizer(options["stemmer"]))
    rows = [
        scorer.score_multi(list(accepted), answer or "")
        for answer, accepted in zip(predictions, references, strict=True)
    ]
    return {name: 100 * sum(row[name].fmeasure for row in rows) / len(rows) for name in METRICS}


@hookimpl
def score_signatures(options: Mapping[str, Any]) -> Mapping[str, str]:
    """Name the library, its version and its setting."""
    stems = "stems" if options["stemmer"] else "words"
    return {name: f"{name}|f1|{stems}|rouge_score:{version('rouge-score')}" for name in METRICS}


def _text(value: Any, name: str, row: Mapping[str, Any]) -> str:
    """A field that must hold text.

    Raises:
        RowError: It is missing, empty, or no text.
    """
    if value is None:
        raise RowError(f"the row lacks {name!r}; it has {', '.join(map(repr, row)) or 'no fields'}")
    if not isinstance(value, str) or not value.strip():
        raise RowError(f"{name!r} must be a text with something in it, not {value!r:.60}")
    return value.strip()
