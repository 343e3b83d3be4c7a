"""t5-base, bart-base and flan-t5-small at their real sizes train on the real files, with every method.

    pytest -m slow tests/end_to_end/test_real_sizes.py -s

prints the table that docs/training.md shows. The weights are random: only speed, memory and sizes mean
anything.
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from statistics import fmean

import pytest

from support import small
from support.program import run_ftkit
from support.real_data import FOLDER, TRAINING, head_of_validation, needs_real_data
from support.real_size import CHECKPOINTS, save_checkpoint

STEPS = 20


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("checkpoints")


@pytest.mark.slow
@pytest.mark.timeout(3600)
@needs_real_data
@pytest.mark.parametrize(
    ("backbone", "task", "method"), list(itertools.product(CHECKPOINTS, TRAINING, small.METHODS))
)
def test_a_model_of_real_size_trains_on_a_real_file(
    backbone: str, task: str, method: str, checkpoints: Path, tmp_path: Path
) -> None:
    weights = checkpoints / backbone
    if not weights.exists():
        save_checkpoint(backbone, weights)
    chosen = ["--model", backbone, "--method", method, "--task", task, "--checkpoint", str(weights)]
    data = [
        "--data",
        str(FOLDER / TRAINING[task]),
        "--validation-data",
        str(head_of_validation(task, tmp_path)),
    ]
    settings = ["--training.max-steps", str(STEPS), "--training.token-budget", "256"]
    settings += ["--training.log-steps", "1", "--json"]
    ended = run_ftkit(
        "train",
        *chosen,
        *data,
        *settings,
        "--output",
        str(tmp_path / "run"),
        timeout=3000,
        HF_HUB_OFFLINE="1",
    )
    assert ended.status == 0, ended.err
    result = ended.json
    assert result["steps"] == STEPS
    losses = [
        json.loads(line)["loss"] for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()
    ]
    assert fmean(losses[STEPS // 2 :]) < fmean(losses[: STEPS // 2])  # one batch is harder than another
    print(
        f"\n| {CHECKPOINTS[backbone]} | {task} | {method} | {losses[0]:.2f} → {losses[-1]:.2f} "
        f"| {result['train_seconds']:.0f} | {result['tokens_per_second']:.0f} "
        f"| {result['peak_memory_bytes'] / 1e9:.1f} | {result['artifact_bytes'] / 1e6:.1f} |"
    )
