"""How fast validation rows are answered, beside transformers' stock trainer on the same weights and rows.

    pytest -m benchmark tests/benchmarks/test_evaluation_speed.py -s

prints the table that docs/evaluation.md shows. Each side runs in a process of its own, in turn, so that a
machine that speeds up or slows down moves both. The weights are fine-tuned first, those of flan-t5-small from
random ones of its real size, so that questions and reviews get answers that end. Translations mostly go on to
the limit after so few steps: some captions of flan-t5-small end, and none of the news do.
"""

from __future__ import annotations

import os
import statistics
from pathlib import Path
from typing import Any

import pytest

from support.fine_tuned import fine_tuned
from support.measured import kept_beside_results, measured
from support.real_data import CAPTIONS, TRAINING, needs_real_data

PROGRAM = Path(__file__).with_name("evaluation_program.py")
TRIALS = int(os.environ.get("FTKIT_BENCHMARK_ROUNDS", "3"))
DATA = [*TRAINING.items(), ("translation", CAPTIONS)]
STEPS = {"t5-tiny": 300, "flan-t5-small": 30}
STEPS_FOR_CAPTIONS = 600
ROWS = {"t5-tiny": 200, "flan-t5-small": 96}


@needs_real_data
@pytest.mark.benchmark
@pytest.mark.timeout(7200)
@pytest.mark.parametrize(("task", "file"), DATA)
@pytest.mark.parametrize("checkpoint", STEPS)
def test_answers_are_those_of_the_stock_trainer_and_come_sooner(
    checkpoint: str, task: str, file: str, tmp_path: Path
) -> None:
    steps = STEPS_FOR_CAPTIONS if file == CAPTIONS else STEPS[checkpoint]

    def weights() -> Path:
        folder = kept_beside_results(f"{checkpoint}-{Path(file).parent.name}-{steps}", tmp_path)
        return fine_tuned(checkpoint, task, file, steps, folder)

    words = (checkpoint, task, file, str(ROWS[checkpoint]))

    def found(side: str, trial: int) -> Any:
        return measured(PROGRAM, side, *words, weights=weights, trial=trial)

    pairs = [[found(side, trial) for side in ("ours", "stock")] for trial in range(TRIALS)]
    mine, theirs = pairs[0]
    texts = zip(mine["texts"], theirs["texts"], strict=True)
    others = [row for row, (ours, stock) in enumerate(texts) if ours != stock]
    faster = statistics.median(stock["seconds"] / ours["seconds"] for ours, stock in pairs)
    memory = statistics.median(ours["peak"] / stock["peak"] for ours, stock in pairs)
    seconds = [statistics.median(side["seconds"] for side in sides) for sides in zip(*pairs, strict=True)]
    rows = len(mine["texts"])
    print(
        f"\n| {checkpoint} | {task} | {Path(file).parent} | {rows - len(others)} of {rows} "
        f"| {seconds[0]:.1f} | {seconds[1]:.1f} | {faster:.1f} | {memory:.2f} |"
    )
    assert mine["metrics"] == theirs["metrics"]
    if others:
        explain(others, mine["texts"], theirs["texts"], found("exact", 0))
    assert not others


def explain(rows: list[int], ours: list[str], stock: list[str], exact: Any) -> None:
    """Print whose answers are those of float64, and whether the others part from it at a near tie."""
    for row in rows:
        sides = {"ours": ours[row], "stock": stock[row]}
        right = [side for side, text in sides.items() if text == exact["texts"][row]]
        near = [side for side, text in sides.items() if text.startswith(tuple(exact["ties"][row]))]
        print(f"row {row}: float64 writes what {right} wrote; {near} took a token nearly as likely")
