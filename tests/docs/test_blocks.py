"""Code blocks of all pages: each says its language, and what a person would copy from them is accepted.

The commands of `sh` blocks name files and weights that are not here, so that they are not run: each goes
through the program up to where it would begin to work, and the recipe that it has made by then is resolved
with the plugins that it names.
"""

from __future__ import annotations

import itertools
import json
import re
import shlex
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from ftkit.cli.app import app
from ftkit.cli.words import typed_options
from ftkit.comparing.grid import cells_of
from ftkit.comparing.recipe import ComparisonRecipe
from ftkit.data.reading import complete_with_reading
from ftkit.inference.settings import GENERATION
from ftkit.plugins import list_plugins, load_plugins
from ftkit.runs.recipe import Recipe, read_recipe
from ftkit.runs.resolving import resolve_recipe
from support.examples import EXAMPLES, PACKAGES
from support.pages import Block, blocks
from support.wheels import PluginDistribution, unpack

ROOT = Path(__file__).parents[2]
PAGES = {
    str(page.relative_to(ROOT)): page for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
}
TRAINING, COMPARING = PAGES["docs/training.md"], PAGES["docs/comparing.md"]


def blocks_of(language: str) -> list[Any]:
    """The blocks of a language on all pages, each under its page's name and line."""
    return [
        pytest.param(block, id=f"{name}:{block.line}")
        for name, page in PAGES.items()
        for block in blocks(page)
        if block.language == language
    ]


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_every_block_says_its_language(page: Path) -> None:
    assert [block.line for block in blocks(page) if not block.language] == []


def recipe_on(page: Path) -> str:
    """The one recipe that a page shows."""
    [shown] = [each.text for each in blocks(page) if each.language == "yaml"]
    return shown


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the recipes that commands name, while the packages of the examples are installed."""
    folder = tmp_path_factory.mktemp("pages")
    begun = folder / "comparisons" / "qa-1" / "comparison.yaml"
    begun.parent.mkdir(parents=True)
    begun.write_text(recipe_on(COMPARING), encoding="utf-8")
    site = unpack([_example(name) for name in PACKAGES], folder)
    before = set(sys.modules)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(site))
        patch.chdir(folder)
        yield folder
    for name in set(sys.modules) - before:
        if name.partition(".")[0] in {package.replace("-", "_") for package in PACKAGES}:
            del sys.modules[name]


def _example(name: str) -> PluginDistribution:
    source = EXAMPLES / name
    project = (source / "pyproject.toml").read_text(encoding="utf-8")
    [(group, entries)] = re.findall(r'^\[project\.entry-points\."(.+)"\]\n((?:.+\n)+)', project, re.M)
    modules = {str(file.relative_to(source)): file.read_text("utf-8") for file in source.glob("ftkit_*/*.py")}
    return PluginDistribution(name, f"[{group}]\n" + entries.replace('"', ""), modules)


@pytest.mark.parametrize("block", blocks_of("sh"))
def test_every_command_of_ftkit_is_one_that_it_takes(block: Block, examples: Path) -> None:
    shown = recipe_on(COMPARING if "ftkit compare" in block.text else TRAINING)
    (examples / "recipe.yaml").write_text(shown, encoding="utf-8")
    for words in commands_in(block.text):
        assert what_is_wrong_with(words) is None


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("ftkit trian --model t5", "trian"),
        ("ftkit train --modle t5", "--modle"),
        ("ftkit train --model t5x --method lora --task qa", "t5x"),
        ("ftkit train --model t5 --method lora --task qa --method.rnak 8", "rnak"),
        ("ftkit train --model t5 --method adapter --task qa --method.rank 8", "rank"),
        ("ftkit train --model t5 --method lora --task qa --method.rank many", "many"),
        ("ftkit train --model t5 --method lora --task qa --training.epoch 3", "epoch"),
        ("ftkit plan --model t5,bart --method lora,ful --task qa", "ful"),
        ("ftkit compare --model t5 --method full,lora --task qa --training.token-budgets 9", "token_budgets"),
        ("ftkit compare --model t5 --method full --task qa --method.rank 8", "rank"),
        ("ftkit evaluate RUN --generation.beams 4", "beams"),
        ("ftkit evaluate t5-base --task qa --intervall", "--intervall"),
        ("ftkit predict RUN --questions Who?", "questions"),
        ("ftkit predict RUN --input a.csv --reading.encodign utf-8", "encodign"),
        ("zcat a.gz | ftkit predict RUN --chunks 4 && ls", "chunks"),
        ("~/ftkit-env/bin/ftkit show", "Missing argument"),
    ],
)
@pytest.mark.usefixtures("examples")
def test_a_command_with_a_mistake_is_found_out(command: str, told: str) -> None:
    [words] = commands_in(command)
    assert told in (what_is_wrong_with(words) or "")


@pytest.mark.parametrize("block", blocks_of("yaml"))
@pytest.mark.usefixtures("examples")
def test_every_recipe_is_one_that_ftkit_takes(block: Block, tmp_path: Path) -> None:
    if block in blocks(COMPARING):
        _resolve_comparison(ComparisonRecipe.from_dict(yaml.safe_load(block.text)))
        return
    file = tmp_path / "recipe.yaml"
    file.write_text(block.text, encoding="utf-8")
    recipe = read_recipe(file)
    named = {"model": "t5", "method": "full", "task": "sentiment"}
    resolve_recipe(replace(recipe, **{part: getattr(recipe, part) or name for part, name in named.items()}))


@pytest.mark.parametrize("block", blocks_of("json"))
def test_every_json_block_is_json_or_lines_of_it(block: Block) -> None:
    try:
        assert json.loads(block.text)
    except json.JSONDecodeError:
        assert all(json.loads(line) for line in block.text.splitlines())


def test_every_file_of_the_tests_that_a_page_names_is_there() -> None:
    texts = [page.read_text(encoding="utf-8") for page in PAGES.values()]
    named = {file for text in texts for file in re.findall(r"\btests/[\w/]+\.py\b", text)}
    assert len(named) > 10
    own = {f"tests/{file.name}" for file in EXAMPLES.glob("*/tests/*.py")}
    assert [file for file in sorted(named - own) if not (ROOT / file).is_file()] == []


def commands_in(script: str) -> Iterator[list[str]]:
    """The words behind `ftkit` in each of a script's commands that calls it; `…` stands for nothing."""
    for line in script.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        for operator, words in itertools.groupby(lexer, lambda word: not set(word) - set("|&;")):
            program, *arguments = words
            if not operator and Path(program).name == "ftkit":
                yield [word for word in arguments if word != "…"]


class _Begun(Exception):
    """A command has come to where it would begin to work."""


def what_is_wrong_with(words: list[str]) -> str | None:
    """Go through a command up to its work and resolve what it is to work on; what it says against it."""
    with pytest.MonkeyPatch.context() as patch:
        for place, look in _WORK.items():
            patch.setattr(f"ftkit.{place}", _beginning(look))
        ended = CliRunner().invoke(app, words)
    if isinstance(ended.exception, _Begun) or ended.exit_code == 0:
        return None
    return f"{ended.output}{ended.exception}"


def _beginning(look: Callable[..., None]) -> Callable[..., None]:
    def begin(*given: Any, **_: Any) -> None:
        look(*given)
        raise _Begun

    return begin


def _resolve_cells(recipe: Recipe, models: list[str], methods: list[str]) -> None:
    for model, method in itertools.product(models, methods):
        resolve_recipe(replace(recipe, model=model, method=method))


def _resolve_comparison(recipe: ComparisonRecipe, *_: Any) -> None:
    for cell in cells_of(replace(recipe, seeds=recipe.seeds[:1])):
        resolve_recipe(cell.recipe, trains=cell.recipe.method is not None)


def _resolve_evaluation(target: str, recipe: Recipe, generation: Any) -> None:
    given = {"generation": generation, "reading": recipe.options["reading"]}
    complete_with_reading({"generation": GENERATION}, given)
    if recipe.task is not None:  # else the target is a run, which knows its names
        resolve_recipe(replace(recipe, model=recipe.model or target), trains=False)


def _resolve_prediction(*words: Any) -> None:
    options, others = typed_options(*words)
    complete_with_reading({"generation": GENERATION}, options)
    infos = [load_plugins(task=task.name).task_info for task in list_plugins("task")]
    columns = {column.name for info in infos if info for column in info.columns}
    assert {name for name, _ in others if name is not None} <= columns


_WORK: dict[str, Callable[..., Any]] = {
    "finetuning.command.train": resolve_recipe,
    "finetuning.command.resume": Path,
    "finetuning.preview.preview": resolve_recipe,
    "planning.command.plan_cells": _resolve_cells,
    "comparing.command.compare": _resolve_comparison,
    "evaluating.command.evaluate": _resolve_evaluation,
    "cli.predict.typed_options": _resolve_prediction,
}
"""For each function with which a command's work begins, what can be known of its arguments before."""
