"""A frozen encoder reads once: the same training as without its dropout, refused where it is trained."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoConfig
from transformers.models.t5.modeling_t5 import T5Stack

import ftkit
from ftkit import files
from ftkit.training.encoder_cache import EncodedInputs
from support import killed, small
from support.warm import run_warm_ftkit

DECODER_ALONE = {
    "lora": ["--method.stacks", "decoder"],
    "adapter": ["--method.leave-out", "0,1"],
}
"""Options with which a method leaves the encoder of a small checkpoint, two layers, as it is."""


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    lines = [{"text": "I liked it. " * (1 + n % 7) + str(n), "label": n % 2} for n in range(60)]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def without_dropout(backbone: str, folder: Path) -> Path:
    """A small checkpoint whose training draws nothing."""
    weights = folder / backbone
    model, tokenizer = small.load(backbone)
    model.save_pretrained(weights)
    tokenizer.save_pretrained(weights)
    config = AutoConfig.from_pretrained(weights)
    for name in ("dropout_rate", "dropout", "attention_dropout", "activation_dropout"):
        if hasattr(config, name):
            setattr(config, name, 0.0)
    config.save_pretrained(weights)
    return weights


def train(folder: Path, weights: Path, rows: Path, backbone: str, method: str, *options: str) -> Any:
    chosen = ["--model", backbone, "--method", method, "--checkpoint", str(weights), "--task", "sentiment"]
    settings = ["--training.max-steps", "6", "--training.token-budget", "400", "--training.log-steps", "1"]
    data = ["--data", str(rows), "--output", str(folder)]
    return run_warm_ftkit("train", *chosen, *settings, *data, *options)


def losses(folder: Path) -> list[float]:
    lines = map(json.loads, (folder / "metrics.jsonl").read_text().splitlines())
    return [line["loss"] for line in lines if "loss" in line]


@pytest.mark.parametrize(
    ("backbone", "method"),
    [
        ("t5", "lora"),
        ("bart", "adapter"),
        pytest.param("t5", "adapter", marks=pytest.mark.slow),
        pytest.param("bart", "lora", marks=pytest.mark.slow),
    ],
)
def test_without_dropout_the_losses_are_those_of_an_encoder_that_reads_at_each_step(
    backbone: str, method: str, rows: Path, tmp_path: Path
) -> None:
    weights = without_dropout(backbone, tmp_path)
    for name, cached in (("read", "false"), ("kept", "true")):
        options = [*DECODER_ALONE[method], "--training.cache-encoder", cached]
        ended = train(tmp_path / name, weights, rows, backbone, method, *options)
        assert ended.status == 0, ended.err
    kept = losses(tmp_path / "kept")
    assert len(kept) == 6
    assert kept == pytest.approx(losses(tmp_path / "read"), abs=1e-5)
    assert kept[-1] != kept[0]


def test_each_training_input_is_read_once(
    rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    original = T5Stack.forward

    def noting(self: Any, input_ids: torch.Tensor, **named: Any) -> Any:
        if not self.is_decoder:
            read.append(len(input_ids))
        return original(self, input_ids=input_ids, **named)

    monkeypatch.setattr(T5Stack, "forward", noting)
    settings = {"cache_encoder": True, "epochs": 3, "token_budget": 400}
    recipe = ftkit.Recipe(
        model="t5",
        method="lora",
        task="sentiment",
        checkpoint=str(small.checkpoint("t5")),
        data=str(rows),
        validation_data=str(rows),
        output=str(tmp_path / "run"),
        device="cpu",
        options={"method": {"stacks": "decoder"}, "training": settings},
    )
    ftkit.train(recipe, quiet=True)
    trained, evaluated = 60, 60
    assert sum(read) == trained + evaluated


@pytest.mark.parametrize("method", small.METHODS)
def test_an_encoder_that_is_trained_is_refused_before_anything_is_written(
    method: str, rows: Path, tmp_path: Path
) -> None:
    weights = small.checkpoint("t5")
    ended = train(tmp_path / "run", weights, rows, "t5", method, "--training.cache-encoder", "true")
    assert ended.status == 2
    assert "training.cache_encoder: the encoder is trained" in ended.err
    assert not (tmp_path / "run").exists()


def test_states_that_a_disk_has_no_room_for_are_told_with_their_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("os.posix_fallocate", full)
    with pytest.raises(ftkit.RunError, match=r"need 280 bytes in .*No space left on device; do without"):
        EncodedInputs(tmp_path / "states", [3, 4], 10, torch.float32)


def test_states_come_back_as_they_were_kept(tmp_path: Path) -> None:
    encoded = EncodedInputs(tmp_path / "states", [3, 1, 2], 4, torch.bfloat16)
    kept = {number: torch.randn(5, 4).bfloat16() for number in range(3)}
    for number, states in kept.items():
        encoded.put(number, states)
    batch = encoded.batch([2, 0])
    assert batch.shape == (2, 3, 4)
    assert torch.equal(batch[0, :2], kept[2][:2])
    assert not batch[0, 2:].any()
    assert torch.equal(batch[1], kept[0][:3])


def test_a_killed_run_goes_on_bit_for_bit_with_states_made_again(tmp_path: Path) -> None:
    def recipe(name: str) -> ftkit.Recipe:
        wanted = killed.recipe("lora", tmp_path / name, cache_encoder=True)
        wanted.options["method"]["stacks"] = "decoder"
        return wanted

    def killed_while_writing() -> None:
        killed.kill_self_at(10, files, "sync")
        ftkit.train(recipe("killed"), quiet=True)

    assert killed.train(recipe("whole")) == 0
    assert killed.in_child(killed_while_writing) == -9
    assert killed.resume(tmp_path / "killed") == 0
    assert killed.traces(tmp_path / "killed") == killed.traces(tmp_path / "whole")
