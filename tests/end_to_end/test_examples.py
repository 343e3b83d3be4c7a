"""The packages of docs/examples, built and installed beside ftkit, work with each other and the built-ins.

pytest -m slow tests/end_to_end/test_examples.py        # every combination, and their own tests
"""

from __future__ import annotations

import csv
import itertools
import json
import subprocess
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

import ftkit
from support import small
from support.examples import EXAMPLES, PACKAGES, PLUGINS, wheels
from support.venvs import create_venv

pytestmark = pytest.mark.timeout(1800)  # four commands, or four kits, in a row on a machine that may be busy

TASKS = ("qa", "sentiment", "translation")
THEIRS = (PLUGINS["backbone"], PLUGINS["method"], PLUGINS["task"])
ALL = itertools.product((*small.BACKBONES, THEIRS[0]), (*small.METHODS, THEIRS[1]), (*TASKS, THEIRS[2]))
REFUSED = (THEIRS[0], "adapter")
"""The adapters library doesn't know Pegasus."""
COMBINATIONS = [each for each in ALL if set(each) & set(THEIRS) and each[:2] != REFUSED]
# Nothing of theirs but the extension, which accompanies every run here.
COMBINATIONS += list(zip(small.BACKBONES, small.METHODS, TASKS, strict=True))

QUESTIONS = {
    "qa": ["--question", "Who sleeps?", "--context", "The dog sleeps."],
    "sentiment": ["The film was good."],
    "translation": ["The dog sleeps."],
    "summarisation": ["It had rained. The dog sleeps. Nobody wondered."],
}


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A fresh environment with the packages' wheels."""
    env = create_venv(tmp_path_factory.mktemp("venv") / "venv")
    command = ["pip", "install", "--quiet", "--no-deps", "--no-index", *map(str, wheels())]
    subprocess.run(command, env=env, check=True)
    return {**env, "HF_HUB_OFFLINE": "1"}


def run(env: dict[str, str], *command: str, cwd: Path) -> str:
    """A command that ends well, and what it prints."""
    ended = subprocess.run(command, env=env, cwd=cwd, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, f"{command}\n{ended.stdout}{ended.stderr}"
    return ended.stdout


def heads_of_sample(task: str, env: dict[str, str], folder: Path) -> Iterator[tuple[str, str]]:
    """Options with files of a dozen rows of the task's own sample."""
    shown = json.loads(run(env, "ftkit", "show", f"task:{task}", "--json", cwd=folder))
    for option, use in (("--data", "train"), ("--validation-data", "validation")):
        sample = Path(shown["info"]["sample"][use])
        head = folder / f"{use}{sample.suffix}"
        if sample.suffix == ".json":  # SQuAD's nesting
            data = json.loads(sample.read_text(encoding="utf-8"))
            head.write_text(json.dumps({**data, "data": data["data"][:1]}), encoding="utf-8")
        else:
            with sample.open(encoding="utf-8") as lines:
                head.write_text("".join(islice(lines, 13)), encoding="utf-8")
        yield option, str(head)


def train(names: tuple[str, str, str], env: dict[str, str], folder: Path) -> dict[str, Any]:
    """Two steps of one combination, with the tracker, and the result; the run is `folder/run`."""
    backbone, method, task = names
    chosen = ["--model", f"{backbone}-tiny", "--method", method, "--task", task, "--output", "run"]
    tracked = ["--extension", PLUGINS["extension"], "--extension.csv-tracker.file", "mine.csv"]
    settings = ["--training.max-steps", "2", "--training.log-steps", "1", "--training.epochs", "9"]
    data = [word for pair in heads_of_sample(task, env, folder) for word in pair]
    said = run(env, "ftkit", "train", *chosen, *data, *tracked, *settings, "--json", cwd=folder)
    result: dict[str, Any] = json.loads(said)
    assert (result["model"], result["method"], result["task"], result["steps"]) == (
        f"{backbone}-tiny",
        method,
        task,
        2,
    )
    with (folder / "run" / "mine.csv").open(newline="", encoding="utf-8") as stream:
        figures = {(row["step"], row["name"]): float(row["value"]) for row in csv.DictReader(stream)}
    assert {("1", "loss"), ("2", "loss"), ("2", "unanswered")} <= figures.keys()
    return result


def ask(task: str, result: dict[str, Any], env: dict[str, str], folder: Path) -> None:
    """Every command that asks the run."""
    report = json.loads(run(env, "ftkit", "evaluate", "run", "--json", cwd=folder))
    assert report["metrics"] == pytest.approx(result["metrics"], abs=1e-6)
    said = run(env, "ftkit", "predict", "run", *QUESTIONS[task], "--json", cwd=folder)
    [answer] = json.loads(said)
    assert "text" in answer


def test_the_four_packages_are_listed_beside_the_built_ins(env: dict[str, str], tmp_path: Path) -> None:
    listed: list[dict[str, Any]] = json.loads(run(env, "ftkit", "list-plugins", "--json", cwd=tmp_path))
    theirs = {each["distribution"]: each for each in listed if not each["builtin"]}
    assert set(theirs) == set(PACKAGES)
    assert {each["status"] for each in theirs.values()} == {"ok"}
    assert {each["kind"]: each["name"] for each in theirs.values()} == PLUGINS
    assert all(each["summary"] for each in theirs.values())


@pytest.mark.slow
@pytest.mark.parametrize("names", COMBINATIONS, ids="-".join)
def test_every_combination_with_a_third_partys_plugin_trains_evaluates_and_predicts(
    names: tuple[str, str, str], env: dict[str, str], tmp_path: Path
) -> None:
    result = train(names, env, tmp_path)
    ask(names[2], result, env, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(7200)  # nineteen cells in a row
@pytest.mark.parametrize("task", [*TASKS, THEIRS[2]])
def test_a_comparison_holds_every_combination_of_a_task_beside_each_other(
    task: str, env: dict[str, str], tmp_path: Path
) -> None:
    backbones, methods = (*small.BACKBONES, THEIRS[0]), (*small.METHODS, THEIRS[1])
    models = ",".join(f"{each}-tiny" for each in backbones)
    data = [word for pair in heads_of_sample(task, env, tmp_path) for word in pair]
    chosen = ["--model", models, "--method", ",".join(methods), "--task", task, "--seeds", "1", *data]
    settings = ["--training.max-steps", "2", "--training.evaluations", "0"]
    said = run(env, "ftkit", "compare", *chosen, *settings, "--output", "compared", "--json", cwd=tmp_path)
    [compared] = json.loads(said)["tasks"]
    errors = {(row["model"], row["method"]): row["errors"] for row in compared["rows"]}
    pairs = {(f"{each[0]}-tiny", each[1]) for each in itertools.product(backbones, (*methods, "untuned"))}
    assert errors.keys() == pairs
    [(refused, [why])] = [(pair, said) for pair, said in errors.items() if said]
    assert refused == (f"{REFUSED[0]}-tiny", REFUSED[1])
    assert "adapters" in why
    assert (tmp_path / "compared" / "report.html").is_file()


@pytest.mark.slow
def test_each_plugin_can_be_shown_and_conforms(env: dict[str, str], tmp_path: Path) -> None:
    for kind, name in PLUGINS.items():
        shown = run(env, "ftkit", "show", name, cwd=tmp_path)
        assert shown.startswith(f"{kind}:{name}: ")
    labels = [f"{kind}:{name}" for kind, name in PLUGINS.items()]
    said = run(env, "ftkit", "check-plugins", *labels, "--conformance", cwd=tmp_path)
    assert "4 healthy, 0 unhealthy" in said
    assert said.count(": 0 failed, ran ") == len(PLUGINS)


@pytest.mark.slow
@pytest.mark.parametrize("package", PACKAGES)
def test_the_packages_own_tests_pass(package: str, env: dict[str, str], tmp_path: Path) -> None:
    tests = str(EXAMPLES / package / "tests")
    run(env, "python", "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", tests, cwd=tmp_path)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_has_the_files_that_new_plugin_writes(package: str) -> None:
    common = Path(ftkit.__file__).parent / "scaffolding" / "templates" / "common"
    module = package.replace("-", "_")
    wanted = [file.relative_to(common).as_posix().removesuffix(".txt") for file in common.rglob("*.txt")]
    files = {name for name in wanted if not name.startswith("DOT") and "MODULE" not in name}
    assert files == {"LICENSE", "README.md", "pyproject.toml"}
    folder = EXAMPLES / package
    assert all((folder / name).is_file() for name in (*files, f"{module}/__init__.py"))
    assert list((folder / "tests").glob("test_*.py"))
