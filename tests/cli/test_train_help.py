"""`ftkit train --help`, and that of evaluate, go on with the options of the plugins that are selected."""

from __future__ import annotations

from pathlib import Path

import pytest

from ftkit.runs.settings import SETTINGS
from support.program import run_ftkit


def test_help_lists_the_options_of_the_selected_plugins() -> None:
    shown = run_ftkit("train", "--method=lora", "--task", "translation", "--help")
    assert shown.status == 0
    for said in (
        "Options of method lora:",
        "--method.use-dora <bool>",
        "--task.target ",
        "--model.NAME",
    ):
        assert said in shown.out


def test_help_of_an_evaluation_lists_the_options_of_the_plugins_that_are_named() -> None:
    shown = run_ftkit("evaluate", "t5-tiny", "--task", "translation", "--help").out
    assert "--task.target " in shown
    assert "--generation.num-beams " in shown
    assert "Options of training" not in shown


def test_help_of_a_plan_for_several_plugins_says_where_their_options_are_listed() -> None:
    shown = run_ftkit("plan", "--model", "t5,bart", "--method=full,lora", "--task", "translation", "--help")
    assert shown.status == 0, shown.err
    words = " ".join(shown.out.split())
    assert "Options of model t5,bart: --model.NAME ftkit show lists those of a model" in words
    assert "Options of method full,lora: --method.NAME ftkit show lists those of a method" in words
    assert "--task.target " in words


def test_help_lists_every_training_option_with_its_default() -> None:
    shown = run_ftkit("train", "--help")
    for option in SETTINGS:
        assert f"--training.{option.name.replace('_', '-')} " in shown.out
    assert "[default: 512]" in " ".join(shown.out.split())


def test_help_knows_the_plugins_of_a_recipe_and_what_overrides_them(tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text("model: bart\nmethod: {name: adapter, reduction_factor: 4}\n")
    shown = run_ftkit("train", str(recipe), "--model", "t5", "--help")
    assert "Options of model t5:" in shown.out
    assert "--method.reduction-factor" in shown.out


@pytest.mark.parametrize("place", ["before", "after"])
def test_help_says_which_name_nobody_knows(place: str) -> None:
    words = ["--help", "--method", "lor"] if place == "before" else ["--method", "lor", "--help"]
    shown = run_ftkit("train", *words)
    assert shown.status == 2
    assert "did you mean lora?" in shown.err
