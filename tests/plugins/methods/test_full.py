"""Full fine-tuning: the artifact is a checkpoint like any other."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch

import ftkit
from ftkit.answering.predictor import load_weights_of
from ftkit.runs.resolving import resolve_recipe
from support import killed, small


@pytest.mark.parametrize("backbone", small.BACKBONES)
def test_shared_tensors_are_stored_once_and_shared_again_when_loaded(backbone: str, tmp_path: Path) -> None:
    loaded = small.load(backbone, "full")
    small.train(*loaded)
    loaded.plugins.manager.hook.save_artifact(model=loaded.model, directory=tmp_path)
    names = set(small.saved_tensors(tmp_path))
    assert ("lm_head.weight" in names) == (backbone == "flan-t5")
    assert not [name for name in names if "embed_tokens" in name]
    fresh = small.load(backbone).model
    back = loaded.plugins.manager.hook.load_artifact(
        model=fresh, backbone=loaded.backbone, directory=tmp_path
    )
    tied = back.lm_head.weight is back.get_input_embeddings().weight
    assert tied == (backbone != "flan-t5")


def test_the_artifact_is_loaded_in_the_precision_of_the_model_it_replaces(tmp_path: Path) -> None:
    loaded = small.load("bart", "full")
    loaded.plugins.manager.hook.save_artifact(model=loaded.model, directory=tmp_path)
    fresh = small.load("bart", dtype="bfloat16").model
    back = loaded.plugins.manager.hook.load_artifact(
        model=fresh, backbone=loaded.backbone, directory=tmp_path
    )
    assert back.dtype == torch.bfloat16


def test_what_the_backbone_froze_stays_frozen_also_when_it_comes_back(tmp_path: Path) -> None:
    loaded = small.load("bart")
    hook = ftkit.load_plugins(backbone="bart", method="full").manager.hook
    fixed = "model.encoder.embed_positions.weight"
    loaded.model.get_parameter(fixed).requires_grad_(requires_grad=False)
    tuned = hook.apply_method(model=loaded.model, backbone=loaded.backbone, options={})
    hook.save_artifact(model=tuned, directory=tmp_path)
    back = hook.load_artifact(model=loaded.model, backbone=loaded.backbone, directory=tmp_path)
    for model in (tuned, back):
        assert {name for name, _ in model.named_parameters()} - set(small.trainable(model)) == {fixed}


def test_generation_settings_in_the_config_of_a_published_bart_survive(tmp_path: Path) -> None:
    """bart-base ships num_beams and no_repeat_ngram_size in its config.json."""
    published = tmp_path / "published"
    shutil.copytree(small.checkpoint("bart"), published)
    (published / "generation_config.json").unlink()
    file = published / "config.json"
    settings = {
        "num_beams": 4,
        "no_repeat_ngram_size": 3,
        "early_stopping": True,
        "architectures": ["BartModel"],
    }
    file.write_text(json.dumps(json.loads(file.read_text()) | settings))
    loaded = ftkit.load("bart", "full", checkpoint=str(published), device="cpu")
    artifact = tmp_path / "artifact"
    artifact.mkdir()
    loaded.plugins.manager.hook.save_artifact(model=loaded.model, directory=artifact)
    assert json.loads((artifact / "generation_config.json").read_text())["num_beams"] == 4


def test_a_saved_model_goes_to_the_device_that_was_asked_for(tmp_path: Path) -> None:
    loaded = small.load("t5", "full")
    loaded.plugins.manager.hook.save_artifact(model=loaded.model, directory=tmp_path)
    setup = resolve_recipe(killed.recipe("full", tmp_path / "run"))
    model = load_weights_of(setup, tmp_path, "meta").model  # stands for a GPU
    assert {parameter.device.type for parameter in model.parameters()} == {"meta"}
