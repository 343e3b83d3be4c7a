"""What holds for the metrics of every built-in task, whatever they measure."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ftkit
from ftkit.data.examples import Formatter
from ftkit.evaluating.scoring import intervals, row_scores, signatures
from ftkit.registry.registration import create_manager
from ftkit_plugins.tasks import qa, sentiment, translation

WORDS = ["the", "old", "house", "stands", "by", "a", "river", "."]
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=7).map(" ".join)
ANSWERS: dict[ModuleType, Any] = {qa: TEXTS, sentiment: st.booleans(), translation: TEXTS}
TASKS = pytest.mark.parametrize("task", ANSWERS, ids=lambda task: task.__name__.rpartition(".")[2])


def formatter(task: ModuleType) -> Formatter:
    options = {option.name: option.default for option in task.describe_task().options}
    return Formatter(create_manager({"task": task}), options)


def score(task: ModuleType, rows: list[tuple[Any, list[Any]]]) -> Any:
    predictions, references = zip(*rows, strict=True)
    return task.score(predictions, references)


def rows_of(task: ModuleType) -> Any:
    """Rows of a prediction, or None, with one to three references."""
    answers = ANSWERS[task]
    row = st.tuples(st.none() | answers, st.lists(answers, min_size=1, max_size=3))
    return st.lists(row, min_size=1, max_size=6)


@TASKS
@given(data=st.data())
def test_a_metric_that_says_so_is_the_mean_of_its_values_on_rows(task: ModuleType, data: Any) -> None:
    rows = data.draw(rows_of(task))
    alone = row_scores(formatter(task), *zip(*rows, strict=True))
    for metric in task.describe_task().metrics:
        mean = sum(each[metric.name] for each in alone) / len(rows)
        assert metric.minimum <= mean <= (metric.maximum or mean) + 1e-9
        if metric.mean_of_rows:
            assert score(task, rows)[metric.name] == pytest.approx(mean)


def test_the_metrics_of_a_whole_corpus_are_these() -> None:
    named = {m.name for task in ANSWERS for m in task.describe_task().metrics if not m.mean_of_rows}
    assert named == {"macro_f1", "bleu", "chrf"}


@pytest.mark.parametrize("task", [sentiment, translation])
@given(data=st.data())
def test_weights_score_as_rows_that_stand_so_often(task: ModuleType, data: Any) -> None:
    rows = data.draw(rows_of(task))
    weights = data.draw(st.lists(st.integers(0, 3), min_size=len(rows), max_size=len(rows)).filter(any))
    repeated = [row for row, weight in zip(rows, weights, strict=True) for _ in range(weight)]
    weighted = task.weighted_score(*zip(*rows, strict=True))
    assert weighted(np.array(weights)) == score(task, repeated)


@TASKS
@given(data=st.data())
def test_the_order_of_rows_changes_no_metric(task: ModuleType, data: Any) -> None:
    rows = data.draw(rows_of(task))
    assert score(task, data.draw(st.permutations(rows))) == pytest.approx(score(task, rows))


@TASKS
@given(data=st.data())
def test_no_answer_scores_nothing(task: ModuleType, data: Any) -> None:
    references = [references for _, references in data.draw(rows_of(task))]
    assert set(score(task, [(None, each) for each in references]).values()) == {0}
    alone = row_scores(formatter(task), [None] * len(references), references)
    assert {value for each in alone for value in each.values()} == {0}


@TASKS
@given(data=st.data())
def test_every_metric_has_an_interval_in_its_range_and_a_signature_with_a_version(
    task: ModuleType, data: Any
) -> None:
    predictions, references = zip(*data.draw(rows_of(task)), strict=True)
    info = task.describe_task()
    found = intervals(formatter(task), info, predictions, references, resamples=10)
    named = signatures(formatter(task), references)
    assert list(found) == [metric.name for metric in info.metrics]
    assert set(named) == set(found)
    for metric in info.metrics:
        low, high = found[metric.name]
        assert metric.minimum <= low <= high <= (metric.maximum or high) + 1e-9
        assert "|version:" in named[metric.name]


@pytest.mark.parametrize(
    ("references", "count"), [([["a"], ["b"]], "1"), ([["a", "b"]], "2"), ([["a"], ["b", "c"]], "var")]
)
def test_a_signature_says_how_many_references_there_are(references: Any, count: str) -> None:
    for task in (qa, translation):
        assert all(f"|nrefs:{count}|" in each for each in signatures(formatter(task), references).values())


def test_signatures_of_question_answering_and_sentiment_read_so() -> None:
    version = f"version:ftkit-{ftkit.__version__}"
    squad = f"SQuAD-v1.1|nrefs:1|best:max|case:lc|punct:no|articles:no|{version}"
    assert qa.score_signatures([["a"]]) == {"f1": squad, "exact_match": squad}
    assert sentiment.score_signatures() == {
        "accuracy": f"accuracy|null:wrong|{version}",
        "macro_f1": f"macro-F1|classes:occurring|null:no-class|{version}",
    }


def test_a_short_sentence_that_is_right_scores_a_hundred_alone() -> None:
    """As a corpus it has no 4-grams, and BLEU 0."""
    assert translation.score(["Ja."], [["Ja."]])["bleu"] == 0
    [alone] = row_scores(formatter(translation), ["Ja."], [["Ja."]])
    assert alone == {"bleu": pytest.approx(100), "chrf": pytest.approx(100)}
