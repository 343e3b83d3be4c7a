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

from ftkit.evaluating.scoring import resampled_scores, signatures
from ftkit_plugins.tasks import qa, translation
from support.oracles import (
    ANSWERERS,
    QA,
    REFERENCE_SETS,
    TRANSLATION,
    TRANSLATORS,
    expected,
    output_file,
    reference_files,
    score,
    squad_answers,
    wmt22_translations,
)
from support.real_data import FOLDER, needs_real_data

pytestmark = needs_real_data
QUICK = [("A", "JDExploreAcademy"), ("B", "PROMT"), ("all", "OpenNMT")]


@pytest.mark.parametrize("system", ANSWERERS)
def test_exact_match_and_f1_equal_the_official_scripts_to_the_last_digit(system: str) -> None:
    oracle = expected()["squad"]["selection_validation"][system]
    scores = score(QA, *squad_answers(system))
    assert scores == {"exact_match": oracle["exact_match"], "f1": oracle["f1"]}


@pytest.mark.parametrize(
    ("system", "sets"),
    [
        # One of each takes seconds; the others repeat them.
        pytest.param(system, sets, marks=[] if (sets, system) in QUICK else [pytest.mark.slow])
        for system in TRANSLATORS
        for sets in REFERENCE_SETS
    ],
)
def test_bleu_and_chrf_equal_the_published_figures(system: str, sets: str) -> None:
    oracle = expected()["wmt22_en_de"]["scores"][system]
    scores = score(TRANSLATION, *wmt22_translations(system, sets))
    assert scores == {"bleu": oracle[f"bleu-{sets}"], "chrf": oracle[f"chrf-{sets}"]}


def test_sentences_that_weigh_one_each_have_the_published_figures() -> None:
    predictions, references = wmt22_translations("PROMT", "all")
    scores = translation.weighted_score(predictions, references)(np.ones(len(predictions), int))
    oracle = expected()["wmt22_en_de"]["scores"]["PROMT"]
    assert scores == {"bleu": oracle["bleu-all"], "chrf": oracle["chrf-all"]}


def from_sacrebleus_command(system: str, sets: str, resamples: int, seed: int) -> Any:
    """What sacreBLEU's own command prints: signature, mean and half width of the interval."""
    files = [str(FOLDER / file) for file in reference_files(sets)]
    command = [sys.executable, "-m", "sacrebleu", *files, "-i", str(FOLDER / output_file(system))]
    command += ["-m", "bleu", "chrf", "--format", "json", "-w", "9"]
    printed = subprocess.run(
        [*command, "--confidence", "--confidence-n", str(resamples)],
        env={**os.environ, "SACREBLEU_SEED": str(seed)},
        capture_output=True,
        check=True,
    )
    return json.loads(printed.stdout)


@pytest.mark.parametrize("sets", ["A", pytest.param("all", marks=pytest.mark.slow)])
def test_signatures_and_resampled_scores_equal_those_of_sacrebleus_command(sets: str) -> None:
    predictions, references = wmt22_translations("PROMT", sets)
    info = translation.describe_task()
    drawn = resampled_scores(TRANSLATION, info, predictions, references, resamples=200, seed=7)
    command = from_sacrebleus_command("PROMT", sets, 200, 7)
    for metric, theirs in zip(("bleu", "chrf"), command, strict=True):
        signature = re.sub(r"bs:200\|seed:7\|", "", theirs["signature"])
        assert signatures(TRANSLATION, references)[metric] == f"{theirs['name']}|{signature}"
        # sacreBLEU computes in float32, and cuts a fortieth of the values off at each end.
        values = np.sort(drawn[metric])
        assert values.mean() == pytest.approx(theirs["confidence_mean"], rel=1e-6)
        assert (values[-6] - values[5]) / 2 == pytest.approx(theirs["confidence_var"], rel=1e-4)


def test_signatures_are_those_of_the_published_figures() -> None:
    ours = signatures(TRANSLATION, [["a"]])
    published = expected()["wmt22_en_de"]["signature"].split(" ; ")
    for metric, signature in zip(("bleu", "chrf"), published, strict=True):
        # The published ones begin with the metric's name and a blank, and leave some parts out.
        name, _, parts = signature.partition(" ")
        assert ours[metric].lower().startswith(f"{name.lower()}|")
        assert set(parts.split("|")) <= set(ours[metric].split("|"))


def test_every_score_stays_in_the_range_that_its_metric_declares() -> None:
    metrics = {
        metric.name: metric for metric in (*qa.describe_task().metrics, *translation.describe_task().metrics)
    }
    for system in expected()["wmt22_en_de"]["scores"].values():
        assert all(value <= metrics[name.split("-")[0]].maximum for name, value in system.items())
    for system in expected()["squad"]["full_dev"].values():
        assert system["f1"] <= metrics["f1"].maximum == 100


def test_the_oracle_files_are_all_there() -> None:
    assert {file.stem for file in (FOLDER / "oracles/squad").iterdir()} == set(ANSWERERS)
    assert all((FOLDER / output_file(system)).is_file() for system in TRANSLATORS)
