"""What ftkit's training reaches beside transformers' stock trainer in fp32, on the same rows.

    pytest -m benchmark tests/benchmarks/test_training_loss.py -s

prints a table. Random weights lose a tenth of their loss within a few steps, so that one step more or less
would decide; here both sides begin with weights that have learnt for a while.
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from statistics import fmean

import pytest

from support.fine_tuned import fine_tuned
from support.measured import kept_beside_results, measured
from support.real_data import TRAINING, needs_real_data

PROGRAM = Path(__file__).with_name("training_program.py")
SEEDS = int(os.environ.get("FTKIT_BENCHMARK_ROUNDS", "3"))
ROWS = 256
HARDWARE = ("cpu", "16")  # and the stock batch
STEPS_BEFORE = 300
BAR = 0.005  # of the stock trainer's loss


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("weights")


def weights(task: str, home: Path) -> Path:
    folder = kept_beside_results(f"flan-t5-small-{task}-{STEPS_BEFORE}", home)
    return fine_tuned("flan-t5-small", task, TRAINING[task], STEPS_BEFORE, folder)


@needs_real_data
@pytest.mark.benchmark
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("method", ["full", "lora", "adapter"])
@pytest.mark.parametrize("task", TRAINING)
def test_the_loss_on_unseen_rows_is_the_stock_trainers(task: str, method: str, home: Path) -> None:
    def loss(side: str) -> float:
        words = (side, "flan-t5", method, task, str(ROWS))
        start, trial = partial(weights, task, home), f"after-{STEPS_BEFORE}"
        return fmean(
            measured(PROGRAM, *words, str(seed), *HARDWARE, weights=start, trial=trial)["loss"]
            for seed in range(SEEDS)
        )

    ours, theirs = loss("ftkit"), loss("stock")
    print(f"\n| {task} | {method} | {ours:.4f} | {theirs:.4f} | {100 * (ours / theirs - 1):+.2f} % |")
    assert abs(ours / theirs - 1) < BAR
