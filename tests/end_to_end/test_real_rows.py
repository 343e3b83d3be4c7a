"""Every backbone, method and task trains on the real files as they are, from the tiny checkpoints."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from statistics import fmean

import pytest

from support import small
from support.real_data import FOLDER, TRAINING, head_of_validation, needs_real_data
from support.warm import run_warm_ftkit

IN_EVERY_RUN = [("t5", "adapter", "qa"), ("bart", "full", "sentiment"), ("flan-t5", "lora", "translation")]
ALL = list(itertools.product(small.BACKBONES, small.METHODS, TRAINING))
OTHERS = [each for each in ALL if each not in IN_EVERY_RUN]
STEPS = 20


@needs_real_data
@pytest.mark.parametrize(
    ("backbone", "method", "task"),
    [*IN_EVERY_RUN, *(pytest.param(*each, marks=pytest.mark.slow) for each in OTHERS)],
)
def test_a_real_file_trains_with_every_backbone_method_and_task(
    backbone: str, method: str, task: str, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    chosen = ["--model", f"{backbone}-tiny", "--method", method, "--task", task, "--output", str(folder)]
    data = [
        "--data",
        str(FOLDER / TRAINING[task]),
        "--validation-data",
        str(head_of_validation(task, tmp_path)),
    ]
    settings = ["--training.max-steps", str(STEPS), "--training.token-budget", "1024"]
    settings += ["--training.log-steps", "1", "--json"]
    ended = run_warm_ftkit("train", *chosen, *data, *settings)
    assert ended.status == 0, ended.err
    result = ended.json
    assert (result["examples"], result["validation_examples"], result["steps"]) == (8000, 8, STEPS)
    assert result["rejected"] == 0
    losses = [json.loads(line)["loss"] for line in (folder / "metrics.jsonl").read_text().splitlines()]
    assert fmean(losses[STEPS // 2 :]) < fmean(losses[: STEPS // 2])  # one batch is harder than another
