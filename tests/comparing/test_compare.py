"""`ftkit compare` from a command line to a report, with plugins that ftkit doesn't bring."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

import ftkit
from ftkit.comparing.recipe import ComparisonRecipe
from ftkit.comparing.resolving import resolve_comparison
from support.compared import THIRD_PARTY, rows
from support.program import Outcome, environment
from support.warm import run_warm_ftkit
from support.wheels import unpack

PATIENCE = 200  # seconds; an idle machine needs ten for a cell
TIMED = {"seconds", "time", "memory", "process", "tokens"}
SMALL = ["--training.max-steps", "2", "--training.evaluations", "2", "--training.batch-size", "4"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpack([THIRD_PARTY], tmp_path_factory.mktemp("plugins"))


@pytest.fixture(scope="module")
def chosen(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A third-party backbone with a third-party method, on some rows."""
    file = rows(tmp_path_factory.mktemp("rows"))
    names = ["--model", "tiny", "--task", "sentiment", "--data", str(file), "--validation-data", str(file)]
    return [*names, "--device", "cpu", *SMALL]


def compare(site: Path, *arguments: str, timeout: float = 600) -> Outcome:
    return run_warm_ftkit("compare", *arguments, sites=[site], timeout=timeout)


@pytest.fixture(scope="module")
def compared(site: Path, chosen: list[str], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """The third-party method beside one that aborts its process."""
    folder = tmp_path_factory.mktemp("compared") / "out"
    ended = compare(
        site, *chosen, "--method", "queries,hazard", "--seeds", "1", "--output", str(folder), "--json"
    )
    assert ended.status == 0, ended.err
    return folder, ended.json


def without_costs(value: Any) -> Any:
    """Results without all that a clock or the allocator says."""
    if isinstance(value, dict):
        kept = {key: each for key, each in value.items() if not TIMED & set(key.split("_"))}
        return {
            key: without_costs(each)
            for key, each in kept.items()
            if key not in {"verdict", "output", "curve"}
        }
    return [without_costs(each) for each in value] if isinstance(value, list) else value


def test_a_third_party_backbone_and_method_are_rows_like_any_other(compared: tuple[Path, Any]) -> None:
    _, told = compared
    [task] = told["tasks"]
    untuned, own, _ = task["rows"]
    assert (untuned["model"], untuned["method"]) == ("tiny", "untuned")
    assert untuned["metrics"].keys() == {"accuracy", "macro_f1"}
    assert (own["model"], own["method"], own["errors"]) == ("tiny", "queries", [])
    costs = {name: each["mean"] for name, each in own["costs"].items()}
    # Four attention blocks of T5 with 4 heads of 8 on a width of 32, and cross-attention in two of them.
    assert costs["trainable_parameters"] == 6 * 32 * 32
    assert costs["memory_gradients"] == costs["trainable_parameters"] * 4
    assert costs["memory_optimizer"] >= costs["trainable_parameters"] * 8
    assert costs["steps"] == 2
    curve = own["runs"][0]["curve"]
    assert curve[0] == [0.0, untuned["metrics"]["accuracy"]["mean"]]
    assert len(curve) == 1 + 2
    assert told["plugins"]["method:queries"] == "ftkit-elsewhere:queries 1.0"


def test_a_cell_that_crashes_its_process_is_a_row_and_the_rest_goes_on(compared: tuple[Path, Any]) -> None:
    folder, told = compared
    hazard = told["tasks"][0]["rows"][2]
    [error] = hazard["errors"]
    assert error.startswith("the process crashed (SIGABRT)")
    assert hazard["metrics"] == {}
    assert "the process crashed (SIGABRT)" in (folder / "report.html").read_text()


def test_each_cell_is_an_ordinary_run_folder(compared: tuple[Path, Any]) -> None:
    folder, _ = compared
    run = folder / "cells" / "sentiment" / "tiny+queries+seed0"
    names = {"recipe.yaml", "metrics.jsonl", "result.json", "predictions.jsonl", "artifact", "README.md"}
    assert names <= {each.name for each in run.iterdir()}
    assert json.loads((run / "result.json").read_text())["method"] == "queries"
    assert yaml.safe_load((folder / "comparison.yaml").read_text())["made_with"]["data"]["sentiment"][
        "fingerprint"
    ]


def test_going_on_with_a_finished_comparison_runs_nothing_and_tells_the_same(
    site: Path, compared: tuple[Path, Any]
) -> None:
    folder, told = compared
    before = {file: file.stat().st_mtime_ns for file in (folder / "cells").rglob("*") if file.is_file()}
    again = compare(site, "--resume", str(folder), "--json")
    assert again.status == 0, again.err
    assert again.json == told
    assert {file: file.stat().st_mtime_ns for file in before} == before


def test_a_folder_that_compares_something_else_is_refused(
    site: Path, chosen: list[str], compared: tuple[Path, Any]
) -> None:
    folder, _ = compared
    refused = compare(site, *chosen, "--method", "queries,hazard", "--seeds", "2", "--output", str(folder))
    assert refused.status == 2
    assert f"{folder} compares something else: seeds changed since it began" in refused.err
    stranger = compare(site, *chosen, "--method", "queries", "--output", str(folder / "cells"))
    assert "is not empty and holds no comparison" in stranger.err
    nothing = compare(site, "--resume", str(folder / "cells"))
    assert nothing.err == f"error: {folder / 'cells'} is not a comparison: it has no comparison.yaml\n"


def test_what_doesnt_suit_a_model_is_a_row_with_the_reason(
    site: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.syspath_prepend(site)
    content = {
        "model": "tiny,bare",
        "method": "queries,lora",
        "task": "sentiment",
        "data": str(rows(tmp_path)),
    }
    setup = resolve_comparison(ComparisonRecipe.from_dict({**content, "seeds": 2}))
    reason = "method:lora: the backbone lacks the feature peft"
    assert setup.impossible == dict.fromkeys(
        ("sentiment/bare+lora+seed0", "sentiment/bare+lora+seed1"), reason
    )
    assert len(setup.cells) == 2 * (1 + 2 * 2)


def test_help_lists_the_options_of_training_and_says_where_those_of_plugins_are(site: Path) -> None:
    told = compare(site, "--help").out
    assert "--training.evaluations <int>" in told
    assert "ftkit show lists those of a method" in " ".join(told.split())


def test_a_mistake_in_an_option_is_told_once_before_anything_runs(tmp_path: Path) -> None:
    wrong = {"model": "t5,bart", "method": "full,lora", "task": "sentiment", "training": {"epoch": 1}}
    with pytest.raises(ftkit.OptionsError) as raised:
        ftkit.compare(wrong, tmp_path / "out")
    [problem] = raised.value.problems
    assert problem.startswith("training.epoch: there is no such option; did you mean epochs?")
    assert not (tmp_path / "out").exists()


def test_data_that_can_be_read_once_only_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ftkit.OptionsError, match="stdin is read once"):
        ftkit.compare({"model": "t5", "method": "full", "task": "qa", "data": "-"}, tmp_path / "out")


LOST = {
    "hang": f"it hung: no result within {PATIENCE} s",
    "kill": "the process was killed (SIGKILL)",
    "segfault": "the process crashed (SIGSEGV)",
    "exit": "the process ended with status 0",
    "memory": "can't allocate memory",
}


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_every_way_to_lose_a_process_is_a_row(site: Path, chosen: list[str], tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.yaml"
    hazards = [{"name": "hazard", "label": how, "how": how} for how in LOST]
    recipe.write_text(yaml.safe_dump({"method": [*hazards, "queries"], "seeds": 1}), encoding="utf-8")
    arguments = [
        str(recipe),
        *chosen,
        "--timeout",
        str(PATIENCE),
        "--output",
        str(tmp_path / "out"),
        "--json",
    ]
    ended = compare(site, *arguments, timeout=1800)
    assert ended.status == 0, ended.err
    found = {row["method"]: row for row in ended.json["tasks"][0]["rows"]}
    for how, said in LOST.items():
        assert said in found[how]["errors"][0]
    assert found["queries"]["metrics"]


GRID = ["--method", "queries,full", "--seeds", "1"]


@pytest.fixture(scope="module")
def uninterrupted(site: Path, chosen: list[str], tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("whole") / "out"
    ended = compare(site, *chosen, *GRID, "--output", str(folder), "--json")
    assert ended.status == 0, ended.err
    return ended.json


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_comparison_stopped_in_the_middle_goes_on_and_reports_the_same(
    number: int, site: Path, chosen: list[str], uninterrupted: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    command = [sys.executable, "-m", "ftkit", "compare", *chosen, *GRID, "--output", str(folder)]
    env = environment([site])
    with (tmp_path / "err").open("w") as err:
        begun = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=err)
        outcomes = folder / "cells" / "sentiment"
        while not list(outcomes.glob("*.json")) or not list(outcomes.glob("tiny+*seed0/recipe.yaml")):
            assert begun.poll() is None
            time.sleep(0.05)
        os.kill(begun.pid, number)
        begun.wait(120)
    done = [file for file in outcomes.glob("*.json") if json.loads(file.read_text())["status"] == "finished"]
    assert 1 <= len(done) < 3
    before = {
        each: each.stat().st_mtime_ns
        for file in done
        for each in [file, *file.with_suffix("").rglob("*")]
        if each.is_file()
    }
    if number == signal.SIGTERM:
        assert f"go on with: ftkit compare --resume {folder}" in (tmp_path / "err").read_text()
    ended = compare(site, "--resume", str(folder), "--json")
    assert ended.status == 0, ended.err
    assert {each: each.stat().st_mtime_ns for each in before} == before
    assert without_costs(ended.json) == without_costs(uninterrupted)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_two_at_a_time_come_to_the_same(
    site: Path, chosen: list[str], uninterrupted: Any, tmp_path: Path
) -> None:
    ended = compare(site, *chosen, *GRID, "--jobs", "2", "--output", str(tmp_path / "out"), "--json")
    assert ended.status == 0, ended.err
    assert without_costs(ended.json) == without_costs(uninterrupted)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_an_embedded_ray_with_two_workers_comes_to_the_same(
    site: Path, chosen: list[str], uninterrupted: Any, tmp_path: Path
) -> None:
    pytest.importorskip("ray", reason="the extra ftkit[ray] is not installed")
    embedded = ["--ray", "local", "--jobs", "2"]
    ended = compare(site, *chosen, *GRID, *embedded, "--output", str(tmp_path / "out"), "--json")
    assert ended.status == 0, ended.err
    assert without_costs(ended.json) == without_costs(uninterrupted)
