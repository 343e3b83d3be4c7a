"""A training in bfloat16: what is computed in it, and what is not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

import ftkit
from ftkit.training.loss import token_mean_loss
from support import killed


@pytest.mark.parametrize(("precision", "of_logits"), [("bf16", torch.bfloat16), ("fp32", torch.float32)])
def test_logits_reach_the_loss_without_a_copy_in_float32_and_weights_stay_in_it(
    precision: str, of_logits: torch.dtype, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[torch.dtype] = []

    def noted(outputs: Mapping[str, torch.Tensor], *rest: Any, **named: Any) -> torch.Tensor:
        seen.append(outputs["logits"].dtype)
        loss = token_mean_loss(outputs, *rest, **named)
        assert loss.dtype == torch.float32
        return loss

    monkeypatch.setattr("ftkit.training.trainer.token_mean_loss", noted)
    run = ftkit.train(killed.recipe("full", tmp_path / "run", precision=precision, max_steps=2), quiet=True)
    assert set(seen) == {of_logits}
    weights = ftkit.load_run(run.folder, device="cpu").loaded.model.parameters()
    assert {each.dtype for each in weights} == {torch.float32}
