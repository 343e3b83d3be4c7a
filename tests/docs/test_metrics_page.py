"""The figures on the page of metrics are those of the oracles, and its intervals those of the program."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ftkit.data.examples import Formatter
from ftkit.evaluating.scoring import intervals, signatures
from ftkit.registry.registration import create_manager
from ftkit_plugins.tasks import qa, sentiment, translation
from support.oracles import (
    ANSWERERS,
    QA,
    REFERENCE_SETS,
    TRANSLATION,
    TRANSLATORS,
    expected,
    squad_answers,
    wmt22_translations,
)
from support.real_data import needs_real_data

PAGE = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text(encoding="utf-8")


def row_of(*first: str) -> list[str]:
    """What follows these first cells, in the one row of the page that begins with them."""
    start = "| " + " | ".join(first) + " |"
    [row] = [line for line in PAGE.split("\n") if line.startswith(start)]
    return [cell.strip() for cell in row.removeprefix(start).strip("|").split("|")]


def assert_intervals(formatter: Formatter, task: Any, rows: Any, shown: dict[str, str]) -> None:
    found = intervals(formatter, task.describe_task(), *rows)
    for name, interval in shown.items():
        # Another numpy may draw other resamples; that moves the ends by a tenth.
        assert [float(end) for end in interval.split("–")] == pytest.approx(found[name], abs=0.2)


@needs_real_data
@pytest.mark.parametrize("system", ANSWERERS)
def test_the_figures_of_question_answering_are_the_oracles(system: str) -> None:
    exact, exact_interval, f1, f1_interval = row_of(system)
    oracle = expected()["squad"]["selection_validation"][system]
    assert (exact, f1) == (str(oracle["exact_match"]), str(oracle["f1"]))
    shown = {"exact_match": exact_interval, "f1": f1_interval}
    assert_intervals(QA, qa, squad_answers(system), shown)


@needs_real_data
@pytest.mark.parametrize("system", TRANSLATORS)
@pytest.mark.parametrize("sets", REFERENCE_SETS)
def test_the_figures_of_translation_are_the_oracles(system: str, sets: str) -> None:
    bleu, _, chrf, _ = row_of(system, sets)
    oracle = expected()["wmt22_en_de"]["scores"][system]
    assert (bleu, chrf) == (str(oracle[f"bleu-{sets}"]), str(oracle[f"chrf-{sets}"]))


@needs_real_data
@pytest.mark.slow
@pytest.mark.parametrize("system", TRANSLATORS)
@pytest.mark.parametrize("sets", REFERENCE_SETS)
def test_the_intervals_of_translation_are_the_programs(system: str, sets: str) -> None:
    _, bleu, _, chrf = row_of(system, sets)
    assert_intervals(TRANSLATION, translation, wmt22_translations(system, sets), {"bleu": bleu, "chrf": chrf})


@pytest.mark.parametrize("task", [qa, sentiment, translation])
def test_every_metric_is_defined_on_the_page_with_its_signature(task: Any) -> None:
    name = task.__name__.rpartition(".")[2]
    named = signatures(Formatter(create_manager({name: task}), {}), [["a"]])
    for metric in task.describe_task().metrics:
        assert row_of(f"`{name}`", f"`{metric.name}`")
        fixed, version = named[metric.name].split("|version:")
        assert f" {fixed}|version:" in PAGE
        assert version
