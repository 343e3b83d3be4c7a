"""t5-base, bart-base and flan-t5-small at their real sizes train on the real files, with every method.

    pytest -m slow tests/end_to_end/test_real_sizes.py -s

prints the table that docs/results.md shows. The weights are random: only speed, memory and sizes mean
anything.
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
import torch

import ftkit
from support import small
from support.program import run_ftkit
from support.real_data import FOLDER, TRAINING, head_of_validation, needs_real_data
from support.real_size import CHECKPOINTS, saved

STEPS = 20


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("checkpoints")


@torch.no_grad()
def loss_on(run: Path, loaded: ftkit.LoadedModel) -> float:
    """A model's mean loss on the validation rows of a run."""
    lines = (run / "predictions.jsonl").read_text(encoding="utf-8").splitlines()
    losses = []
    for row in map(json.loads, lines):
        ids = loaded.tokenizer(row["input"], truncation=True, max_length=512, return_tensors="pt")
        labels = loaded.tokenizer(text_target=str(row["references"][0]), return_tensors="pt")["input_ids"]
        losses.append(float(loaded.model(**ids, labels=labels).loss))
    return sum(losses) / len(losses)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@needs_real_data
@pytest.mark.parametrize(
    ("backbone", "task", "method"), list(itertools.product(CHECKPOINTS, TRAINING, small.METHODS))
)
def test_a_model_of_real_size_trains_on_a_real_file(
    backbone: str, task: str, method: str, checkpoints: Path, tmp_path: Path
) -> None:
    weights = saved(backbone, checkpoints)
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
    untrained = ftkit.load(backbone, task=task, checkpoint=str(weights), device="cpu")
    trained = ftkit.load_run(tmp_path / "run", device="cpu").loaded
    # On the same rows: the losses of the steps are each of other ones, some harder and some easier.
    assert loss_on(tmp_path / "run", trained) < loss_on(tmp_path / "run", untrained)
    print(
        f"\n| {CHECKPOINTS[backbone]} | {task} | {method} | {losses[0]:.2f} → {losses[-1]:.2f} "
        f"| {result['train_seconds']:.0f} | {result['tokens_per_second']:.0f} "
        f"| {result['peak_memory_bytes'] / 1e9:.1f} |"
    )
