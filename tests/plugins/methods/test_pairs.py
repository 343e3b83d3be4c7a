"""Every method on every backbone: what trains, what is saved, and what comes back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

import ftkit
from support import small

pairs = pytest.mark.parametrize(("backbone", "method"), small.PAIRS)
LAYERS = range(small.LAYERS)


def lora_modules(backbone: str) -> Iterator[str]:
    """Names of the query and value projections, written from the architectures' papers and code."""
    for layer in LAYERS:
        if backbone == "bart":
            attentions = [
                f"model.encoder.layers.{layer}.self_attn",
                f"model.decoder.layers.{layer}.self_attn",
                f"model.decoder.layers.{layer}.encoder_attn",
            ]
            yield from (f"{attention}.{name}_proj" for attention in attentions for name in "qv")
        else:
            attentions = [
                f"encoder.block.{layer}.layer.0.SelfAttention",
                f"decoder.block.{layer}.layer.0.SelfAttention",
                f"decoder.block.{layer}.layer.1.EncDecAttention",
            ]
            yield from (f"{attention}.{name}" for attention in attentions for name in "qv")


def adapter_modules(backbone: str) -> Iterator[str]:
    """Names of the adapters behind the feed-forward blocks."""
    for layer in LAYERS:
        if backbone == "bart":
            yield f"model.encoder.layers.{layer}.output_adapters.adapters.ftkit"
            yield f"model.decoder.layers.{layer}.output_adapters.adapters.ftkit"
        else:
            yield f"encoder.block.{layer}.layer.1.adapters.ftkit"
            yield f"decoder.block.{layer}.layer.2.adapters.ftkit"


def expected_trained(backbone: str, method: str) -> set[str]:
    if method == "full":
        return {name for name, _ in small.load(backbone).model.named_parameters()}
    if method == "lora":
        return {
            f"base_model.model.{module}.lora_{half}.default.weight"
            for module in lora_modules(backbone)
            for half in "AB"
        }
    parts = ("adapter_down.0.weight", "adapter_down.0.bias", "adapter_up.weight", "adapter_up.bias")
    return {f"{module}.{part}" for module in adapter_modules(backbone) for part in parts}


def expected_saved(backbone: str, method: str) -> set[str]:
    trained = expected_trained(backbone, method)
    if method == "lora":
        return {name.replace(".default.", ".") for name in trained}
    # BART has a buffer beside its parameters: a bias of the output layer, all zeros.
    return trained | {"final_logits_bias"} if (backbone, method) == ("bart", "full") else trained


@pairs
def test_exactly_the_methods_own_parameters_require_gradients(backbone: str, method: str) -> None:
    model, _ = small.load(backbone, method)
    assert set(small.trainable(model)) == expected_trained(backbone, method)


@pairs
def test_the_model_stays_in_the_mode_it_came_in(backbone: str, method: str) -> None:
    model, _ = small.load(backbone, method)
    assert not any(module.training for module in model.modules())


@pairs
def test_a_fresh_method_leaves_the_models_answers_as_they_are(backbone: str, method: str) -> None:
    plain = small.load(backbone)
    model, tokenizer = small.load(backbone, method)
    # seq_bn starts near, not at, the identity.
    tolerance = 0.2 if method == "adapter" else 0.0
    difference = small.logits(model, tokenizer) - small.logits(plain.model, tokenizer)
    assert difference.abs().max() <= tolerance


@pairs
def test_exactly_the_trained_tensors_are_saved_and_as_safetensors_only(
    backbone: str, method: str, tmp_path: Path
) -> None:
    loaded = small.load(backbone, method)
    loaded.plugins.manager.hook.save_artifact(model=loaded.model, directory=tmp_path)
    assert set(small.saved_tensors(tmp_path)) == expected_saved(backbone, method)
    assert {file.suffix for file in tmp_path.iterdir()} <= {".safetensors", ".json", ".md"}


@pairs
def test_what_was_saved_comes_back_with_identical_logits_and_ready_to_train_on(
    backbone: str, method: str, tmp_path: Path
) -> None:
    loaded = small.load(backbone, method)
    model, tokenizer = loaded
    before = small.logits(model, tokenizer)
    small.train(model, tokenizer)
    hook = loaded.plugins.manager.hook
    hook.save_artifact(model=model, directory=tmp_path)
    fresh = small.load(backbone).model
    back = hook.load_artifact(model=fresh, backbone=loaded.backbone, directory=tmp_path)
    assert set(small.trainable(back)) == expected_trained(backbone, method)
    assert not any(module.training for module in back.modules())
    assert torch.equal(small.logits(back, tokenizer), small.logits(model, tokenizer))
    assert not torch.equal(small.logits(back, tokenizer), before)


@pairs
def test_training_moves_the_trained_parameters_and_no_other(backbone: str, method: str) -> None:
    model, tokenizer = small.load(backbone, method)
    before = {name: weight.detach().clone() for name, weight in model.named_parameters()}
    small.train(model, tokenizer)
    moved = {name for name, weight in model.named_parameters() if not torch.equal(weight, before[name])}
    assert moved == expected_trained(backbone, method)


@pairs
@pytest.mark.parametrize("how", ["checkpointing", "bfloat16", "accumulation"])
def test_every_trained_tensor_gets_a_gradient_and_no_other_does(backbone: str, method: str, how: str) -> None:
    model, tokenizer = small.load(backbone, method)
    small.train(model, tokenizer, steps=1)  # LoRA's A has no gradient before its B has left zero
    model.zero_grad()
    model.train()
    if how == "checkpointing":
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    for start in range(2 if how == "accumulation" else 1):
        with torch.autocast("cpu", torch.bfloat16, enabled=how == "bfloat16"):
            loss = model(**small.batch(tokenizer, start)).loss
        loss.backward()
    for name, weight in model.named_parameters():
        if not weight.requires_grad:
            assert weight.grad is None, name
            continue
        assert weight.grad is not None, name
        assert torch.isfinite(weight.grad).all(), name
        # Softmax doesn't see a constant added to all scores: the bias of the keys has no true gradient.
        assert weight.grad.abs().max() > 0 or name.endswith("k_proj.bias"), name


@pairs
def test_gradient_checkpointing_changes_no_gradient(backbone: str, method: str) -> None:
    gradients = []
    for checkpointed in (False, True):
        model, tokenizer = small.load(backbone, method, model_options={"dropout": 0})
        small.train(model, tokenizer, steps=1)
        model.zero_grad()
        model.train()
        if checkpointed:
            model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        model(**small.batch(tokenizer)).loss.backward()
        gradients.append({name: weight.grad for name, weight in small.trainable(model).items()})
    for name, gradient in gradients[0].items():
        torch.testing.assert_close(gradients[1][name], gradient, msg=name)


@pairs
def test_an_artifact_of_another_method_is_refused_by_name(backbone: str, method: str, tmp_path: Path) -> None:
    for other in small.METHODS:
        if other == method:
            continue
        loaded = small.load(backbone, other)
        folder = tmp_path / other
        folder.mkdir()
        loaded.plugins.manager.hook.save_artifact(model=loaded.model, directory=folder)
        hook = ftkit.load_plugins(backbone, method).manager.hook
        with pytest.raises(ftkit.CheckpointError, match=other):
            hook.load_artifact(model=small.load(backbone).model, backbone=loaded.backbone, directory=folder)


@pairs
def test_a_model_with_bfloat16_weights_trains_and_comes_back(
    backbone: str, method: str, tmp_path: Path
) -> None:
    loaded = small.load(backbone, method, dtype="bfloat16")
    model, tokenizer = loaded
    small.train(model, tokenizer)
    hook = loaded.plugins.manager.hook
    hook.save_artifact(model=model, directory=tmp_path)
    fresh = small.load(backbone, dtype="bfloat16").model
    back = hook.load_artifact(model=fresh, backbone=loaded.backbone, directory=tmp_path)
    logits = small.logits(back, tokenizer)
    assert logits.dtype == torch.bfloat16
    assert torch.equal(logits, small.logits(model, tokenizer))


@pytest.mark.parametrize("method", small.METHODS)
def test_an_artifact_for_another_backbone_is_refused(method: str, tmp_path: Path) -> None:
    loaded = small.load("bart", method)
    loaded.plugins.manager.hook.save_artifact(model=loaded.model, directory=tmp_path)
    plugins = ftkit.load_plugins("t5", method)
    assert plugins.backbone
    with pytest.raises(ftkit.CheckpointError):
        plugins.manager.hook.load_artifact(
            model=small.load("t5").model, backbone=plugins.backbone.info, directory=tmp_path
        )


@pytest.mark.parametrize("backbone", small.BACKBONES)
@pytest.mark.parametrize("method", ["full", "lora"])
def test_merging_gives_a_plain_model_with_the_same_answers(
    backbone: str, method: str, tmp_path: Path
) -> None:
    loaded = small.load(backbone, method)
    model, tokenizer = loaded
    small.train(model, tokenizer)
    expected = small.logits(model, tokenizer)
    rounding = {"rtol": 0, "atol": 2e-6 * float(expected.abs().max())}  # of float32, through all layers
    merged = loaded.plugins.manager.hook.merge_artifact(model=model)
    assert type(merged).__module__.startswith("transformers.")
    torch.testing.assert_close(small.logits(merged, tokenizer), expected, **rounding)
    merged.save_pretrained(tmp_path)
    again = type(merged).from_pretrained(tmp_path)
    torch.testing.assert_close(small.logits(again, tokenizer), expected, **rounding)


def test_only_the_methods_that_say_so_can_merge() -> None:
    mergeable = {}
    for method in small.METHODS:
        plugins = ftkit.load_plugins("t5", method)
        assert plugins.method
        implements = hasattr(plugins.method.implementation, "merge_artifact")
        mergeable[method] = implements
        assert implements == plugins.method.info.mergeable  # type: ignore[union-attr]
    assert mergeable == {"full": True, "lora": True, "adapter": False}
