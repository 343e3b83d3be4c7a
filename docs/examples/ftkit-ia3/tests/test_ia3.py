"""IA³ has every property of a method; what it trains and computes is the paper's."""

from __future__ import annotations

import json
from pathlib import Path

import ftkit
import pytest
import torch
from ftkit.testing import conformance_tests

test_conformance = conformance_tests("ftkit-ia3:method:ia3", trains=r"\.ia3_l\.")


def load(**options: object) -> ftkit.LoadedModel:
    return ftkit.load("bart-tiny", "ia3", device="cpu", method_options=options)


def logits(loaded: ftkit.LoadedModel) -> torch.Tensor:
    batch = loaded.tokenizer(["The dog sleeps."], return_tensors="pt")
    with torch.no_grad():
        return loaded.model(**batch, labels=batch["input_ids"]).logits


def vectors(loaded: ftkit.LoadedModel) -> dict[str, torch.Tensor]:
    return {name: weight for name, weight in loaded.model.named_parameters() if weight.requires_grad}


def test_two_vectors_of_each_attention_layer_and_one_of_each_feed_forward_block_train() -> None:
    config = ftkit.load("bart-tiny", device="cpu").model.config
    attentions = config.encoder_layers + 2 * config.decoder_layers
    blocks = config.encoder_layers + config.decoder_layers
    expected = attentions * 2 * config.d_model + blocks * config.encoder_ffn_dim
    found = vectors(load())
    assert len(found) == 2 * attentions + blocks
    assert sum(vector.numel() for vector in found.values()) == expected
    assert all(torch.equal(vector, torch.ones_like(vector)) for vector in found.values())


def test_vectors_of_ones_change_nothing_and_zeros_for_the_values_silence_the_attention() -> None:
    plain, tuned = ftkit.load("bart-tiny", device="cpu"), load()
    assert torch.equal(logits(tuned), logits(plain))
    for name, vector in vectors(tuned).items():
        vector.data.fill_(0.0 if "v_proj" in name else 1.0)
    silenced = ftkit.load("bart-tiny", device="cpu")
    for name, module in silenced.model.named_modules():
        if name.endswith("v_proj"):  # the projection's bias is scaled too
            module.weight.data.zero_()
            module.bias.data.zero_()
    torch.testing.assert_close(logits(tuned), logits(silenced))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"outputs": "query,head"}, "method.outputs: the backbone names no 'head'; it names query"),
        ({"outputs": (), "inputs": ()}, "give at least one role"),
        ({"outputs": "key", "inputs": "key"}, "'key' is among method.outputs"),
    ],
)
def test_roles_that_make_no_sense_are_refused(options: dict[str, object], told: str) -> None:
    with pytest.raises(ftkit.OptionsError, match=told):
        load(**options)


def test_a_folder_that_names_code_to_import_is_refused(tmp_path: Path) -> None:
    loaded = load()
    hook = loaded.plugins.manager.hook
    hook.save_artifact(model=loaded.model, directory=tmp_path)
    file = tmp_path / "adapter_config.json"
    config = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(config | {"auto_mapping": {"parent_library": "os"}}), encoding="utf-8")
    fresh = ftkit.load("bart-tiny", device="cpu")
    with pytest.raises(ftkit.CheckpointError, match="refused for auto_mapping"):
        hook.load_artifact(model=fresh.model, backbone=fresh.backbone, directory=tmp_path)
