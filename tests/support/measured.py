"""Figures that benchmarks print, each taken in a process of its own.

`FTKIT_BENCHMARK_RESULTS` may name a folder where they are kept: a benchmark of hours that was stopped takes
from there what it had found. After a change that matters the folder has to be another one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ftkit.files import write_whole
from ftkit.threads import usable_cores
from support.program import run_python

_TESTS = Path(__file__).parents[1]


def kept_beside_results(name: str, instead: Path) -> Path:
    """A folder for what a benchmark trains: beside its results where these are kept, else one that is not."""
    home = os.environ.get("FTKIT_BENCHMARK_RESULTS")
    folder = Path(home or instead, name)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def measured(program: Path, *words: str, weights: Callable[[], Path], trial: int | str) -> Any:
    """The JSON that a program prints.

    Args:
        program: It has all cores.
        words: Its arguments.
        weights: Makes the last argument, where the program has to run.
        trial: Which time this is, or with which weights: what else the figure's name has to say.
    """
    home = os.environ.get("FTKIT_BENCHMARK_RESULTS")
    name = "-".join([program.stem, *words, str(trial)]).replace("/", "_")
    kept = Path(home, f"{name}.json") if home else None
    if kept and kept.exists():
        return json.loads(kept.read_text(encoding="utf-8"))
    ended = run_python(
        *[str(program), *words, str(weights())],
        sites=[_TESTS],
        timeout=7200,
        OMP_NUM_THREADS=str(usable_cores()),
    )
    assert ended.status == 0, ended.err
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_whole(kept, ended.out)
    return ended.json
