"""LoRA: its options, its file format, its guards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file, save_file

import ftkit
from support import small


@pytest.fixture
def artifact(tmp_path: Path) -> Path:
    loaded = small.load("bart", "lora")
    small.train(*loaded)
    loaded.plugins.manager.hook.save_artifact(model=loaded.model, directory=tmp_path)
    return tmp_path


def load_artifact(folder: Path, backbone: str = "bart") -> Any:
    fresh = small.load(backbone)
    hook = ftkit.load_plugins(backbone, "lora").manager.hook
    return hook.load_artifact(model=fresh.model, backbone=fresh.backbone, directory=folder)


@pytest.mark.parametrize("backbone", small.BACKBONES)
def test_peft_itself_opens_what_is_saved(backbone: str, tmp_path: Path) -> None:
    loaded = small.load(backbone, "lora")
    model, tokenizer = loaded
    small.train(model, tokenizer)
    loaded.plugins.manager.hook.save_artifact(model=model, directory=tmp_path)
    opened = PeftModel.from_pretrained(small.load(backbone).model, tmp_path)
    assert torch.equal(small.logits(opened, tokenizer), small.logits(model, tokenizer))


def test_the_update_is_what_the_paper_says_it_is() -> None:
    model, _ = small.load("t5", "lora", method_options={"rank": 4, "alpha": 10})
    layer = model.get_submodule("base_model.model.encoder.block.0.layer.0.SelfAttention.q")
    torch.nn.init.normal_(layer.lora_B["default"].weight)
    inputs = torch.randn(3, 32)
    down, up = layer.lora_A["default"].weight, layer.lora_B["default"].weight  # (4, 32), (32, 4)
    expected = inputs @ layer.base_layer.weight.T + 10 / 4 * (inputs @ down.T @ up.T)
    torch.testing.assert_close(layer(inputs), expected)


@pytest.mark.parametrize(
    "options",
    [
        {"init": "gaussian"},
        {"init": "orthogonal"},
        {"init": "pissa"},
        {"init": "olora"},
        {"use_dora": "true"},
        {"use_rslora": "true"},
        {"targets": "query,key,value,attention_output,feed_forward_in,feed_forward_out"},
        {"dropout": "0.1", "rank": "3", "alpha": "6"},
        {"stacks": "decoder"},
    ],
    ids=lambda options: ",".join(f"{key}={value}" for key, value in options.items()),
)
@pytest.mark.parametrize("backbone", ["bart", "flan-t5"])
def test_each_option_trains_comes_back_and_merges(
    backbone: str, options: dict[str, str], tmp_path: Path
) -> None:
    loaded = small.load(backbone, "lora", method_options=options)
    model, tokenizer = loaded
    small.train(model, tokenizer)
    loaded.plugins.manager.hook.save_artifact(model=model, directory=tmp_path)
    expected = small.logits(model, tokenizer)
    back = load_artifact(tmp_path, backbone)
    scale = expected.abs().max()
    torch.testing.assert_close(small.logits(back, tokenizer), expected, atol=1e-6 * scale, rtol=0)
    merged = loaded.plugins.manager.hook.merge_artifact(model=back)
    torch.testing.assert_close(small.logits(merged, tokenizer), expected, atol=1e-5 * scale, rtol=0)


@pytest.mark.parametrize("backbone", small.BACKBONES)
@pytest.mark.parametrize(("stacks", "other"), [("decoder", "get_encoder"), ("encoder", "get_decoder")])
def test_one_stack_alone_gets_updates_and_the_other_none(backbone: str, stacks: str, other: str) -> None:
    model, _ = small.load(backbone, "lora", method_options={"stacks": stacks})
    mine = model.get_decoder() if stacks == "decoder" else model.get_encoder()
    trained = sum(each.requires_grad for each in model.parameters())
    assert trained
    assert sum(each.requires_grad for each in mine.parameters()) == trained
    assert not any(each.requires_grad for each in getattr(model, other)().parameters())


def test_a_role_that_the_chosen_stack_does_not_have_is_refused() -> None:
    options = {"stacks": "decoder", "targets": "language_model_head"}
    with pytest.raises(ftkit.OptionsError, match="the decoder has no module for language_model_head"):
        small.load("flan-t5", "lora", method_options=options)


def test_an_unknown_role_is_answered_with_the_roles_there_are() -> None:
    with pytest.raises(ftkit.OptionsError, match="names no 'quary'; it names query, key, value"):
        small.load("bart", "lora", method_options={"targets": "quary,value"})


def test_a_role_that_no_module_of_the_checkpoint_plays_is_refused() -> None:
    with pytest.raises(ftkit.OptionsError, match="no module for 'feed_forward_gate'"):
        small.load("t5", "lora", method_options={"targets": "feed_forward_gate"})


@pytest.mark.parametrize(
    ("backbone", "role"), [("t5", "embedding"), ("t5", "language_model_head"), ("bart", "embedding")]
)
def test_tied_weights_are_no_target(backbone: str, role: str) -> None:
    with pytest.raises(ftkit.OptionsError, match="shared with another module"):
        small.load(backbone, "lora", method_options={"targets": role})


def test_what_peft_refuses_is_one_error_about_the_options() -> None:
    with pytest.raises(ftkit.OptionsError, match="PEFT refuses"):
        small.load("t5", "lora", method_options={"init": "orthogonal", "rank": 3})


@pytest.mark.parametrize("first", ["adapter", "lora"])
@pytest.mark.parametrize("second", ["adapter", "lora"])
def test_a_model_that_one_library_changed_is_not_given_to_another(first: str, second: str) -> None:
    loaded = small.load("t5", first)
    plugins = ftkit.load_plugins("t5", second)
    assert plugins.method
    options = {option.name: option.default for option in plugins.method.info.options}
    with pytest.raises(ftkit.OptionsError, match="already changed by"):
        plugins.manager.hook.apply_method(model=loaded.model, backbone=loaded.backbone, options=options)


def test_an_artifact_without_its_safetensors_is_refused_not_looked_for_as_a_pickle(artifact: Path) -> None:
    (artifact / "adapter_model.safetensors").rename(artifact / "adapter_model.bin")
    with pytest.raises(ftkit.CheckpointError, match=r"no adapter_model\.safetensors"):
        load_artifact(artifact)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"peft_type": "IA3"}, "its peft_type is 'IA3'"),
        ({"auto_mapping": {"base_model_class": "X", "parent_library": "os"}}, "refused for auto_mapping"),
        ({"megatron_config": {"a": 1}}, "refused for megatron_config"),
        ({"r": 5}, "doesn't fit"),
        ({"target_modules": ["nothing"]}, "doesn't fit"),
    ],
)
def test_a_changed_artifact_is_refused(artifact: Path, change: dict[str, Any], message: str) -> None:
    file = artifact / "adapter_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(ftkit.CheckpointError, match=message):
        load_artifact(artifact)


@pytest.mark.filterwarnings("ignore:Found missing adapter keys")  # PEFT warns where ftkit then refuses
def test_an_artifact_that_lacks_a_tensor_is_refused(artifact: Path) -> None:
    tensors = load_file(artifact / "adapter_model.safetensors")
    lost = sorted(tensors)[0]
    save_file({n: t for n, t in tensors.items() if n != lost}, artifact / "adapter_model.safetensors")
    with pytest.raises(ftkit.CheckpointError, match=f"lacks 1 tensors: {lost}"):
        load_artifact(artifact)


def test_updates_are_learnt_in_float32_beside_bfloat16_weights() -> None:
    model, _ = small.load("t5", "lora", dtype="bfloat16")
    assert {weight.dtype for weight in small.trainable(model).values()} == {torch.float32}
