"""`ftkit check-plugins --conformance` as a person and as a script meet it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ftkit.testing.tiny.task import ROWS
from support.warm import run_warm_ftkit
from support.wheels import ECHO, PluginDistribution, task_distribution, unpack

EXTENSION = '''"""Write a line when a run begins."""

from ftkit import ExtensionInfo, hookimpl


@hookimpl
def describe_extension():
    return ExtensionInfo()


@hookimpl
def run_started(directory):
    (directory / "line.txt").write_text("begun", encoding="utf-8")
'''


def extension(name: str, body: str) -> PluginDistribution:
    return task_distribution(name, body, entry_points=f"[ftkit.extensions]\n{name} = {name}\n")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An extension that conforms, one that doesn't, a task without sample, and one that can't be loaded."""
    return unpack(
        [
            extension("good", EXTENSION),
            extension("stray", EXTENSION.replace("(directory / ", "__import__('pathlib').Path(")),
            task_distribution("echo"),
            task_distribution("broken", ECHO.replace("def score(predictions", "def score(predicted")),
        ],
        tmp_path_factory.mktemp("plugins"),
    )


def test_a_conforming_plugin_ends_with_its_counts_and_status_0(site: Path) -> None:
    ended = run_warm_ftkit("check-plugins", "good", "--conformance", sites=[site])
    assert ended.status == 0, ended.out + ended.err
    assert "1 healthy, 0 unhealthy" in ended.out
    assert "extension:good: 0 failed, ran 11 of 11 expected" in ended.out
    assert "not called for: callbacks_are_those_of_the_trainer: it gives no callbacks" in ended.out


def test_a_lacking_property_is_named_with_its_place_and_status_1(site: Path) -> None:
    ended = run_warm_ftkit("check-plugins", "stray", "--conformance", sites=[site])
    assert ended.status == 1
    assert "1 healthy, 0 unhealthy" in ended.out
    assert "failed: it_writes_into_the_run_alone: plugin extension:stray of stray 1.0" in ended.out
    assert "it writes ['line.txt'] into the current folder" in ended.out
    assert "stray.py" in ended.out


def test_a_plugin_that_cant_be_tried_fully_ends_with_status_1(site: Path) -> None:
    ended = run_warm_ftkit("check-plugins", "echo", "--conformance", sites=[site])
    assert ended.status == 1
    assert (
        "skipped: formats_are_pure: give at least 3 `rows` with answers: the task has no sample" in ended.out
    )


@pytest.mark.parametrize(
    "words", [["echo", "--rows", __file__], ["echo", "--conformance", "--checkpoint", "x"]]
)
def test_what_is_given_to_try_a_plugin_with_is_for_one_plugin_of_its_kind(
    words: list[str], site: Path
) -> None:
    ended = run_warm_ftkit("check-plugins", *words, sites=[site])
    assert ended.status == 2
    assert "goes with --conformance and the name of one" in ended.err


def test_a_task_without_sample_conforms_with_rows_from_a_file(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    lines = "[ftkit.tasks]\ncapitals = ftkit.testing.tiny.task\n"
    site = unpack([PluginDistribution("capitals", lines)], tmp_path / "plugins")
    ended = run_warm_ftkit("check-plugins", "capitals", "--conformance", "--rows", str(rows), sites=[site])
    assert ended.status == 0, ended.out + ended.err
    assert "task:capitals: 0 failed, ran " in ended.out


def test_json_holds_the_counts_each_outcome_and_nothing_of_what_was_not_tried(site: Path) -> None:
    ended = run_warm_ftkit("check-plugins", "good", "broken", "--conformance", "--json", sites=[site])
    assert ended.status == 1
    good, broken = ended.json
    found = good["conformance"]
    assert (found["passed"], found["ran"], found["expected"]) == (True, 11, 11)
    assert {"name": "it_lives_through_a_run", "status": "passed", "reason": "", "faults": []} in found[
        "outcomes"
    ]
    assert "conformance" not in broken


def test_without_the_option_no_property_is_tried(site: Path) -> None:
    ended = run_warm_ftkit("check-plugins", "stray", "--json", sites=[site])
    assert ended.status == 0
    assert "conformance" not in ended.json[0]
