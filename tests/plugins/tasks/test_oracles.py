"""Scores equal those of published systems, as their publishers' own programs computed them."""

from __future__ import annotations

from typing import Any

import pytest

from ftkit_plugins.tasks import qa, translation
from support.real_data import FOLDER, json_file, lines, needs_real_data

pytestmark = needs_real_data
SYSTEMS = [
    "bert_ensemble",
    "logistic_regression",
    "match_lstm_ensemble",
    "rnet_plus_ensemble",
    "slqa_plus_ensemble",
]
TRANSLATORS = ["JDExploreAcademy", "Online-B", "OpenNMT", "PROMT"]
QUICK = [("A", "JDExploreAcademy"), ("B", "PROMT"), ("all", "OpenNMT")]


def expected() -> Any:
    return json_file("oracles/expected.json")


@pytest.mark.parametrize("system", SYSTEMS)
def test_exact_match_and_f1_equal_the_official_scripts_to_the_last_digit(system: str) -> None:
    answers = json_file(f"oracles/squad/{system}.json")
    rows = qa.expand_record(json_file("squad/validation.json"))
    predictions = [qa.parse_output(answers.get(row["id"], "")) for row in rows]
    references = [[qa.parse_output(answer["text"]) for answer in row["answers"]] for row in rows]
    scores = qa.score(predictions, references)  # type: ignore[arg-type]
    oracle = expected()["squad"]["selection_validation"][system]
    assert scores == {"exact_match": oracle["exact_match"], "f1": oracle["f1"]}


@pytest.mark.parametrize(
    ("system", "sets"),
    [
        # One of each takes seconds; the others repeat them.
        pytest.param(system, sets, marks=[] if (sets, system) in QUICK else [pytest.mark.slow])
        for system in TRANSLATORS
        for sets in ("A", "B", "all")
    ],
)
def test_bleu_and_chrf_equal_the_published_figures(system: str, sets: str) -> None:
    name = "oracles/wmt22_en_de/generaltest2022.en-de"
    output = lines(f"{name}.hyp.{system}.de")
    chosen = [lines(f"{name}.ref.{each}.de") for each in ("AB" if sets == "all" else sets)]
    scores = translation.score(output, list(zip(*chosen, strict=True)))
    oracle = expected()["wmt22_en_de"]["scores"][system]
    assert scores == {"bleu": oracle[f"bleu-{sets}"], "chrf": oracle[f"chrf-{sets}"]}


def test_every_score_stays_in_the_range_that_its_metric_declares() -> None:
    metrics = {
        metric.name: metric for metric in (*qa.describe_task().metrics, *translation.describe_task().metrics)
    }
    for system in expected()["wmt22_en_de"]["scores"].values():
        assert all(value <= metrics[name.split("-")[0]].maximum for name, value in system.items())
    for system in expected()["squad"]["full_dev"].values():
        assert system["f1"] <= metrics["f1"].maximum == 100


def test_the_oracle_files_are_all_there() -> None:
    assert {file.stem for file in (FOLDER / "oracles/squad").iterdir()} == set(SYSTEMS)
