"""How many parameters the methods train on the real architectures, and how much they save."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

import ftkit
from ftkit.options import complete_options
from support import small
from support.real_size import real_model

# Computed by hand. LoRA: attentions x (query, value) x rank 8 x (in + out); seq_bn: layers x (down, up,
# and their biases).
LORA = {
    "t5": (12 + 2 * 12) * 2 * 8 * (768 + 768),
    "bart": (6 + 2 * 6) * 2 * 8 * (768 + 768),
    "flan-t5": (8 + 2 * 8) * 2 * 8 * (512 + 384),
}
SEQ_BN = {
    "t5": 24 * (768 * 48 + 48 + 48 * 768 + 768),
    "bart": 12 * (768 * 48 + 48 + 48 * 768 + 768),
    "flan-t5": 16 * (512 * 32 + 32 + 32 * 512 + 512),
}
FULL = {"t5": 222_903_552, "bart": 139_420_416, "flan-t5": 76_961_152}


def applied(backbone: str, method: str, device: str = "meta", **given: Any) -> tuple[Any, Any]:
    plugins = ftkit.load_plugins(backbone, method)
    assert plugins.backbone
    assert plugins.method
    options = complete_options({"method": plugins.method.info.options}, {"method": given})["method"]
    model = plugins.manager.hook.apply_method(
        model=real_model(backbone, device), backbone=plugins.backbone.info, options=options
    )
    return model, plugins.manager.hook


@pytest.mark.parametrize("backbone", small.BACKBONES)
@pytest.mark.parametrize(("method", "expected"), [("full", FULL), ("lora", LORA), ("adapter", SEQ_BN)])
def test_a_method_trains_as_many_parameters_as_its_paper_counts(
    backbone: str, method: str, expected: dict[str, int]
) -> None:
    model, _ = applied(backbone, method)
    assert sum(weight.numel() for weight in small.trainable(model).values()) == expected[backbone]


def test_the_hand_computed_numbers_are_the_published_ones() -> None:
    assert LORA == {"t5": 884_736, "bart": 442_368, "flan-t5": 344_064}
    assert SEQ_BN == {"t5": 1_789_056, "bart": 894_528, "flan-t5": 532_992}


def test_an_adapter_of_t5_base_is_saved_in_eight_megabytes_without_the_tied_output_layer(
    tmp_path: Path,
) -> None:
    model, hook = applied("t5", "adapter")
    model.to_empty(device="cpu")
    hook.save_artifact(model=model, directory=tmp_path)
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 8_000_000
    assert all(".adapters.ftkit." in name for name in small.saved_tensors(tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize(("backbone", "method"), small.PAIRS)
def test_a_real_size_model_comes_back_from_disk_with_the_same_logits(
    backbone: str, method: str, tmp_path: Path
) -> None:
    torch.manual_seed(0)
    model, hook = applied(backbone, method, "cpu")
    with torch.no_grad():
        for weight in small.trainable(model).values():
            weight.add_(torch.randn_like(weight), alpha=0.01)
    hook.save_artifact(model=model, directory=tmp_path)
    torch.manual_seed(0)
    plugins = ftkit.load_plugins(backbone, method)
    assert plugins.backbone
    back = hook.load_artifact(
        model=real_model(backbone, "cpu"), backbone=plugins.backbone.info, directory=tmp_path
    )
    ids = torch.arange(2, 34).reshape(2, 16)
    with torch.no_grad():
        expected = model.eval()(input_ids=ids, labels=ids).logits
        assert torch.equal(back.eval()(input_ids=ids, labels=ids).logits, expected)
