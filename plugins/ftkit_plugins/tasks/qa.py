"""Answer a question from a passage.

    row     {"question": "Where is the Main Building?", "context": "The Main Building stands in Notre Dame.",
             "answers": {"text": ["Notre Dame"], "answer_start": [28]}}
    input   question: Where is the Main Building? context: The Main Building stands in Notre Dame.
    target  Notre Dame

Rows are SQuAD's (Rajpurkar et al., 2016, https://arxiv.org/abs/1606.05250): nested as in its files or flat as
on the hub, with several answers, one, or none (for prediction).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ftkit import Column, Example, Metric, RowError, Sample, TaskInfo, hookimpl
from ftkit_plugins.rows import checked_text, demand_pairs, demand_whole, sample_files, text_of
from ftkit_plugins.squad import squad_rows, squad_scores, squad_signature


@hookimpl
def describe_task() -> TaskInfo:
    """Describe question answering."""
    return TaskInfo(
        columns=(
            Column("question", "the question"),
            Column("context", "the passage that holds the answer"),
            Column("answers", "right answers: {'text': [...]}, [{'text': ...}], or texts", required=False),
            Column("answer", "the right answer, where there is one only", required=False),
        ),
        metrics=(
            Metric("f1", "SQuAD v1.1's F1 over words, in percent", maximum=100, mean_of_rows=True),
            Metric("exact_match", "SQuAD v1.1's exact match, in percent", maximum=100, mean_of_rows=True),
        ),
        max_output_tokens=64,
        sample=Sample(*sample_files("qa", "json")),
        citation="Rajpurkar et al., 2016, arXiv:1606.05250",
    )


@hookimpl
def expand_record(record: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Take a SQuAD file, article or paragraph apart into questions."""
    demand_whole(record)
    return list(squad_rows(record))


@hookimpl
def format_example(row: Mapping[str, Any]) -> Example:
    """Write `question: … context: …` and the first of the right answers."""
    question, context = text_of(row, "question"), text_of(row, "context")
    answers = tuple(dict.fromkeys(_answers(row, context)))
    before = f"question: {question} context: "
    return Example(
        input=f"{before}{context}",
        target=answers[0] if answers else None,
        references=answers,
        window=(len(before), len(before) + len(context)),
    )


@hookimpl
def parse_output(text: str) -> str | None:
    """Take the whole text as the answer; none where it is blank."""
    return text.strip() or None


@hookimpl
def score(predictions: Sequence[str | None], references: Sequence[Sequence[str]]) -> dict[str, float]:
    """Compare as SQuAD v1.1's official script does; no answer scores 0."""
    demand_pairs(predictions, references)
    return squad_scores(predictions, references)


@hookimpl
def score_signatures(references: Sequence[Sequence[str]]) -> Mapping[str, str]:
    """SQuAD v1.1's way of comparing, for both metrics."""
    return dict.fromkeys(("f1", "exact_match"), squad_signature(references))


def _answers(row: Mapping[str, Any], context: str) -> Iterator[str]:
    """The right answers in any of the forms they come in.

    Raises:
        RowError: They have none of the forms, or one with a position doesn't occur in the context.
    """
    column = "answer" if row.get("answers") is None else "answers"
    for value, positioned in _given_answers(row.get(column), column):
        answer = checked_text(value, column)
        if positioned and answer.strip() not in context:
            raise RowError(f"the answer {answer!r} has a position in the context but does not occur there")
        yield answer


def _given_answers(given: Any, column: str) -> Iterator[tuple[Any, bool]]:
    """Each answer, and whether the row says where in the context it stands."""
    if given is None:
        return
    if isinstance(given, Mapping) and isinstance(given.get("text"), (list, tuple)):
        yield from ((text, "answer_start" in given) for text in given["text"])
    elif isinstance(given, (list, tuple)):
        for each in given:
            if isinstance(each, Mapping):
                yield each.get("text"), "answer_start" in each
            else:
                yield each, False
    elif isinstance(given, str):
        yield given, False
    else:
        raise RowError(f"{column!r} is neither {{'text': [...]}} nor a list nor text: {given!r:.80}")
