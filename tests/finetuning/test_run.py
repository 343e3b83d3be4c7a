"""`ftkit train` from a file of rows to a run folder, on small random checkpoints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from support import small
from support.program import Outcome
from support.warm import run_warm_ftkit

KEYS = {
    *("model", "checkpoint", "method", "task", "rehearsal", "metrics", "examples", "target_tokens"),
    *("padding_fraction", "trainable_parameters", "total_parameters", "artifact_bytes", "train_seconds"),
    *("tokens_per_second", "peak_memory_bytes", "seed", "versions", "plugins"),
}


def train(*arguments: str, backbone: str = "t5", method: str = "lora", cwd: Path | None = None) -> Outcome:
    weights = str(small.checkpoint(backbone))
    chosen = ["--model", backbone, "--method", method, "--checkpoint", weights]
    return run_warm_ftkit("train", *chosen, *arguments, cwd=cwd)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    lines = [{"text": f"I liked the film number {n}.", "label": n % 2} for n in range(60)]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@pytest.fixture(scope="module")
def run(rows: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    folder = tmp_path_factory.mktemp("run") / "out"
    settings = ["--training.epochs", "1", "--training.token-budget=400", "--method.rank", "4", "--seed", "3"]
    ended = train("--task", "sentiment", "--data", str(rows), "--output", str(folder), "--json", *settings)
    assert ended.status == 0, ended.err
    return folder, ended.json


def test_json_on_stdout_is_the_result_and_has_the_promised_keys(run: tuple[Path, Any]) -> None:
    folder, result = run
    assert set(result) >= KEYS
    assert result == json.loads((folder / "result.json").read_text())
    assert result["rehearsal"] is False
    assert result["examples"] + result["validation_examples"] == 60
    assert 0 < result["trainable_parameters"] < result["total_parameters"]


def test_recipe_in_the_folder_holds_every_option_and_makes_the_same_run_again(
    run: tuple[Path, Any], tmp_path: Path
) -> None:
    folder, result = run
    recipe = yaml.safe_load((folder / "recipe.yaml").read_text())
    assert recipe["method"]["rank"] == 4
    assert recipe["training"]["token_budget"] == 400
    again = run_warm_ftkit(
        "train",
        str(folder / "recipe.yaml"),
        "--output",
        str(tmp_path / "again"),
        "--json",
    )
    assert again.status == 0, again.err
    artifacts = [
        (place / "artifact/adapter_model.safetensors").read_bytes() for place in (folder, tmp_path / "again")
    ]
    assert artifacts[0] == artifacts[1]
    assert again.json["metrics"] == result["metrics"]


def test_predictions_and_metrics_are_lines_of_json(run: tuple[Path, Any]) -> None:
    folder, result = run
    predictions = [json.loads(line) for line in (folder / "predictions.jsonl").read_text().splitlines()]
    assert len(predictions) == result["validation_examples"]
    wanted = {"input", "references", "prediction", "parsed", "score", "metrics", "truncated", "windows"}
    assert set(predictions[0]) == wanted
    steps = [json.loads(line)["step"] for line in (folder / "metrics.jsonl").read_text().splitlines()]
    assert steps == sorted(steps)
    assert steps[0] == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--task", "sentiment", "--training.epoch", "1"],
            "training.epoch: there is no such option; did you mean epochs?",
        ),
        (
            ["--task", "sentiment", "--method.rank", "0", "--training.precision", "fp8"],
            "method.rank: it must be at least 1, not 0",
        ),
        (["--task", "sentimant"], "did you mean sentiment"),
        (["--task", "sentiment", "--data", "none.csv"], "none.csv: No such file or directory"),
        (
            ["--task", "sentiment", "--colour"],
            "error: no such option: --colour; did you mean --columns? ftkit train --help",
        ),
        (
            ["--metod", "lora"],
            "error: no such option: --metod; did you mean --method? ftkit train --help lists",
        ),
        (["--task", "qa", "--data", "{rows}"], "{rows}:1: the row lacks 'question'"),
        (["--data", "{rows}"], "say which task: --task NAME; installed tasks: qa, sentiment, translation"),
        (
            ["--task", "sentiment", "--output", "{parent}"],
            "is not empty, and nothing in it was touched; choose",
        ),
    ],
)
def test_a_mistake_is_one_message_and_leaves_no_folder(
    rows: Path, tmp_path: Path, arguments: list[str], said: str
) -> None:
    names = {"rows": str(rows), "parent": str(rows.parent)}
    refused = train(*(each.format(**names) for each in arguments), cwd=tmp_path)
    assert refused.status == 2
    assert said.format(**names) in refused.err
    assert "Traceback" not in refused.err
    assert list(tmp_path.iterdir()) == []


def test_all_wrong_options_are_reported_at_once(tmp_path: Path) -> None:
    refused = train(
        "--task",
        "sentiment",
        "--method.rank",
        "0",
        "--training.precision",
        "fp8",
        "--model.x",
        "1",
        cwd=tmp_path,
    )
    assert [line.partition(":")[0] for line in refused.err.removeprefix("error: ").splitlines()] == [
        "model.x",
        "method.rank",
        "training.precision",
    ]
