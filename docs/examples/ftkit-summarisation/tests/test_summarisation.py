"""Summarisation has every property of a task; its figures are those of the definition."""

from __future__ import annotations

from pathlib import Path

import pytest
from ftkit import RowError
from ftkit.testing import conformance_tests

import ftkit_summarisation as task
from ftkit_summarisation.make_sample import main

OPTIONS = {"prefix": "summarize:", "stemmer": True}

test_conformance = conformance_tests("ftkit-summarisation:task:summarisation")


def test_figures_are_harmonic_means_of_shares_that_can_be_counted_by_hand() -> None:
    # 2 of 3 words of the answer, 2 of 4 of the reference; 1 of 2 pairs, 1 of 3; in order: 2 words.
    found = task.score(["the cat sat"], [["the cat was here"]], OPTIONS)
    assert found == pytest.approx(
        {"rouge1": 100 * 2 / (3 / 2 + 4 / 2), "rouge2": 100 * 2 / (2 / 1 + 3 / 1), "rougeL": 100 * 4 / 7}
    )


def test_the_longest_common_subsequence_keeps_the_order_of_words() -> None:
    found = task.score(["b a"], [["a b"]], OPTIONS)
    assert found == pytest.approx({"rouge1": 100.0, "rouge2": 0.0, "rougeL": 50.0})


@pytest.mark.parametrize(("stemmer", "rouge1"), [(True, 100.0), (False, 0.0)])
def test_the_stemmer_is_an_option(*, stemmer: bool, rouge1: float) -> None:
    found = task.score(["dancing"], [["danced"]], {**OPTIONS, "stemmer": stemmer})
    assert found["rouge1"] == pytest.approx(rouge1)
    assert ("|stems|" in task.score_signatures({"stemmer": stemmer})["rouge1"]) is stemmer


def test_of_several_summaries_the_one_that_fits_best_counts_and_rows_are_averaged() -> None:
    found = task.score(["a b c", None], [["x y z", "a b c"], ["a b c"]], OPTIONS)
    assert found == pytest.approx(dict.fromkeys(task.METRICS, 50.0))


def test_several_summaries_are_references_and_the_first_is_the_target() -> None:
    example = task.format_example({"document": " D. ", "summary": ["one", "two"]}, OPTIONS)
    assert (example.input, example.target, example.references) == ("summarize: D.", "one", ("one", "two"))


@pytest.mark.parametrize("row", [{}, {"document": ""}, {"document": 1}, {"document": "d", "summary": [""]}])
def test_rows_that_lack_a_text_are_refused(row: dict[str, object]) -> None:
    with pytest.raises(RowError, match="document|summary"):
        task.format_example(row, OPTIONS)


def test_the_script_makes_the_rows_that_are_shipped(tmp_path: Path) -> None:
    main(tmp_path)
    for name in ("train.jsonl", "validation.jsonl"):
        assert (tmp_path / name).read_bytes() == (task.SAMPLE / name).read_bytes()
