"""Options of an extension reach its hooks, from the command line, a recipe and a finished run."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import ftkit
from ftkit import OptionsError, Recipe
from ftkit.cli.words import pairs_of, parted
from ftkit.data.fingerprint import code_identity
from ftkit.runs.recipe import read_recipe
from ftkit.runs.resolving import resolve_recipe
from support import small
from support.program import run_ftkit
from support.wheels import PluginDistribution, unpack

MARK = '''"""Put a mark before each input, and write down what each hook was given."""
import json

from ftkit import Example, ExtensionInfo, Option, hookimpl

SEEN, KEPT = [], {}


@hookimpl
def describe_extension():
    return ExtensionInfo(options=(
        Option("text", "str", "mark", "what stands before each input"),
        Option("times", "int", 1, "how often", minimum=1),
    ))


@hookimpl
def extension_selected(options):
    KEPT.update(options)
    SEEN.append(["selected", dict(options)])


@hookimpl
def run_started(options):
    SEEN.append(["started", dict(options)])


@hookimpl
def trainer_arguments(options):
    SEEN.append(["arguments", dict(options)])
    return {}


@hookimpl
def trainer_callbacks(options):
    SEEN.append(["callbacks", dict(options)])
    return []


@hookimpl(wrapper=True)
def format_example():
    example = yield
    mark = " ".join([KEPT["text"]] * KEPT["times"])
    return Example(f"{mark} {example.input}", example.target, example.references)


@hookimpl
def run_evaluated(options):
    SEEN.append(["evaluated", dict(options)])


@hookimpl
def run_finished(directory, options):
    SEEN.append(["finished", dict(options)])
    (directory / "seen.json").write_text(json.dumps(SEEN))
'''


def mark(name: str = "mark-it") -> PluginDistribution:
    module = name.replace("-", "_")
    return PluginDistribution(name, f"[ftkit.extensions]\n{name} = {module}\n", {f"{module}.py": MARK})


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpack([mark()], tmp_path_factory.mktemp("plugins"))


def test_options_given_for_an_extension_reach_every_hook_and_its_wrappers_and_come_back(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(site)
    folder = tmp_path / "run"
    given = {"text": "look", "times": 2}
    options = {"training": {"max_steps": 1}, "extension.Mark_It": {"text": "look", "times": "2"}}
    names = {"model": "t5", "checkpoint": str(small.checkpoint("t5")), "method": "lora", "task": "sentiment"}
    ftkit.train(
        Recipe(**names, extensions=("Mark_It",), options=options, output=str(folder), device="cpu"),
        quiet=True,
    )
    hooks = ["selected", "started", "arguments", "callbacks", "evaluated", "finished"]
    assert json.loads((folder / "seen.json").read_text()) == [[hook, given] for hook in hooks]
    prediction = json.loads((folder / "predictions.jsonl").read_text().splitlines()[0])
    assert prediction["input"].startswith("look look sentiment analysis: ")
    recipe = read_recipe(folder / "recipe.yaml")
    assert recipe.extensions == ("mark-it",)
    assert recipe.options["extension.mark-it"] == given
    assert "| extension.mark-it.text | look |" in (folder / "README.md").read_text(encoding="utf-8")
    sys.modules["mark_it"].KEPT.clear()  # as another process would find it
    [answer] = ftkit.load_run(folder, "cpu").predict([{"text": "Fine."}])
    assert answer.input == "look look sentiment analysis: Fine."


def test_options_of_an_extension_stand_beside_its_name_in_a_recipe(tmp_path: Path) -> None:
    file = tmp_path / "recipe.yaml"
    file.write_text("model: t5\nextensions:\n- plain\n- {name: mark-it, times: 3}\n")
    recipe = read_recipe(file)
    assert recipe.extensions == ("plain", "mark-it")
    assert recipe.options["extension.mark-it"] == {"times": 3}
    assert recipe.as_dict()["extensions"] == ["plain", {"name": "mark-it", "times": 3}]
    changed = recipe.overridden({}, {"extension.mark-it": {"text": "x"}})
    assert changed.options["extension.mark-it"] == {"times": 3, "text": "x"}
    again = recipe.overridden({"extensions": ("Mark_It",)}, {})
    assert again.options["extension.mark-it"] == {"times": 3}
    others = recipe.overridden({"extensions": ("plain",)}, {})
    assert "extension.mark-it" not in others.options


def typed(*words: str) -> dict[str, dict[str, str]]:
    """What the command line makes of these words."""
    options, others = parted(pairs_of(words), ("method", "reading", "extension."), {})
    assert not others
    return options


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--extension.mark-it.times", "0"], "extension.mark-it.times: it must be at least 1, not 0"),
        (["--extension.mark-it.tines=2"], "extension.mark-it.tines: there is no such option; did you mean"),
        (["--extension.other.text", "x"], "extension.other: there is no such part, only model,"),
    ],
)
def test_a_wrong_option_of_an_extension_is_one_problem_beside_those_of_other_parts(
    words: list[str], told: str, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(site)
    options = typed(*words, "--method.range", "4")
    recipe = Recipe(model="t5", method="lora", task="qa", extensions=("mark-it",), options=options)
    with pytest.raises(OptionsError) as caught:
        resolve_recipe(recipe)
    assert len(caught.value.problems) == 2
    assert told in str(caught.value)


def test_an_option_of_no_extension_is_no_option() -> None:
    _, others = parted(pairs_of(["--extension.text", "x"]), ("reading", "extension."), {})
    assert others == [("extension.text", "x")]


def test_help_lists_the_options_of_the_extension_that_is_named(site: Path) -> None:
    shown = run_ftkit("train", "--extension", "mark-it", "--help", sites=[site]).out
    assert "Options of extension mark-it" in shown
    assert "--extension.mark-it.times <int>" in shown


def test_extensions_answer_in_the_order_given_each_with_its_own_options(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(unpack([mark("mark-a"), mark("mark-b")], tmp_path))
    options = {"extension.mark-a": {"text": "a"}, "extension.mark-b": {"text": "b"}}
    for order in (("mark-a", "mark-b"), ("mark-b", "mark-a")):
        recipe = Recipe(model="t5", method="lora", task="qa", extensions=order, options=options)
        plugins = resolve_recipe(recipe).plugins
        assert [each["text"] for each in plugins.extension_options] == [name[-1] for name in order]
        assert plugins.call_extensions("trainer_arguments", arguments={}) == [{}, {}]
        seen = [plugin.implementation.SEEN[-1] for plugin in plugins.extensions]  # type: ignore[attr-defined]
        assert [values["text"] for _, values in seen] == [name[-1] for name in order]


def test_an_extension_loaded_without_a_run_has_its_defaults(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(site)
    assert ftkit.load_plugins(extensions=["mark-it"]).extension_options == ({"text": "mark", "times": 1},)


def test_prepared_rows_depend_on_the_options_of_extensions(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(site)
    chosen = ftkit.load_plugins(task="qa", extensions=["mark-it"])
    other = replace(chosen, extension_options=({"text": "other", "times": 1},))
    assert code_identity(chosen) != code_identity(other)
