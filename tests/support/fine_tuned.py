"""Weights that have learnt something, for figures that random ones would blur."""

from __future__ import annotations

import shutil
from pathlib import Path

from support.real_data import FOLDER, head_of_validation
from support.real_size import saved
from support.warm import run_warm_ftkit


def fine_tuned(checkpoint: str, task: str, file: str, steps: int, folder: Path) -> Path:
    """A hub-format folder with weights that have seen rows of a training file.

    Args:
        checkpoint: One that comes with ftkit, or `flan-t5-small`, which begins with random weights.
        task: The file's.
        file: Its path in the real data.
        steps: Of full fine-tuning, 1,024 tokens each.
        folder: What is written lies under it; where it is there already, nothing is trained.
    """
    artifact = folder / "run" / "artifact"
    if (folder / "run" / "result.json").exists():
        return artifact
    shutil.rmtree(folder / "run", ignore_errors=True)  # of a benchmark that was stopped
    start = saved("flan-t5", folder) if checkpoint == "flan-t5-small" else None
    ended = run_warm_ftkit(
        *["train", "--model", checkpoint, "--method", "full", "--task", task],
        *(["--checkpoint", str(start)] if start else []),
        *["--data", str(FOLDER / file), "--validation-data", str(head_of_validation(task, folder, file))],
        *["--training.max-steps", str(steps), "--training.token-budget", "1024"],
        *["--training.learning-rate", "1e-3", "--output", str(folder / "run"), "--quiet"],
        timeout=3000,
    )
    assert ended.status == 0, ended.err
    return artifact
