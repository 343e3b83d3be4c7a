"""`--dry-run` says what the run then does, and writes nothing."""

from __future__ import annotations

from pathlib import Path

import ftkit
from ftkit.finetuning.preview import preview
from ftkit.runs.resolving import resolve_recipe
from support import killed
from support.warm import run_warm_ftkit


def test_what_a_dry_run_counts_is_what_the_run_then_has(tmp_path: Path) -> None:
    recipe = killed.recipe("lora", tmp_path / "run")
    seen = preview(recipe)
    assert not (tmp_path / "run").exists()
    run = ftkit.train(recipe, quiet=True)
    same = (
        "examples",
        "validation_examples",
        "truncated",
        "steps",
        "trainable_parameters",
        "padding_fraction",
    )
    assert {key: seen[key] for key in same} == {key: run.result[key] for key in same}
    assert 0 <= run.result["artifact_bytes"] - seen["artifact_bytes"] < 20_000


def test_targets_are_cut_and_answers_end_at_the_length_that_is_given(tmp_path: Path) -> None:
    recipe = killed.recipe("lora", tmp_path / "run", max_output_tokens=2)
    seen = preview(recipe)
    assert seen["target_tokens"]["max"] == 2
    assert seen["truncated"] == seen["examples"]
    assert resolve_recipe(recipe).generation_options({})["max_output_tokens"] == 2
    assert resolve_recipe(recipe).generation_options({"max_output_tokens": 5})["max_output_tokens"] == 5


def test_a_run_by_the_clock_announces_its_seconds_and_no_steps(tmp_path: Path) -> None:
    chosen = ("--model", "t5", "--method", "lora", "--task", "qa", "--dry-run", "--training.max-seconds", "9")
    ended = run_warm_ftkit("train", *chosen, cwd=tmp_path)
    assert ended.status == 0, ended.err
    assert "padding; 9 s of training\n" in ended.out


def test_the_command_prints_what_a_run_would_do_and_makes_no_folder(tmp_path: Path) -> None:
    chosen = ("--model", "t5", "--method", "adapter", "--task", "qa", "--dry-run")
    ended = run_warm_ftkit("train", *chosen, cwd=tmp_path)
    assert ended.status == 0, ended.err
    for said in (
        "1,800 training examples, 200 for validation",
        "input tokens: min",
        "batches an epoch",
        "artifact",
    ):
        assert said in ended.out
    assert list(tmp_path.iterdir()) == []
