"""Pegasus has every property of a backbone; its tiny checkpoint is what its script makes."""

from __future__ import annotations

from pathlib import Path

import ftkit
import pytest
import torch
from ftkit.testing import conformance_tests

import ftkit_pegasus
from ftkit_pegasus.make_tiny import main

test_conformance = conformance_tests("ftkit-pegasus:backbone:pegasus")


def test_the_script_makes_the_tokenizer_and_the_weights_that_are_shipped(tmp_path: Path) -> None:
    main(tmp_path)
    made, shipped = (
        ftkit.load("pegasus", checkpoint=str(f), device="cpu") for f in (tmp_path, ftkit_pegasus.TINY)
    )
    assert made.tokenizer.get_vocab() == shipped.tokenizer.get_vocab()
    found, expected = made.model.state_dict(), shipped.model.state_dict()
    assert found.keys() == expected.keys()
    torch.testing.assert_close(found, expected)


def test_positions_are_the_sinusoids_of_the_paper() -> None:
    table = ftkit.load("pegasus-tiny", device="cpu").model.get_encoder().embed_positions.weight
    half = table.shape[1] // 2
    rates = 10000.0 ** (-torch.arange(half) / half)
    angles = torch.arange(table.shape[0])[:, None] * rates
    # Stored in bfloat16, which has three digits.
    torch.testing.assert_close(table[:, :half], angles.sin(), atol=4e-3, rtol=0)
    torch.testing.assert_close(table[:, half:], angles.cos(), atol=4e-3, rtol=0)


def test_full_fine_tuning_leaves_the_positions_as_they_are(tmp_path: Path) -> None:
    loaded = ftkit.load("pegasus-tiny", "full", device="cpu")
    hook = loaded.plugins.manager.hook
    hook.save_artifact(model=loaded.model, directory=tmp_path)
    fresh = ftkit.load("pegasus-tiny", device="cpu").model
    back = hook.load_artifact(model=fresh, backbone=loaded.backbone, directory=tmp_path)
    for model in (loaded.model, back):
        frozen = {name for name, weight in model.named_parameters() if not weight.requires_grad}
        assert frozen == {f"model.{half}.embed_positions.weight" for half in ("encoder", "decoder")}


def test_ids_below_105_are_kept_for_pretraining() -> None:
    tokenizer = ftkit.load("pegasus-tiny", device="cpu").tokenizer
    assert tokenizer.convert_tokens_to_ids(["<pad>", "</s>", "<mask_1>", "<mask_2>", "<unk>"]) == [
        0,
        1,
        2,
        3,
        105,
    ]
    assert min(tokenizer("The dog sleeps.")["input_ids"][:-1]) > 105


def test_the_dropout_option_replaces_the_rates_of_the_checkpoint() -> None:
    config = ftkit.load("pegasus-tiny", device="cpu", model_options={"dropout": 0.25}).model.config
    assert (config.dropout, config.attention_dropout, config.activation_dropout) == (0.25, 0.25, 0.25)


def test_adapters_are_refused_before_anything_is_loaded() -> None:
    with pytest.raises(ftkit.OptionsError, match="method:adapter: the backbone lacks the feature adapters"):
        ftkit.load("pegasus", "adapter")
