"""Recipes: read from a file, overridden by the command line, written back, checked as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ftkit import OptionsError, Recipe, RunError
from ftkit.runs.recipe import read_recipe
from ftkit.runs.resolving import resolve_recipe


def written(folder: Path, text: str) -> Path:
    path = folder / "recipe.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_plugins_are_names_or_names_with_options(tmp_path: Path) -> None:
    text = "model: t5-base\nmethod: {name: lora, rank: 16}\ntask: qa\ntraining: {epochs: 2}\nseed: 7\n"
    recipe = read_recipe(written(tmp_path, text))
    assert (recipe.model, recipe.method, recipe.task, recipe.seed) == ("t5-base", "lora", "qa", 7)
    given = {"method": {"rank": 16}, "training": {"epochs": 2}}
    assert recipe.options == {"model": {}, "task": {}, "reading": {}, **given}


def test_the_command_line_overrides_a_recipe_option_by_option(tmp_path: Path) -> None:
    recipe = read_recipe(written(tmp_path, "model: t5\nmethod: {name: lora, rank: 16, alpha: 8}\nseed: 7\n"))
    changed = recipe.overridden({"seed": None, "model": "bart"}, {"method": {"rank": "4"}})
    assert (changed.model, changed.seed) == ("bart", 7)
    assert changed.options["method"] == {"rank": "4", "alpha": 8}


def test_what_is_written_is_read_back_as_it_was(tmp_path: Path) -> None:
    options = {
        "model": {},
        "method": {"rank": 4},
        "task": {"target": "fr"},
        "training": {"epochs": 1.5},
        "reading": {"columns": ["en=english"]},
    }
    recipe = Recipe(
        model="t5", method="lora", task="qa", data="x.json", extensions=("a", "b"), options=options
    )
    assert read_recipe(written(tmp_path, yaml.safe_dump(recipe.as_dict()))) == recipe


def test_a_file_that_isnt_there_is_told_with_the_one_most_like_it(tmp_path: Path) -> None:
    path = written(tmp_path, "model: t5\n")
    with pytest.raises(RunError) as caught:
        read_recipe(tmp_path / "recpe.yaml")
    assert str(caught.value) == f"{tmp_path}/recpe.yaml: No such file or directory; did you mean {path}?"


def test_every_unknown_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(OptionsError) as caught:
        read_recipe(written(tmp_path, "modle: t5\nmethod: lora\nepochs: 3\n"))
    assert len(caught.value.problems) == 2


def test_an_unknown_key_hides_no_wrong_value(tmp_path: Path) -> None:
    with pytest.raises(OptionsError) as caught:
        read_recipe(written(tmp_path, "modle: t5\nseed: 1.5\n"))
    unknown, wrong = (problem.removeprefix(f"{tmp_path}/recipe.yaml: ") for problem in caught.value.problems)
    assert unknown.startswith("modle: a recipe has no such key; it has checkpoint, data, ")
    assert wrong == "seed: it must be a whole number from 0 to 4294967295, not 1.5"


def test_every_value_of_a_wrong_type_is_named(tmp_path: Path) -> None:
    text = "data: [a.csv, b.csv]\nseed: '7'\nsplit_seed: -1\ntraining: fast\nextensions: [{file: x}]\n"
    with pytest.raises(OptionsError) as caught:
        read_recipe(written(tmp_path, text))
    told = [problem.removeprefix(f"{tmp_path}/recipe.yaml: ") for problem in caught.value.problems]
    assert told == [
        "data: it must be text, not ['a.csv', 'b.csv']",
        "seed: it must be a whole number from 0 to 4294967295, not '7'",
        "split_seed: it must be a whole number from 0 to 4294967295, not -1",
        "extensions: it must be a list of names, not (None,)",
        "training: it must be options with their values, not 'fast'",
    ]


def test_one_extension_may_stand_without_a_list(tmp_path: Path) -> None:
    assert read_recipe(written(tmp_path, "extensions: csv-tracker\n")).extensions == ("csv-tracker",)


@pytest.mark.parametrize("seed", [-1, 1 << 32, True, 0.5])
def test_a_seed_that_numpy_does_not_take_is_refused(seed: Any) -> None:
    with pytest.raises(OptionsError, match="seed: it must be a whole number from 0 to 4294967295"):
        Recipe(seed=seed)


@pytest.mark.parametrize(
    "text", ["- a list\n", "model: [unclosed\n", "just words\n", "!!python/object:os.system x\n"]
)
def test_what_is_no_recipe_is_refused_with_one_message(tmp_path: Path, text: str) -> None:
    with pytest.raises(RunError, match=r"recipe\.yaml"):
        read_recipe(written(tmp_path, text))


def test_options_that_make_no_sense_together_are_all_named() -> None:
    together = {"early_stopping": 3, "token_budget": "auto", "batch_size": 8}
    with pytest.raises(OptionsError) as caught:
        resolve_recipe(Recipe(model="t5", method="lora", options={"training": together}))
    assert [problem.partition(":")[0] for problem in caught.value.problems] == [
        "training.early_stopping",
        "training.token_budget",
    ]
