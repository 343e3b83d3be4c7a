"""Write the first letters of a text's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ftkit import Column, Example, Metric, Option, RowError, TaskInfo, hookimpl


@hookimpl
def describe_task() -> TaskInfo:
    return TaskInfo(
        columns=(Column("text", "some words"), Column(name="letters", help="the answer", required=False)),
        metrics=(
            Metric("exact", "share of right answers", mean_of_rows=True),
            Metric("lengths", "sum of right lengths over all", minimum=0.0, maximum=1.0, higher_is_better=True),
        ),
        max_output_tokens=32,
        labels=(),
        requires_features=(),
        sample=None,
        rehearsed_first=False,
        citation="none",
        options=(
            Option("separator", "str", "", "what stands between letters", choices=("", ".", "-")),
            Option("upper", "bool", default=True, help="in capitals"),
            Option("most", "int", 8, "letters at most", minimum=1, maximum=64),
            Option("share", "float", None, "share of the words that count; none: all", minimum=0.1, maximum=1),
            Option("skip", "str", ("the",), "words that are left out", repeated=True),
        ),
    )


@hookimpl
def expand_record(record: Mapping[str, Any], options: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return [{"text": text} for text in record["texts"]] if "texts" in record else [record]


@hookimpl
def row_of_text(text: str, options: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"text": text}


@hookimpl
def format_example(row: Mapping[str, Any], options: Mapping[str, Any]) -> Example:
    text, letters = row.get("text"), row.get("letters")
    if not isinstance(text, str) or not text.strip():
        raise RowError(f"'text' must hold words, not {text!r:.40}")
    if letters is not None and (not isinstance(letters, str) or not letters.strip()):
        raise RowError(f"'letters' must be a text, not {letters!r:.40}")
    words = [word for word in text.split() if word.lower() not in options["skip"]]
    count = max(1, int(len(words) * (options["share"] or 1)))
    firsts = [word[0] for word in words[: min(count, options["most"])]] or ["?"]
    made = options["separator"].join(firsts)
    target = letters or (made.upper() if options["upper"] else made)
    before = "letters: "
    end = len(before) + len(text)
    return Example(f"{before}{text}", target, (target, f"{target}."), window=(len(before), end))


@hookimpl
def parse_output(text: str, options: Mapping[str, Any]) -> str | None:
    return text.strip().rstrip(".") or None


@hookimpl
def score(
    predictions: Sequence[Any], references: Sequence[Sequence[Any]], options: Mapping[str, Any]
) -> Mapping[str, float]:
    return weighted_score(predictions, references, options)([1] * len(predictions))


@hookimpl
def score_row(
    prediction: Any, references: Sequence[Any], options: Mapping[str, Any]
) -> Mapping[str, float]:
    return score([prediction], [references], options)


@hookimpl
def weighted_score(
    predictions: Sequence[Any], references: Sequence[Sequence[Any]], options: Mapping[str, Any]
) -> Callable[[Any], Mapping[str, float]]:
    exact = [answer in accepted for answer, accepted in zip(predictions, references, strict=True)]
    sizes = [len(accepted[0]) for accepted in references]

    def weigh(weights: Any) -> Mapping[str, float]:
        rows = list(zip(exact, sizes, weights, strict=True))
        lengths = sum(size * weight for _, size, weight in rows)
        return {
            "exact": float(sum(right * weight for right, _, weight in rows) / sum(row[2] for row in rows)),
            "lengths": float(sum(right * size * weight for right, size, weight in rows) / lengths),
        }

    return weigh


@hookimpl
def score_signatures(
    references: Sequence[Sequence[Any]], options: Mapping[str, Any]
) -> Mapping[str, str]:
    return {"exact": f"exact|references:{len(references[0])}"}
