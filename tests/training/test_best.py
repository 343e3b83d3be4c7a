"""Evaluation on the way: the best weights by the task's metric are what a run ends with."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

import ftkit
from ftkit.descriptions import Metric
from ftkit.evaluating import evaluation
from ftkit.evaluating.evaluation import evaluate_examples
from ftkit.training.best import BestWeights
from support import killed, small


def evaluations(folder: Path) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return [line for line in lines if "evaluation" in line]


@pytest.mark.parametrize(("higher", "kept"), [(True, 20), (False, 10)])
def test_weights_are_kept_only_where_the_metric_has_never_been_better(
    higher: bool,  # noqa: FBT001
    kept: int,
    tmp_path: Path,
) -> None:
    model = small.load("t5", "lora").model
    best = BestWeights(tmp_path, Metric("score", "a figure", higher_is_better=higher))
    before = {name: each.detach().clone() for name, each in small.trainable(model).items()}
    for step, score in [(10, 0.3), (20, 0.5), (30, 0.5), (40, 0.4)]:
        if step == kept:
            before = {name: each.detach().clone() for name, each in small.trainable(model).items()}
        assert best.consider(step, {"score": score}, model) is (step in {10, 20} and step <= kept)
        small.train(model, small.load("t5").tokenizer, steps=1)
    assert best.step == kept
    best.restore(model)
    for name, tensor in small.trainable(model).items():
        assert tensor.equal(before[name])


def test_a_metric_that_is_not_a_number_is_never_the_best(tmp_path: Path) -> None:
    model = small.load("t5", "lora").model
    best = BestWeights(tmp_path, Metric("score", "a figure"))
    for step, score in [(10, math.nan), (20, 0.5), (30, math.nan), (40, 0.4)]:
        best.consider(step, {"score": score}, model)
    assert (best.step, best.score) == (20, 0.5)


def test_a_run_ends_with_its_best_weights_and_says_which_step_they_are_of(tmp_path: Path) -> None:
    run = ftkit.train(killed.recipe("full", tmp_path / "run", eval_steps=2, learning_rate=0.02), quiet=True)
    seen = evaluations(run.folder)
    assert [line["step"] for line in seen] == list(range(2, run.result["steps"] + 1, 2))
    scores = {line["step"]: line["evaluation"]["accuracy"] for line in seen}
    assert run.result["best_step"] == max(scores, key=lambda step: (scores[step], -step))
    assert run.result["metrics"]["accuracy"] == max(scores.values())


def test_no_step_is_evaluated_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def counted(*known: Any, **named: Any) -> Any:
        made.append(1)
        return evaluate_examples(*known, **named)

    monkeypatch.setattr(evaluation, "evaluate_examples", counted)
    run = ftkit.train(killed.recipe("lora", tmp_path / "run", eval_steps=2), quiet=True)
    assert len(made) == len(evaluations(run.folder)) == run.result["steps"] // 2
    assert run.result["metrics"] == ftkit.evaluate(run.folder).result["metrics"]


def test_a_run_stops_early_once_the_metric_no_longer_improves(tmp_path: Path) -> None:
    settings = {"eval_steps": 1, "early_stopping": 3, "learning_rate": 0.0}
    run = ftkit.train(killed.recipe("lora", tmp_path / "run", **settings), quiet=True)
    assert (run.result["best_step"], run.result["steps"]) == (1, 4)


def test_early_stopping_counts_evaluations_at_even_distances_too(tmp_path: Path) -> None:
    settings = {"max_steps": 12, "evaluations": 6, "early_stopping": 2, "learning_rate": 0.0}
    run = ftkit.train(killed.recipe("lora", tmp_path / "run", **settings), quiet=True)
    assert (run.result["best_step"], run.result["steps"]) == (2, 6)


def test_early_stopping_without_evaluations_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ftkit.OptionsError, match="nothing to judge by"):
        ftkit.train(killed.recipe("lora", tmp_path / "run", early_stopping=3), quiet=True)
    assert not (tmp_path / "run").exists()


def test_a_killed_run_that_evaluates_on_the_way_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    settings = {"eval_steps": 1, "early_stopping": 4, "learning_rate": 0.02}
    assert killed.train(killed.recipe("full", tmp_path / "whole", **settings)) == 0
    wanted = killed.recipe("full", tmp_path / "run", **settings)

    def killed_in_an_evaluation() -> None:
        killed.kill_self_at(4, BestWeights, "consider")
        ftkit.train(wanted, quiet=True)

    assert killed.in_child(killed_in_an_evaluation) == -9
    assert killed.resume(tmp_path / "run") == 0
    assert killed.traces(tmp_path / "run") == killed.traces(tmp_path / "whole")
