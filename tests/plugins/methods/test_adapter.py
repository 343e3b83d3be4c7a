"""Bottleneck adapters: their options, their file format, the library's traps."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import adapters
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import Seq2SeqTrainer, Seq2SeqTrainingArguments

import ftkit
from support import small

OPTIONS = [
    {"config": "seq_bn"},
    {"config": "double_seq_bn"},
    {"config": "par_bn"},
    {"config": "seq_bn_inv"},
    {"config": "double_seq_bn_inv"},
    {"config": "compacter", "reduction_factor": "8"},
    {"config": "compacter++", "reduction_factor": "8"},
    {"config": "double_seq_bn", "cross_adapter": "true"},
    {"leave_out": "0,3"},
    {"non_linearity": "tanh", "dropout": "0.1", "reduction_factor": "4", "init_weights": "mam_adapter"},
]


def saved(folder: Path, backbone: str = "t5", **options: Any) -> ftkit.LoadedModel:
    loaded = small.load(backbone, "adapter", method_options=options)
    small.train(*loaded)
    loaded.plugins.manager.hook.save_artifact(model=loaded.model, directory=folder)
    return loaded


def load_artifact(folder: Path, backbone: str = "t5") -> Any:
    fresh = small.load(backbone)
    hook = ftkit.load_plugins(backbone, "adapter").manager.hook
    return hook.load_artifact(model=fresh.model, backbone=fresh.backbone, directory=folder)


@pytest.mark.parametrize("backbone", small.BACKBONES)
def test_the_adapters_library_itself_opens_what_is_saved(backbone: str, tmp_path: Path) -> None:
    loaded = saved(tmp_path, backbone)
    opened = small.load(backbone).model
    adapters.init(opened)
    name = opened.load_adapter(str(tmp_path), use_safetensors=True, set_active=True)
    assert name == "ftkit"
    model, tokenizer = loaded
    assert torch.equal(small.logits(opened, tokenizer), small.logits(model, tokenizer))


@pytest.mark.parametrize("options", OPTIONS, ids=lambda o: ",".join(f"{k}={v}" for k, v in o.items()))
@pytest.mark.parametrize("backbone", ["bart", "t5"])
def test_each_option_trains_and_comes_back(backbone: str, options: dict[str, str], tmp_path: Path) -> None:
    loaded = saved(tmp_path, backbone, **options)
    model, tokenizer = loaded
    assert all(weight.grad is not None for weight in small.trainable(model).values())
    back = load_artifact(tmp_path, backbone)
    assert set(small.trainable(back)) == set(small.trainable(model))
    assert torch.equal(small.logits(back, tokenizer), small.logits(model, tokenizer))


def test_an_adapter_is_what_the_paper_says_it_is() -> None:
    """Pfeiffer's: x + up(relu(down(x))), where x is the output of the feed-forward block and its residual."""
    model, _ = small.load("t5", "adapter", method_options={"reduction_factor": 4})
    adapter = model.get_submodule("encoder.block.0.layer.1.adapters.ftkit")
    assert adapter.adapter_down[0].weight.shape == (8, 32)
    assert adapter.adapter_up.weight.shape == (32, 8)
    assert isinstance(adapter.adapter_down[1].f, torch.nn.ReLU)


def test_left_out_layers_have_no_adapter() -> None:
    model, _ = small.load("bart", "adapter", method_options={"leave_out": [0, 3]})
    layers = {name.split(".output_adapters")[0] for name in small.trainable(model)}
    assert layers == {"model.encoder.layers.1", "model.decoder.layers.0"}


def test_leaving_out_a_layer_that_is_not_there_is_refused() -> None:
    with pytest.raises(ftkit.OptionsError, match="no layer 4, only 0 to 3"):
        small.load("bart", "adapter", method_options={"leave_out": "1,4"})


def test_sizes_that_the_library_can_not_divide_are_one_error_about_the_options() -> None:
    with pytest.raises(ftkit.OptionsError, match="the adapters library refuses"):
        small.load("t5", "adapter", method_options={"config": "compacter", "reduction_factor": 32})


def test_activating_an_adapter_says_nothing_of_inactive_ones(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("adapters")
    logger.addHandler(caplog.handler)  # the library's logger doesn't propagate
    try:
        small.logits(*small.load("flan-t5", "adapter"))
    finally:
        logger.removeHandler(caplog.handler)
    assert "none are activated" not in caplog.text


def test_a_pickle_in_place_of_the_safetensors_is_not_opened(tmp_path: Path) -> None:
    saved(tmp_path)
    (tmp_path / "adapter.safetensors").rename(tmp_path / "pytorch_adapter.bin")
    with pytest.raises(ftkit.CheckpointError, match=r"no adapter\.safetensors"):
        load_artifact(tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model_type": "bart"}, "its model_type is 'bart', here it is 't5'"),
        ({"hidden_size": 64}, "its hidden_size is 64, here it is 32"),
        ({"version": "1.0"}, "no adapter of the adapters library"),
        ({"config": None}, "no adapter of the adapters library"),
    ],
)
def test_a_changed_artifact_is_refused(change: dict[str, Any], message: str, tmp_path: Path) -> None:
    saved(tmp_path)
    file = tmp_path / "adapter_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(ftkit.CheckpointError, match=message):
        load_artifact(tmp_path)


def test_an_artifact_that_lacks_a_tensor_is_refused(tmp_path: Path) -> None:
    saved(tmp_path)
    tensors = load_file(tmp_path / "adapter.safetensors")
    lost = sorted(tensors)[0]
    save_file({n: t for n, t in tensors.items() if n != lost}, tmp_path / "adapter.safetensors")
    with pytest.raises(ftkit.CheckpointError, match=f"lacks 1 tensors: {lost}"):
        load_artifact(tmp_path)


@pytest.mark.parametrize(("backbone", "method"), small.PAIRS)
def test_the_stock_trainer_takes_a_step_with_every_pair(backbone: str, method: str, tmp_path: Path) -> None:
    """With adapters, T5's forward shows `**kwargs`: a Trainer would pass num_items_in_batch and fail."""
    model, tokenizer = small.load(backbone, method)
    inputs = small.batch(tokenizer)
    rows = [{key: value[index] for key, value in inputs.items()} for index in range(2)]
    arguments = Seq2SeqTrainingArguments(
        output_dir=str(tmp_path),
        max_steps=1,
        report_to=[],
        use_cpu=True,
        save_strategy="no",
        disable_tqdm=True,
    )
    outcome = Seq2SeqTrainer(model=model, args=arguments, train_dataset=rows).train()
    assert outcome.global_step == 1
    assert outcome.training_loss > 0
