"""How long commands take to begin, as ratios to a peer measured in the same run.

    pytest -m benchmark tests/benchmarks/test_startup.py -s

The peer of the commands about plugins is the bare import of what every typer program with a rich table
needs; that of `ftkit train`, up to its first step, the bare import of its libraries and the loading of the
weights. Each figure is the median of pairs that run in turn, so that a machine that speeds up or slows down
moves both sides.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support.program import environment
from support.real_data import head_of_validation, needs_real_data
from support.real_size import save_checkpoint
from support.wheels import install, task_distribution

PEER = [sys.executable, "-c", "import typer, rich.table"]
FTKIT = str(Path(sys.executable).with_name("ftkit"))
PAIRS = 21


def seconds(command: list[str], env: dict[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def paired(
    command: list[str], env: dict[str, str], peer: list[str], peer_env: dict[str, str]
) -> list[tuple[float, float]]:
    seconds(command, env), seconds(peer, peer_env)  # the first run of each fills caches
    return [(seconds(command, env), seconds(peer, peer_env)) for _ in range(PAIRS)]


def ratio(name: str, command: list[str], limit: float, **variables: str) -> None:
    env = environment(**variables)
    pairs = paired(command, env, PEER, environment())
    found = statistics.median(ours / peer for ours, peer in pairs)
    ours = statistics.median(ours for ours, _ in pairs)
    print(f"\n{name}: {found:.2f} times the peer (limit {limit}), median {ours * 1000:.0f} ms")


@pytest.mark.benchmark
def test_listing_takes_a_small_multiple_of_the_bare_imports() -> None:
    ratio("ftkit list-plugins --json", [FTKIT, "list-plugins", "--json"], 1.6)


@pytest.mark.benchmark
def test_completion_takes_a_small_multiple_of_the_bare_imports() -> None:
    typed = {"COMP_WORDS": "ftkit train --model ", "COMP_CWORD": "3"}
    ratio("ftkit train --model <TAB>", [FTKIT], 1.6, _FTKIT_COMPLETE="complete_bash", **typed)


@pytest.mark.benchmark
def test_help_takes_a_small_multiple_of_the_bare_imports() -> None:
    ratio("ftkit --help", [FTKIT, "--help"], 2.0)


@pytest.mark.benchmark
def test_each_further_plugin_adds_little(tmp_path: Path) -> None:
    count = 200
    many = [task_distribution(f"plugin-{number}", requires=("ftkit>=0.1",)) for number in range(count)]
    site = install(many, tmp_path)
    command = [FTKIT, "list-plugins", "--json"]
    pairs = paired(command, environment([site]), command, environment())
    added = statistics.median(full - empty for full, empty in pairs) / count
    print(f"\neach further plugin: {added * 1000:.2f} ms (limit 0.5), median over {count} plugins")


# What a person waits for: the command as typed, up to the moment when the first batch is there.
_TO_THE_FIRST_STEP = """
import os, sys
from ftkit.__main__ import main
from ftkit.training import trainer
trainer.TokenBudgetTrainer.training_step = lambda *_: os._exit(0)
main()
"""
_BARE = """
import sys
import {library}
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer, Seq2SeqTrainer
AutoTokenizer.from_pretrained(sys.argv[1])
AutoModelForSeq2SeqLM.from_pretrained(sys.argv[1])
"""


@needs_real_data
@pytest.mark.benchmark
@pytest.mark.parametrize(
    ("method", "library"), [("full", "torch"), ("lora", "peft"), ("adapter", "adapters")]
)
def test_training_begins_soon_after_the_bare_imports(method: str, library: str, tmp_path: Path) -> None:
    weights = tmp_path / "weights"
    save_checkpoint("flan-t5", weights)
    data = str(head_of_validation("qa", tmp_path))
    words = ["train", "--model", "flan-t5", "--method", method, "--task", "qa", "--checkpoint", str(weights)]
    words += ["--data", data, "--validation-data", data, "--quiet"]
    env = environment(FTKIT_CACHE=str(tmp_path / "cache"))
    ours = [sys.executable, "-c", _TO_THE_FIRST_STEP, *words]
    bare = [sys.executable, "-c", _BARE.format(library=library), str(weights)]
    found = []
    for pair in range(7):
        took = seconds([*ours, "--output", str(tmp_path / f"run-{pair}")], env), seconds(bare, env)
        found.append((took[0] / took[1], *took))
    times, mine, theirs = (statistics.median(each) for each in zip(*found[1:], strict=True))
    print(f"\n{method}: {times:.2f} times the peer (limit 1.3), {mine:.1f} s and {theirs:.1f} s")
