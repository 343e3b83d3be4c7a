"""What the matrix says of the built-ins and the examples holds: "yes" trains a step, "no" loads nothing.

pytest tests/end_to_end/test_matrix_is_true.py -s        # prints how long a refusal takes
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import ftkit
from support.examples import PLUGINS, site
from support.program import run_ftkit, run_python
from support.small import BACKBONES, METHODS

TASKS = ("qa", "sentiment", "translation")
ROWS: dict[str, dict[str, Any]] = {
    "qa": {"question": "Who sleeps?", "context": "The dog sleeps.", "answer": "The dog"},
    "sentiment": {"text": "The film was good.", "label": 1},
    "translation": {"en": "The dog sleeps.", "de": "Der Hund schläft."},
    "summarisation": {"document": "It rained. The dog sleeps.", "summary": "The dog sleeps."},
}
# Runs a command line of a refusal inside, and tells what was loaded on the way to it.
REFUSAL = """
import json, sys, time
opened = []
sys.addaudithook(lambda event, given: opened.append(str(given[0])) if event == "open" else None)
import ftkit
start = time.perf_counter()
try:
    ftkit.train(ftkit.Recipe(**json.loads(sys.argv[1])))
except ftkit.OptionsError as error:
    told = error.problems
loaded = [name for name in ("torch", "transformers", "peft", "adapters") if name in sys.modules]
files = [name for name in opened if name.endswith((".safetensors", "config.json", "tokenizer.json", "jsonl"))]
print(json.dumps([told, loaded, files, time.perf_counter() - start]))
"""


@cache
def matrix() -> dict[tuple[str, str, str], bool]:
    """The verdict on each (kind, method or task, backbone) that is installed."""
    rows = run_ftkit("list-plugins", "--matrix", "--json", sites=[site()]).json
    return {(row["kind"], row["plugin"], row["backbone"]): row["works"] for row in rows}


def pairs(kind: str, *, works: bool) -> Iterator[tuple[str, str]]:
    """Pairs (backbone, method or task) of which the matrix says so."""
    return ((backbone, name) for (of, name, backbone), yes in matrix().items() if of == kind and yes is works)


def runs_with_every_pair(backbone: str) -> Iterator[tuple[str, str]]:
    """Runs (method, task) in which each method and each task occurs that the matrix allows."""
    methods = [name for own, name in pairs("method", works=True) if own == backbone]
    tasks = [name for own, name in pairs("task", works=True) if own == backbone]
    for number in range(max(len(methods), len(tasks))):
        yield methods[number % len(methods)], tasks[number % len(tasks)]


def recipe(backbone: str, method: str, task: str, folder: Path) -> dict[str, Any]:
    """One step on two rows, accompanied."""
    data = folder / "rows.jsonl"
    data.write_text(2 * (json.dumps(ROWS[task]) + "\n"), encoding="utf-8")
    names = {"model": f"{backbone}-tiny", "method": method, "task": task, "output": str(folder / "run")}
    files: dict[str, Any] = {"data": str(data), "validation_data": str(data), "device": "cpu"}
    files |= {"extensions": [PLUGINS["extension"]]}
    return {**names, **files, "options": {"training": {"max_steps": 1, "warmup": 0.0}}}


def children_seconds() -> float:
    """CPU time of all processes that were started and have ended."""
    spent = os.times()
    return spent.children_user + spent.children_system


def test_the_matrix_has_every_built_in_and_every_example() -> None:
    backbones = {*BACKBONES, PLUGINS["backbone"]}
    methods, tasks = {*METHODS, PLUGINS["method"]}, {*TASKS, PLUGINS["task"]}
    expected = {("method", name, backbone) for name in methods for backbone in backbones}
    expected |= {("task", name, backbone) for name in tasks for backbone in backbones}
    assert set(matrix()) == expected


@pytest.mark.parametrize(
    "backbone",
    [PLUGINS["backbone"], *(pytest.param(each, marks=pytest.mark.slow) for each in BACKBONES)],
)
def test_every_yes_trains_a_step(backbone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(site())
    tried = set()
    for method, task in runs_with_every_pair(backbone):
        folder = tmp_path / f"{method}-{task}"
        folder.mkdir()
        result = ftkit.train(ftkit.Recipe(**recipe(backbone, method, task, folder)), quiet=True).result
        assert (result["steps"], result["validation_examples"]) == (1, 2)
        assert (folder / "run" / "figures.csv").read_text(encoding="utf-8").count("loss") == 1
        tried |= {("method", method, backbone), ("task", task, backbone)}
    assert tried == {pair for pair, works in matrix().items() if works and pair[-1] == backbone}


def test_every_no_is_refused_before_anything_is_loaded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = [(backbone, method, "sentiment") for backbone, method in pairs("method", works=False)]
    refused += [(backbone, "full", task) for backbone, task in pairs("task", works=False)]
    assert (PLUGINS["backbone"], "adapter", "sentiment") in refused
    for names in refused:
        given = json.dumps(recipe(*names, tmp_path))
        ran = run_python("-c", REFUSAL, given, sites=[site()])
        assert ran.status == 0, ran.err
        told, loaded, files, seconds = json.loads(ran.out)
        assert any("the backbone lacks" in problem or "names no module" in problem for problem in told)
        assert (loaded, files) == ([], [])
        assert not (tmp_path / "run").exists()
        typed = ["--model", names[0], "--method", names[1], "--task", names[2]]
        start, used = time.perf_counter(), children_seconds()
        assert run_ftkit("train", *typed, sites=[site()], cwd=tmp_path).status == 2
        whole, used = time.perf_counter() - start, children_seconds() - used
        with capsys.disabled():
            took = f"{seconds:.2f} s, as a command in {whole:.2f} s ({used:.2f} s of CPU)"
            print(f"\n{' on '.join(names[1::-1])}: refused in {took}")
