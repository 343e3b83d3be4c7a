"""`--training.token-budget auto`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import ftkit
from ftkit.runs.recipe import read_recipe
from ftkit.runs.resolving import resolve_recipe
from support import killed


def recipe(folder: Path, **training: Any) -> ftkit.Recipe:
    return killed.recipe("lora", folder, token_budget="auto", epochs=1, **training)


def found(tokens: int | None) -> Any:
    return SimpleNamespace(auto_token_budget=tokens, available_memory_bytes=10**9, memory_limit="container")


def test_a_run_records_the_number_that_was_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[ftkit.Recipe] = []
    monkeypatch.setattr("ftkit.planning.auto.plan", lambda wanted: asked.append(wanted) or found(611))
    run = ftkit.train(recipe(tmp_path / "run"), quiet=True)
    assert len(asked) == 1
    recorded = read_recipe(run.folder / "recipe.yaml")
    assert recorded.options["training"]["token_budget"] == 611
    monkeypatch.setattr("ftkit.planning.auto.plan", lambda _: pytest.fail("planned again"))
    same = replace(recorded, output=str(tmp_path / "again"))
    assert ftkit.train(same, quiet=True).result["steps"] == run.result["steps"]


def test_where_nothing_fits_the_error_says_what_to_lower(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ftkit.planning.auto.plan", lambda _: found(None))
    with pytest.raises(ftkit.RunError, match=r"1\.0 GB that the container has free: lower"):
        ftkit.train(recipe(tmp_path / "run"), quiet=True)
    assert not (tmp_path / "run").exists()


def test_auto_means_nothing_beside_a_batch_size(tmp_path: Path) -> None:
    with pytest.raises(ftkit.OptionsError, match="auto means nothing beside training"):
        resolve_recipe(recipe(tmp_path / "run", batch_size=4))


@pytest.mark.parametrize("typed", ["auto", "AUTO", " auto "])
def test_the_word_is_known_however_it_is_written(tmp_path: Path, typed: str) -> None:
    wanted = killed.recipe("lora", tmp_path / "run", token_budget=typed)
    assert resolve_recipe(wanted).settings["token_budget"] == "auto"


def test_another_word_is_no_number(tmp_path: Path) -> None:
    with pytest.raises(ftkit.OptionsError, match="it must be a whole number or auto, not 'automatic'"):
        resolve_recipe(killed.recipe("lora", tmp_path / "run", token_budget="automatic"))


@pytest.mark.slow
def test_a_run_finds_its_budget_itself(tmp_path: Path) -> None:
    run = ftkit.train(recipe(tmp_path / "run"), quiet=True)
    assert read_recipe(run.folder / "recipe.yaml").options["training"]["token_budget"] == 3072
