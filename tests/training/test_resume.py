"""A run that is killed goes on and ends bit for bit as if it had not been."""

from __future__ import annotations

import random
import time
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

import ftkit
from ftkit import files
from ftkit.runs import folder as folders
from support import killed, small

CASES = [("t5", "lora"), ("bart", "adapter"), ("flan-t5", "full"), ("bart", "lora"), ("t5", "full")]


@cache
def uninterrupted(backbone: str, method: str) -> tuple[dict[str, Any], float]:
    """What a run leaves that nobody stops, and how many seconds it takes."""
    folder = Path(mkdtemp(dir=small.checkpoint("t5").parent)) / "run"
    start = time.perf_counter()
    assert killed.train(killed.recipe(method, folder, backbone)) == 0
    return killed.traces(folder), time.perf_counter() - start


@pytest.mark.parametrize(
    "moment", [pytest.param(n, marks=pytest.mark.slow if n >= 6 else ()) for n in range(100)]
)
def test_a_run_killed_at_any_moment_ends_as_if_it_had_not_been(moment: int, tmp_path: Path) -> None:
    backbone, method = CASES[moment % len(CASES)]
    expected, seconds = uninterrupted(backbone, method)
    draw = random.Random(moment)
    kills = [draw.uniform(0, seconds) for _ in range(1 + moment % 2)]
    killed.train_to_the_end(killed.recipe(method, tmp_path / "run", backbone), kills)
    assert killed.traces(tmp_path / "run") == expected


@pytest.mark.parametrize("call", [3, 7, 9, 10, 11, 17, 24])
def test_a_run_killed_inside_the_write_of_a_checkpoint_ends_the_same(call: int, tmp_path: Path) -> None:
    expected, _ = uninterrupted("t5", "lora")
    recipe = killed.recipe("lora", tmp_path / "run")

    def killed_while_writing() -> None:
        killed.kill_self_at(call, files, "sync")  # the recipe has had two
        ftkit.train(recipe, quiet=True)

    assert killed.in_child(killed_while_writing) == -9
    assert killed.resume(tmp_path / "run") == 0
    assert killed.traces(tmp_path / "run") == expected


@pytest.mark.parametrize(
    "settings",
    [
        {"max_steps": 4, "schedule": "constant"},
        {"max_steps": 5, "eval_steps": 5},
        {"eval_steps": 1, "early_stopping": 1, "learning_rate": 0.0},
    ],
)
def test_a_run_killed_behind_its_last_step_trains_no_further(
    settings: dict[str, Any], tmp_path: Path
) -> None:
    whole = killed.recipe("lora", tmp_path / "whole", **settings)
    assert killed.train(whole) == 0

    def killed_at_the_end() -> None:
        killed.kill_self_at(1, folders.RunFolder, "write_artifact")
        ftkit.train(killed.recipe("lora", tmp_path / "run", **settings), quiet=True)

    assert killed.in_child(killed_at_the_end) == -9
    assert killed.resume(tmp_path / "run") == 0
    assert killed.traces(tmp_path / "run") == killed.traces(tmp_path / "whole")


@pytest.mark.parametrize("moment", ["write_artifact", "write_json_lines", "write_json"])
def test_a_run_killed_between_training_and_its_result_ends_the_same(moment: str, tmp_path: Path) -> None:
    expected, _ = uninterrupted("t5", "lora")
    recipe = killed.recipe("lora", tmp_path / "run")

    def killed_at_the_end() -> None:
        killed.kill_self_at(1, folders.RunFolder, moment)
        ftkit.train(recipe, quiet=True)

    assert killed.in_child(killed_at_the_end) == -9
    assert killed.resume(tmp_path / "run") == 0
    assert killed.traces(tmp_path / "run") == expected
