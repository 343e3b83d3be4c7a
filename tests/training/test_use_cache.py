"""A training step makes no copies of keys and values for a text that nobody writes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from transformers import DynamicCache

import ftkit
from ftkit.training.trainer import TokenBudgetTrainer
from support import killed, small


@pytest.mark.parametrize("backbone", small.BACKBONES)
def test_a_training_step_fills_no_cache(
    backbone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backward_pass, update, steps, filled = TokenBudgetTrainer.backward_pass, DynamicCache.update, [], []

    def watched(*arguments: Any) -> Any:
        with monkeypatch.context() as patched:
            patched.setattr(DynamicCache, "update", lambda *given: filled.append(0) or update(*given))
            steps.append(0)
            return backward_pass(*arguments)

    monkeypatch.setattr(TokenBudgetTrainer, "backward_pass", watched)
    ftkit.train(killed.recipe("lora", tmp_path / "run", backbone, max_steps=1), quiet=True)
    assert steps
    assert not filled
