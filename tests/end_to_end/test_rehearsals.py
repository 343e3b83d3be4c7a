"""All 27 combinations of the built-ins learn in a rehearsal: better than untuned, and over the bar.

    pytest -m slow tests/end_to_end/test_rehearsals.py -s

prints the table that docs/built-ins.md shows.
"""

from __future__ import annotations

import itertools
from functools import cache
from pathlib import Path

import pytest

import ftkit
from ftkit.data.examples import Formatter
from ftkit.data.prepared import prepare
from ftkit.data.reading import Reading
from ftkit.evaluating.evaluation import evaluate_examples
from support.program import run_ftkit

BARS = {"qa": ("f1", 60.0), "sentiment": ("accuracy", 0.90), "translation": ("bleu", 25.0)}
COMBINATIONS = list(itertools.product(("t5", "bart", "flan-t5"), ("full", "lora", "adapter"), BARS))


@cache
def untuned(backbone: str, task: str) -> float:
    """What the tiny checkpoint scores on the task's validation sample before any fine-tuning."""
    loaded = ftkit.load(f"{backbone}-tiny", task=task)
    sample = Formatter.of(loaded).task.sample
    assert sample is not None
    data = prepare(sample.train, sample.validation, Reading(), 0, loaded.plugins, loaded.options["task"])
    scored = evaluate_examples(loaded, data.validation, {"decoding": "generate"})
    return scored.metrics[BARS[task][0]]


@pytest.mark.slow
@pytest.mark.parametrize(("backbone", "method", "task"), COMBINATIONS)
def test_a_rehearsal_beats_the_untuned_checkpoint_and_its_bar(
    backbone: str, method: str, task: str, tmp_path: Path
) -> None:
    names = ["--model", backbone, "--method", method, "--task", task]
    ended = run_ftkit("train", *names, "--output", str(tmp_path / "run"), "--json", HF_HUB_OFFLINE="1")
    assert ended.status == 0, ended.err
    metric, bar = BARS[task]
    reached, before = ended.json["metrics"][metric], untuned(backbone, task)
    seconds, kilobytes = ended.json["train_seconds"], ended.json["artifact_bytes"] / 1000
    cells = f"{before:.2f} | {reached:.2f} | {bar:g} | {seconds:.0f} | {kilobytes:,.0f}"
    print(f"\n| {backbone} | {method} | {task} | {cells} |")
    assert reached > before
    assert reached >= bar
