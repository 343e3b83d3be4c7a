"""What a comparison compares, from mappings and files, and from options over them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import ftkit
from ftkit.comparing.grid import cells_of
from ftkit.comparing.overrides import overridden
from ftkit.comparing.recipe import ComparisonRecipe, read_comparison

FULL = {
    "model": ["t5", {"name": "bart", "checkpoint": "./weights", "dropout": 0.2}],
    "method": [
        {"name": "lora", "rank": 4, "label": "lora 4"},
        {"name": "lora", "rank": 64, "label": "lora 64"},
    ],
    "task": [{"name": "qa", "data": "squad.json"}, {"name": "sentiment", "data": "imdb.csv"}],
    "seeds": [3, 5],
    "training": {"epochs": 1},
}


def problems_of(content: dict[str, object]) -> tuple[str, ...]:
    with pytest.raises(ftkit.OptionsError) as raised:
        ComparisonRecipe.from_dict(content)
    return raised.value.problems


def test_a_cell_for_each_task_model_method_and_seed_and_each_checkpoint_once_as_it_is() -> None:
    cells = cells_of(ComparisonRecipe.from_dict(FULL))
    assert len(cells) == 2 * 2 * (1 + 2 * 2)
    assert len({cell.name for cell in cells}) == len(cells)
    untuned = [cell for cell in cells if cell.method is None]
    assert {cell.row for cell in untuned} == {
        (task, model, "untuned") for task in ("qa", "sentiment") for model in ("t5", "bart")
    }


def test_cells_of_one_task_read_the_same_rows_whatever_the_seed() -> None:
    cells = [cell for cell in cells_of(ComparisonRecipe.from_dict(FULL)) if cell.task.label == "qa"]
    assert {(cell.recipe.data, cell.recipe.split_seed) for cell in cells} == {("squad.json", 3)}
    assert {cell.recipe.seed for cell in cells} == {3, 5}


def test_options_go_to_the_choice_that_has_them() -> None:
    cells = {cell.name: cell.recipe for cell in cells_of(ComparisonRecipe.from_dict(FULL))}
    one = cells["qa/bart+lora-64+seed5"]
    assert (one.checkpoint, one.options["model"], one.options["method"]) == (
        "./weights",
        {"dropout": 0.2},
        {"rank": 64},
    )
    assert cells["qa/t5+lora-4+seed3"].checkpoint is None


def test_a_recipe_survives_the_way_through_its_own_file(tmp_path: Path) -> None:
    recipe = ComparisonRecipe.from_dict(FULL)
    file = tmp_path / "comparison.yaml"
    file.write_text(yaml.safe_dump({**recipe.as_dict(), "made_with": {"versions": {}}}))
    assert ComparisonRecipe.from_dict(read_comparison(file)) == recipe


def test_names_may_come_as_words_and_seeds_as_a_number() -> None:
    recipe = ComparisonRecipe.from_dict({"model": "t5, bart", "method": "full", "task": "qa", "seeds": "2"})
    assert [each.name for each in recipe.models] == ["t5", "bart"]
    assert recipe.seeds == (0, 1)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    found = problems_of(
        {
            "model": ["t5", "t5"],
            "task": [{"label": "nameless"}],
            "seeds": [1, 1],
            "budget_seconds": -1,
            "metod": "full",
        }
    )
    assert [each.partition(":")[0] for each in found] == [
        "metod",
        "model",
        "method",
        "task",
        "seeds",
        "budget_seconds",
    ]
    assert "'t5' is there twice; give each a label" in found[1]
    assert found[2].startswith(
        "method: say at least one method: --method NAME,NAME, or in a recipe method: [NAME, NAME]; "
        "installed methods: adapter, full, lora"
    )
    assert found[5] == "budget_seconds: it must be a number above 0, not -1"


def test_seeds_are_how_many_or_which() -> None:
    [found] = problems_of({"model": "t5", "method": "full", "task": "qa", "seeds": "x"})
    assert found == "seeds: it must be how many (3) or which (0,1,2), not 'x'"


def test_one_file_is_no_data_for_several_tasks() -> None:
    [found] = problems_of({"model": "t5", "method": "full", "task": "qa,sentiment", "data": "squad.json"})
    assert found.startswith("data: with several tasks each needs its own")


def test_an_option_of_the_command_line_goes_to_every_method_that_has_it() -> None:
    recipe = ComparisonRecipe.from_dict({"model": "t5", "method": "full,lora", "task": "qa"})
    given = overridden(recipe, {"method": {"rank": "2"}, "training": {"epochs": "1"}}, {"t5": "./weights"})
    assert [dict(each.options) for each in given.methods] == [{}, {"rank": "2"}]
    assert given.models[0].where == {"checkpoint": "./weights"}
    assert given.training == {"epochs": "1"}


def test_an_option_that_no_method_has_and_a_checkpoint_of_no_model_are_refused() -> None:
    recipe = ComparisonRecipe.from_dict({"model": "t5", "method": "full,lora", "task": "qa"})
    with pytest.raises(ftkit.OptionsError) as raised:
        overridden(recipe, {"method": {"rink": "2"}}, {"bart": "./weights"})
    first, second = raised.value.problems
    assert first.startswith("method.rink: none of these methods has such an option; they take alpha")
    assert second == "checkpoint: its model must be one of t5, not 'bart'"


@pytest.mark.parametrize(("axis", "name"), [("model", "checkpoint"), ("method", "label"), ("task", "data")])
def test_no_option_takes_the_place_of_what_a_choice_has_beside_its_options(axis: str, name: str) -> None:
    recipe = ComparisonRecipe.from_dict({"model": "t5", "method": "full", "task": "qa"})
    with pytest.raises(ftkit.OptionsError, match=f"{axis}.{name}: a recipe has this beside the options"):
        overridden(recipe, {axis: {name: "x"}}, {})


TRACKED = {
    "model": "t5",
    "method": "full",
    "task": "qa",
    "extensions": ["plain", {"name": "a-b", "file": "x.csv"}],
}


def test_options_of_an_extension_stand_beside_its_name_and_reach_every_cell() -> None:
    recipe = ComparisonRecipe.from_dict(TRACKED)
    assert recipe.as_dict()["extensions"] == TRACKED["extensions"]
    assert ComparisonRecipe.from_dict(recipe.as_dict()) == recipe
    for cell in cells_of(recipe):
        assert cell.recipe.extensions == ("plain", "a-b")
        assert cell.recipe.as_dict()["extensions"] == TRACKED["extensions"]


def test_an_option_of_an_extension_is_given_by_any_spelling_of_its_name() -> None:
    recipe = ComparisonRecipe.from_dict(TRACKED)
    given = overridden(recipe, {"extension.A_B": {"every": "2"}, "extension.plain": {"mark": "!"}}, {})
    assert given.as_dict()["extensions"] == [
        {"name": "plain", "mark": "!"},
        {"name": "a-b", "file": "x.csv", "every": "2"},
    ]
    with pytest.raises(ftkit.OptionsError, match=r"extension\.other: no such extension accompanies"):
        overridden(recipe, {"extension.other": {"x": "1"}}, {})


def test_an_extension_without_a_name_is_told() -> None:
    assert problems_of({**TRACKED, "extensions": [{"file": "x"}]}) == (
        "extensions: {'file': 'x'} lacks a name",
    )
