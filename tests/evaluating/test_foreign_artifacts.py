"""Artifacts of PEFT and adapters are opened here, ours there, and the answers are the same."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import adapters
import peft
import pytest
import torch

import ftkit
from ftkit_plugins.tasks import translation

TEXTS = ["The dog sleeps.", "The old cat sees the bird.", "A woman sings in the garden."]
CHECKPOINT = "t5-tiny"


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([["en", "de"], *([text, "Der Hund schläft."] for text in TEXTS)])
    return path


def plain() -> Any:
    return ftkit.load(CHECKPOINT, task="translation", device="cpu").model


def written_by(model: Any) -> list[str]:
    """What transformers generates, one input at a time."""
    tokenizer = ftkit.load(CHECKPOINT, device="cpu").tokenizer
    limit = translation.describe_task().max_output_tokens
    inputs = [tokenizer(f"translate to german. english: {text}", return_tensors="pt") for text in TEXTS]
    ids = [model.eval().generate(**each, max_new_tokens=limit, num_beams=1)[0] for each in inputs]
    return [tokenizer.decode(each, skip_special_tokens=True) for each in ids]


def shaken(model: Any) -> Any:
    """The model with trained parameters that say something."""
    torch.manual_seed(3)
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data += 0.3 * torch.randn_like(parameter)
    return model


def save_with_peft(folder: Path) -> Any:
    config = peft.LoraConfig(task_type="SEQ_2_SEQ_LM", r=4, target_modules=["q", "v", "wi"])
    model = shaken(peft.get_peft_model(plain(), config))
    model.save_pretrained(folder)
    return model


def save_with_adapters(folder: Path) -> Any:
    model = plain()
    adapters.init(model)
    model.add_adapter("somebody_elses", config="double_seq_bn")
    model.train_adapter("somebody_elses")
    shaken(model).save_adapter(str(folder), "somebody_elses", use_safetensors=True)
    return model


@pytest.mark.parametrize(
    ("method", "save"), [("lora", save_with_peft), ("adapter", save_with_adapters)], ids=["peft", "adapters"]
)
def test_an_artifact_saved_elsewhere_answers_as_it_does_there(
    method: str, save: Callable[[Path], Any], rows: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "artifact"
    expected = written_by(save(folder))
    recipe = ftkit.Recipe(model=CHECKPOINT, method=method, task="translation", data=str(rows), device="cpu")
    report = ftkit.evaluate(folder, recipe, output=str(tmp_path / "evaluation"))
    assert [row["prediction"] for row in report.rows] == expected
    assert expected != written_by(plain())


def opened_by_peft(folder: Path) -> Any:
    return peft.PeftModel.from_pretrained(plain(), str(folder))


def opened_by_adapters(folder: Path) -> Any:
    model = plain()
    adapters.init(model)
    model.load_adapter(str(folder), use_safetensors=True, set_active=True)
    return model


@pytest.mark.parametrize(
    ("method", "opened"),
    [("lora", opened_by_peft), ("adapter", opened_by_adapters)],
    ids=["peft", "adapters"],
)
def test_the_artifact_of_a_run_answers_there_as_it_does_here(
    method: str, opened: Callable[[Path], Any], rows: Path, tmp_path: Path
) -> None:
    recipe = ftkit.Recipe(
        model=CHECKPOINT,
        method=method,
        task="translation",
        data=str(rows),
        validation_data=str(rows),
        output=str(tmp_path / "run"),
        device="cpu",
        options={"training": {"max_steps": 3, "learning_rate": 0.03, "schedule": "constant"}},
    )
    run = ftkit.train(recipe, quiet=True)
    expected = written_by(opened(run.folder / "artifact"))
    assert [row["prediction"] for row in ftkit.evaluate(run.folder).rows] == expected
    assert expected != written_by(plain())
