"""How fast ftkit trains beside transformers' stock trainer, on the same rows of the real files.

    pytest -m benchmark tests/benchmarks/test_training_speed.py -s                # every cell: hours
    pytest -m benchmark tests/benchmarks/test_training_speed.py -s -k "flan-t5 and qa"

prints the tables that docs/performance.md shows. Every side runs in a process of its own, in turn, so that a
machine that speeds up or slows down moves all of them; ratios are medians over the rounds. Weights are
random in the real sizes. FTKIT_BENCHMARK_ROUNDS, FTKIT_BENCHMARK_ROWS and FTKIT_BENCHMARK_BATCH (rows of a
stock batch) change how much is done, FTKIT_BENCHMARK_DEVICE=cuda where, and FTKIT_BENCHMARK_RESULTS names a
folder that keeps figures from one time to the next.
"""

from __future__ import annotations

import os
from pathlib import Path
from statistics import fmean, median
from typing import Any

import pytest

from support.measured import measured
from support.real_data import TRAINING, needs_real_data
from support.real_size import CHECKPOINTS, saved

PROGRAM = Path(__file__).with_name("training_program.py")
PEERS = ("stock", "grouped", "grouped-bf16")
ROUNDS = int(os.environ.get("FTKIT_BENCHMARK_ROUNDS", "3"))
ROWS = int(os.environ.get("FTKIT_BENCHMARK_ROWS", "96"))
BATCH = int(os.environ.get("FTKIT_BENCHMARK_BATCH", "16"))
DEVICE = os.environ.get("FTKIT_BENCHMARK_DEVICE", "cpu")


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real sizes with random weights, each made when it is first asked for."""
    return tmp_path_factory.mktemp("checkpoints")


@needs_real_data
@pytest.mark.benchmark
@pytest.mark.timeout(36_000)
@pytest.mark.parametrize("task", TRAINING)
@pytest.mark.parametrize("method", ["full", "lora", "adapter"])
@pytest.mark.parametrize("backbone", ["flan-t5", "t5", "bart"])
def test_training_beside_the_stock_trainer(backbone: str, method: str, task: str, checkpoints: Path) -> None:
    def found(side: str, seed: int) -> Any:
        words = (side, backbone, method, task, str(ROWS), str(seed), DEVICE, str(BATCH))
        return measured(PROGRAM, *words, weights=lambda: saved(backbone, checkpoints), trial=seed)

    rounds = []
    for seed in range(ROUNDS):
        ours = found("ftkit", seed)
        # Where bfloat16 doesn't pay, it takes a peer up to 200 times as long, and nobody careful chooses it.
        peers = [peer for peer in PEERS if peer != "grouped-bf16" or ours["precision"] == "bf16"]
        rounds.append({"ftkit": ours, **{peer: found(peer, seed) for peer in peers}})
    limit = found("limit", 0)

    def ratios(figure: str, peer: str) -> list[float]:
        return [each[peer][figure] / each["ftkit"][figure] for each in rounds if peer in each]

    mine = [each["ftkit"] for each in rounds]
    seconds = median(each["seconds"] for each in mine)
    rates = f"{mine[0]['rows'] / seconds:.1f} | {mine[0]['tokens'] / seconds:.0f}"
    times = [ratios("seconds", peer) for peer in PEERS]
    faster = " | ".join(f"{median(each):.1f}" if each else "–" for each in times)
    memory = median(1 / each for each in ratios("peak", "stock"))
    losses = [fmean(each[side]["loss"] for each in rounds) for side in ("ftkit", "stock")]
    off = 100 * (losses[0] / losses[1] - 1)
    print(
        f"\n| {CHECKPOINTS[backbone]} | {method} | {task} | {mine[0]['precision']} | {rates} | {faster} "
        f"| {memory:.2f} | {off:+.2f} % | {100 * limit['seconds'] / seconds:.0f} % |"
    )
    assert all(side["tokens"] == mine[0]["tokens"] for each in rounds for side in each.values())
