"""Runs that are limited by time, evaluated at even distances, and that say what their memory was for."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import get_scheduler

import ftkit
from ftkit.evaluating import evaluation
from ftkit.precision import held_in_bfloat16
from ftkit.runs.resolving import resolve_recipe
from ftkit.runs.rows import read_data
from ftkit.training.clock import Clock
from ftkit.training.footprint import Footprint
from ftkit.training.meter import Meter
from support import killed, small


def train(folder: Path, method: str = "lora", **settings: Any) -> tuple[Any, list[dict[str, Any]]]:
    """A run's result, and the lines of its metrics."""
    wanted = {"accumulation": 1, "save_steps": None, "remove_checkpoints": True, **settings}
    run = ftkit.train(killed.recipe(method, folder, **wanted), quiet=True)
    return run.result, [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def test_evaluations_stand_at_even_distances_and_the_last_at_the_end(tmp_path: Path) -> None:
    result, lines = train(tmp_path / "run", max_steps=10, evaluations=4)
    steps = [line["step"] for line in lines if "evaluation" in line]
    assert steps == [3, 5, 8, 10]
    assert result["steps"] == 10


def test_evaluations_are_no_training_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    evaluate = evaluation.evaluate_examples

    def slowly(*arguments: Any, **known: Any) -> Any:
        time.sleep(1)
        return evaluate(*arguments, **known)

    monkeypatch.setattr(evaluation, "evaluate_examples", slowly)
    began = time.perf_counter()
    result, lines = train(tmp_path / "run", max_steps=4, evaluations=2)
    took = time.perf_counter() - began
    assert result["train_seconds"] <= took - 2 * 1
    assert [line["seconds"] for line in lines] == sorted(line["seconds"] for line in lines)


def test_a_budget_of_seconds_decides_in_place_of_the_epochs_and_of_the_schedule(tmp_path: Path) -> None:
    settings = {"max_seconds": 3.0, "evaluations": 2, "log_steps": 1, "learning_rate": 0.01}
    result, lines = train(tmp_path / "run", epochs=0.1, **settings)
    assert result["train_seconds"] >= 3.0
    assert result["steps"] > 1  # a tenth of an epoch is one
    # A schedule by steps would warm up over a twentieth of a hundred thousand epochs.
    assert max(line["learning_rate"] for line in lines if "loss" in line) > 0.001
    assert sum("evaluation" in line for line in lines) == 2


@pytest.mark.parametrize(
    ("used", "share", "run_out"),
    [(0.0, 0.0, False), (2.5, 0.25, False), (10.0, 1.0, True), (99.0, 1.0, True)],
)
def test_a_clock_says_which_share_is_used_up(used: float, share: float, *, run_out: bool) -> None:
    meter = Meter(seconds_before=used)
    with meter.stopped():
        clock = Clock(meter, 10.0)
        assert clock.share == pytest.approx(share, abs=1e-3)
        assert clock.run_out is run_out
        assert Clock(meter, None).run_out is False


def test_a_schedule_by_the_clock_has_the_shape_of_the_one_by_steps() -> None:
    def create(steps: int) -> Any:
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
        return get_scheduler("cosine", optimizer, num_warmup_steps=int(0.1 * steps), num_training_steps=steps)

    by_steps = create(1000).lr_lambdas[0]
    for used in (0.0, 0.5, 3.0, 7.5, 10.0):
        meter = Meter(seconds_before=used)
        with meter.stopped():
            [by_time] = Clock(meter, 10.0).schedule(create, steps=7).lr_lambdas
            assert by_time(123) == pytest.approx(by_steps(int(used * 100)), abs=2e-3)


@pytest.mark.parametrize(("method", "bytes_each"), [("full", 4), ("lora", 4)])
def test_a_run_counts_what_it_holds(method: str, bytes_each: int, tmp_path: Path) -> None:
    result, _ = train(tmp_path / "run", method, max_steps=2)
    memory, trained = result["memory"], result["trainable_parameters"]
    loaded = small.load("t5", method, **({"method_options": {"rank": 2}} if method == "lora" else {}))
    expected = sum(each.nbytes for each in (*loaded.model.parameters(), *loaded.model.buffers()))
    assert memory["weights"] == expected
    assert memory["gradients"] == trained * bytes_each
    assert memory["optimizer"] >= 2 * trained * bytes_each  # two moments, and a step count for each tensor
    assert memory["optimizer"] < 2 * trained * bytes_each + 8 * 500
    known = memory["weights"] + memory["gradients"] + memory["optimizer"]
    assert memory["activations"] == max(memory["peak"] - known, 0)
    assert 0 <= memory["average"] <= memory["peak"]
    assert memory["before"] > 0


def test_the_peak_is_that_of_the_training_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    held = {"now": 10_000}  # loading
    looks: list[int] = []

    def held_memory() -> int:
        looks.append(held["now"])
        return looks[-1]

    def wait_for_looks() -> None:
        before = len(looks)
        while len(looks) < before + 3:
            time.sleep(0.01)

    monkeypatch.setattr("ftkit.training.footprint.held_memory", held_memory)
    meter, model = Meter(), torch.nn.Linear(2, 2, bias=False)  # 16 bytes
    held["now"] = 116
    footprint = Footprint(meter, model)
    with footprint.watched():
        held["now"] = 500
        wait_for_looks()
        with meter.stopped():
            held["now"] = 9_000  # an evaluation
            time.sleep(0.1)
            held["now"] = 300
        wait_for_looks()
    figures = footprint.figures
    assert (figures["before"], figures["weights"], figures["peak"]) == (100, 16, 400)
    assert 200 < figures["average"] < 400


def test_frozen_weights_and_their_copies_in_bfloat16_are_weights_both() -> None:
    model = torch.nn.Linear(8, 8, bias=False).requires_grad_(requires_grad=False)  # 256 bytes
    footprint = Footprint(Meter(), model)
    with held_in_bfloat16(model, trained=False):
        footprint.on_train_begin(model=model)
        assert footprint.figures["weights"] == 256 + 128


def test_the_split_can_have_a_seed_of_its_own(tmp_path: Path) -> None:
    recipe = replace(killed.recipe("lora", tmp_path / "run"), validation_data=None)
    shares = [
        list(read_data(resolve_recipe(replace(recipe, seed=seed, split_seed=split))).validation)
        for seed, split in ((1, 7), (2, 7), (7, None), (2, None))
    ]
    assert shares[0] == shares[1] == shares[2]
    assert shares[3] != shares[0]
