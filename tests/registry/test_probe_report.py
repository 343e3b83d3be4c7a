"""What a process in which a plugin was tried left behind is read as the work of a stranger."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ftkit.registry.catalogue import PluginRecord
from ftkit.registry.distributions import DistributionMetadata
from ftkit.registry.probe import probe
from ftkit.registry.probe_report import End, read_probe
from support.specimens import specimen
from support.wheels import ECHO

RECORD = PluginRecord("task", "echo", (), "echo", DistributionMetadata("ftkit-echo", "1"))
FAULT = {"plugin": "task:echo", "distribution": "d", "version": "1", "target": "echo", "problem": "prints"}
REPORT: dict[str, Any] = {
    "faults": [],
    "info": None,
    "hooks": [],
    "deprecated": [],
    "file": "/echo.py",
    "seconds": 0.5,
    "modules": 7,
}
WORD = {"what": "called os._exit(3)", "file": "/echo.py", "line": 4}
INTERFERED = "interfered with its own trial: no report can be read"

MODULE_THAT_REMOVES_ITS_OUTPUTS = """
import os

for number in os.listdir("/proc/self/fd"):
    try:
        file = os.readlink(f"/proc/self/fd/{number}")
    except OSError:
        continue
    if file.endswith(("/stdout", "/stderr")):
        os.unlink(file)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What a trial that went well leaves."""
    (tmp_path / "stdout").touch()
    (tmp_path / "report.json").write_text(json.dumps(REPORT))
    return tmp_path


def problems(folder: Path, status: int | None = 0) -> list[str]:
    """What is found wrong with the plugin."""
    return [fault.problem for fault in read_probe(RECORD, folder, End(status, timeout=9)).faults]


def test_a_trial_that_went_well_is_read_as_it_was_written(folder: Path) -> None:
    tried = read_probe(RECORD, folder, End(0, timeout=9))
    assert tried.healthy
    assert (tried.file, tried.seconds, tried.modules) == ("/echo.py", 0.5, 7)


def test_last_words_are_a_fault_at_their_line(folder: Path) -> None:
    (folder / "words.jsonl").write_text(json.dumps(WORD) + "\n" + '{"what": "cut o')
    [fault] = read_probe(RECORD, folder, End(3, timeout=9)).faults
    assert (fault.problem, fault.place) == ("called os._exit(3)", "/echo.py:4")


@pytest.mark.parametrize(
    "change",
    [
        {"seconds": ""},
        {"seconds": float("nan")},
        {"modules": "many"},
        {"file": 7},
        {"hooks": None},
        {"faults": [{"problem": "nothing else"}]},
        {"faults": [{**FAULT, "line": "3"}]},
        {"deprecated": [{**FAULT, "problem": 7}]},
        {"info": {"columns": 3}},
    ],
)
def test_a_report_of_other_types_is_a_fault_of_the_plugin(folder: Path, change: dict[str, Any]) -> None:
    (folder / "report.json").write_text(json.dumps(REPORT | change))
    assert problems(folder) == [INTERFERED]


@pytest.mark.parametrize("word", [{**WORD, "what": 5}, {**WORD, "line": "4"}, {"what": "x"}, [], 7])
@pytest.mark.parametrize("reported", [True, False])
def test_last_words_of_other_types_are_a_fault_of_the_plugin(
    folder: Path, word: object, *, reported: bool
) -> None:
    (folder / "words.jsonl").write_text(json.dumps(word))
    if not reported:
        (folder / "report.json").unlink()
    assert problems(folder, status=3) == [INTERFERED]


@pytest.mark.parametrize("name", ["report.json", "words.jsonl"])
def test_a_file_that_is_nested_too_deep_to_be_read_is_a_fault_of_the_plugin(folder: Path, name: str) -> None:
    (folder / name).write_text("[" * 100_000)
    assert problems(folder) == [INTERFERED]


def test_an_output_that_is_gone_is_a_fault_of_the_plugin(folder: Path) -> None:
    (folder / "stdout").unlink()
    assert problems(folder) == [INTERFERED]


def test_a_plugin_that_removes_the_files_of_its_trial_costs_its_own_row() -> None:
    removes = specimen("task", "echo", "removing_echo", ECHO + MODULE_THAT_REMOVES_ITS_OUTPUTS)
    assert INTERFERED in [fault.problem for fault in probe(removes, 60).faults]
