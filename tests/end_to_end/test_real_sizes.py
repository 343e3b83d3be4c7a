"""t5-base, bart-base and flan-t5-small at their real sizes train on the real files, with every method.

    pytest -m slow tests/end_to_end/test_real_sizes.py -s

prints the table that docs/training.md shows. The weights are random: only speed, memory and sizes mean
anything.
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

from support import small
from support.program import run_ftkit
from support.real_data import FOLDER, needs_real_data
from support.real_size import CHECKPOINTS, save_checkpoint

FILES = {
    "qa": ("squad/train.json", "squad/validation.json"),
    "sentiment": ("imdb/train.csv", "imdb/validation.csv"),
    "translation": ("wmt16_en_de_news/train.jsonl", "wmt16_en_de_news/validation.jsonl"),
}
STEPS = 20


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("checkpoints")


def head(task: str, folder: Path) -> Path:
    """The first eight validation rows in a file of the same format."""
    path = FOLDER / FILES[task][1]
    text = path.read_text(encoding="utf-8")
    copy = folder / path.name
    if path.suffix == ".json":
        article = json.loads(text)["data"][0]
        article["paragraphs"] = [{**each, "qas": each["qas"][:1]} for each in article["paragraphs"][:8]]
        copy.write_text(json.dumps({"data": [article]}), encoding="utf-8")
    else:
        copy.write_text("".join(line + "\n" for line in text.split("\n")[:9]), encoding="utf-8")
    return copy


@pytest.mark.slow
@pytest.mark.timeout(3600)
@needs_real_data
@pytest.mark.parametrize(
    ("backbone", "task", "method"), list(itertools.product(CHECKPOINTS, FILES, small.METHODS))
)
def test_a_model_of_real_size_trains_on_a_real_file(
    backbone: str, task: str, method: str, checkpoints: Path, tmp_path: Path
) -> None:
    weights = checkpoints / backbone
    if not weights.exists():
        save_checkpoint(backbone, weights)
    chosen = ["--model", backbone, "--method", method, "--task", task, "--checkpoint", str(weights)]
    data = ["--data", str(FOLDER / FILES[task][0]), "--validation-data", str(head(task, tmp_path))]
    settings = ["--training.max-steps", str(STEPS), "--training.token-budget", "512", "--json"]
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
    assert losses[-1] < losses[0]
    print(
        f"\n| {CHECKPOINTS[backbone]} | {task} | {method} | {losses[0]:.2f} → {losses[-1]:.2f} "
        f"| {result['train_seconds']:.0f} | {result['tokens_per_second']:.0f} "
        f"| {result['peak_memory_bytes'] / 1e9:.1f} | {result['artifact_bytes'] / 1e6:.1f} |"
    )
