"""A million rows: memory stays as it is, and a process that is killed loses and doubles none."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import ftkit
from support import small
from support.program import environment, run_ftkit
from support.wheels import task_distribution, unpack

ROWS, FEWER, BAD = 1_000_000, 100_000, 500_001
KILLED_AT = (0.02, 0.3, 0.55, 0.9)  # shares of the output
TASK = '''
"""Say whether a number is even: short rows, and one token to answer."""

from ftkit import Column, Example, Metric, TaskInfo, hookimpl


@hookimpl
def describe_task():
    return TaskInfo(
        columns=(Column("number", "any number"),),
        metrics=(Metric("exact", "share of equal texts"),),
        max_output_tokens=2,
    )


@hookimpl
def format_example(row):
    return Example(f"{row['number']}", row.get("answer"))


@hookimpl
def parse_output(text):
    return text


@hookimpl
def score(predictions, references):
    return {"exact": sum(p in r for p, r in zip(predictions, references)) / len(predictions)}
'''


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpack([task_distribution("parity", TASK)], tmp_path_factory.mktemp("plugins"))


@pytest.fixture(scope="module")
def run(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    rows = folder / "train.jsonl"
    rows.write_text("".join(f'{{"number": {n}, "answer": "{n % 2}"}}\n' for n in range(8)))
    recipe = ftkit.Recipe(
        model="t5",
        method="full",
        task="parity",
        checkpoint=str(small.checkpoint("t5")),
        data=str(rows),
        validation_data=str(rows),
        output=str(folder / "run"),
        options={"training": {"max_steps": 1}},
    )
    (folder / "recipe.json").write_text(json.dumps(recipe.as_dict()))
    trained = run_ftkit("train", str(folder / "recipe.json"), "--quiet", sites=[site])
    assert trained.status == 0, trained.err
    return folder / "run"


def write_numbers(path: Path, count: int) -> Path:
    """So many rows, one of which is broken if there are enough of them."""
    with path.open("w") as stream:
        for number in range(1, count + 1):
            stream.write("{broken\n" if number == BAD else f'{{"id": "r{number}", "number": {number}}}\n')
    return path


def command_of(run: Path, rows: Path, output: Path, *more: str) -> list[str]:
    files = ["--input", str(rows), "--output", str(output)]
    return [
        "predict",
        str(run),
        *files,
        "--on-bad-row",
        "set-aside",
        "--quiet",
        "--json",
        "--device",
        "cpu",
        *more,
    ]


def answered(site: Path, *words: str) -> dict[str, Any]:
    """What the command says of itself in the end, and the seconds that all of it took."""
    began = time.monotonic()
    ended = run_ftkit(*words, sites=[site], timeout=3000, OMP_NUM_THREADS="1")
    assert ended.status == 0, ended.err
    print(f"\n{ended.json} in {time.monotonic() - began:.0f} s")
    return ended.json


def kill_at(site: Path, words: list[str], output: Path, size: int) -> None:
    """Kill the command with SIGKILL once its output has grown to a size."""
    process = subprocess.Popen(
        [sys.executable, "-m", "ftkit", *words],
        env=environment([site], OMP_NUM_THREADS="1"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    while process.poll() is None and not (output.exists() and output.stat().st_size >= size):
        time.sleep(0.003)
    process.kill()
    _, err = process.communicate()
    assert process.returncode == -9, err


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_million_rows_take_no_more_memory_than_a_tenth_of_them_and_survive_being_killed(
    site: Path, run: Path, tmp_path: Path
) -> None:
    fewer = answered(site, *command_of(run, write_numbers(tmp_path / "a.jsonl", FEWER), tmp_path / "a.out"))
    rows, whole, killed = write_numbers(tmp_path / "b.jsonl", ROWS), tmp_path / "b.out", tmp_path / "c.out"
    summary = answered(site, *command_of(run, rows, whole))
    assert summary["peak_memory_bytes"] < 1.05 * fewer["peak_memory_bytes"]
    for share in KILLED_AT:
        kill_at(site, command_of(run, rows, killed, "--resume"), killed, int(share * whole.stat().st_size))
    resumed = answered(site, *command_of(run, rows, killed, "--resume"))
    assert resumed["peak_memory_bytes"] < 1.05 * fewer["peak_memory_bytes"]
    assert (resumed["rows"], resumed["rejected"]) == (summary["rows"], summary["rejected"]) == (ROWS - 1, 1)
    expected = (number for number in range(1, ROWS + 1) if number != BAD)
    with whole.open() as uninterrupted, killed.open() as gone_on_with:
        for number, line, again in zip(expected, uninterrupted, gone_on_with, strict=True):
            assert line == again
            assert line.startswith(f'{{"row": {number}, "place": "{rows}:{number}", "id": "r{number}", ')
    [rejected] = (tmp_path / "c.out.rejected.jsonl").read_text().splitlines()
    assert json.loads(rejected)["line"] == BAD
