"""Scores equal those of published systems, as their publishers' own programs computed them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from ftkit.data.examples import Formatter
from ftkit.registry.registration import create_manager
from ftkit.scoring import resampled_scores, signatures
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


def from_sacrebleus_command(system: str, references: list[str], resamples: int, seed: int) -> Any:
    """What sacreBLEU's own command prints: score, signature, mean and half width of the interval."""
    folder = FOLDER / "oracles/wmt22_en_de"
    files = [str(folder / f"generaltest2022.en-de.ref.{each}.de") for each in references]
    command = [sys.executable, "-m", "sacrebleu", *files, "-m", "bleu", "chrf", "--format", "json", "-w", "9"]
    command += ["-i", str(folder / f"generaltest2022.en-de.hyp.{system}.de")]
    printed = subprocess.run(
        [*command, "--confidence", "--confidence-n", str(resamples)],
        env={**os.environ, "SACREBLEU_SEED": str(seed)},
        capture_output=True,
        check=True,
    )
    return json.loads(printed.stdout)


@pytest.mark.parametrize("references", [["A"], ["A", "B"]])
def test_signatures_and_resampled_scores_equal_those_of_sacrebleus_command(references: list[str]) -> None:
    name = "oracles/wmt22_en_de/generaltest2022.en-de"
    output = lines(f"{name}.hyp.PROMT.de")
    chosen = list(zip(*(lines(f"{name}.ref.{each}.de") for each in references), strict=True))
    hooks = Formatter(create_manager({"translation": translation}), {})
    drawn = resampled_scores(hooks, translation.describe_task(), output, chosen, resamples=200, seed=7)
    for metric, theirs in zip(
        ("bleu", "chrf"), from_sacrebleus_command("PROMT", references, 200, 7), strict=True
    ):
        signature = re.sub(r"bs:200\|seed:7\|", "", theirs["signature"])
        assert signatures(hooks, chosen)[metric] == f"{theirs['name']}|{signature}"
        # sacreBLEU computes in float32, and cuts a fortieth of the values off at each end.
        values = np.sort(drawn[metric])
        assert values.mean() == pytest.approx(theirs["confidence_mean"], rel=1e-6)
        assert (values[-6] - values[5]) / 2 == pytest.approx(theirs["confidence_var"], rel=1e-4)


def test_signatures_are_those_of_the_published_figures() -> None:
    hooks = Formatter(create_manager({"translation": translation}), {})
    ours = signatures(hooks, [["a"]])
    for metric, published in zip(
        ("bleu", "chrf"), expected()["wmt22_en_de"]["signature"].split(" ; "), strict=True
    ):
        # The published ones begin with the metric's name and a blank, and leave defaults out.
        name, _, parts = published.partition(" ")
        assert ours[metric].lower().startswith(f"{name.lower()}|")
        assert set(parts.split("|")) <= set(ours[metric].split("|"))


def test_sentences_that_weigh_one_each_have_the_published_figures() -> None:
    name = "oracles/wmt22_en_de/generaltest2022.en-de"
    output = lines(f"{name}.hyp.PROMT.de")
    chosen = list(zip(*(lines(f"{name}.ref.{each}.de") for each in "AB"), strict=True))
    scores = translation.weighted_score(output, chosen)(np.ones(len(output), int))
    oracle = expected()["wmt22_en_de"]["scores"]["PROMT"]
    assert scores == {"bleu": oracle["bleu-all"], "chrf": oracle["chrf-all"]}


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
