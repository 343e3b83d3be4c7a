"""What a training reads back from its device: each such read waits for all that a GPU still has to do."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

import ftkit
from ftkit.training.meter import Meter
from ftkit.training.trainer import TokenBudgetTrainer
from support import killed

READS = {"aten._local_scalar_dense", "aten.nonzero", "aten.masked_select", "aten.equal"}


class Reads(TorchDispatchMode):  # type: ignore[misc]
    """Notes who asks what a tensor holds, by the name of the innermost file that is not torch's."""

    def __init__(self) -> None:
        super().__init__()
        self.readers: set[str] = set()

    def __torch_dispatch__(self, function: Any, _types: Any, arguments: Any = (), known: Any = None) -> Any:
        if str(function).rsplit(".", 1)[0] in READS:
            frame = sys._getframe(1)
            while "/torch/" in frame.f_code.co_filename:
                assert frame.f_back is not None
                frame = frame.f_back
            self.readers.add(Path(frame.f_code.co_filename).name)
        return function(*arguments, **(known or {}))


@pytest.mark.parametrize("method", ["full", "lora", "adapter"])
@pytest.mark.parametrize(
    ("backbone", "readers"),
    [
        ("t5", {"dropout.py"}),  # its seed, drawn on the CPU; GPUs have torch's dropout
        # Layers to drop are drawn on the CPU; whether a mask masks anything is transformers' question.
        ("bart", {"dropout.py", "modeling_bart.py", "modeling_attn_mask_utils.py"}),
    ],
)
def test_a_training_step_asks_for_no_value(
    backbone: str, readers: set[str], method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    training_step = TokenBudgetTrainer.training_step

    def counted(*arguments: Any, **known: Any) -> torch.Tensor:
        with Reads() as reads:
            loss = training_step(*arguments, **known)
        seen.append(reads.readers)
        return loss

    monkeypatch.setattr(TokenBudgetTrainer, "training_step", counted)
    ftkit.train(killed.recipe(method, tmp_path / "run", backbone, max_steps=2), quiet=True)
    assert seen == [readers] * 4  # two steps of two accumulated batches


def test_a_loss_on_another_device_is_not_read_before_it_is_asked_for() -> None:
    meter = Meter()
    meter.count_loss(torch.zeros((), device="meta"), lambda _: None)  # that device has no values to read
    with pytest.raises(NotImplementedError, match="meta"):
        meter.read_losses()


def test_losses_are_looked_at_in_the_order_of_their_steps() -> None:
    meter, seen = Meter(), []

    def demand(value: float) -> None:
        seen.append(value)
        if math.isnan(value):
            raise ftkit.RunError("the loss is nan")

    meter.count_loss(torch.tensor(2.5), demand)
    with pytest.raises(ftkit.RunError, match="nan"):
        meter.count_loss(torch.tensor(math.nan), demand)
    assert seen == [2.5, pytest.approx(math.nan, nan_ok=True)]
    assert meter.loss_sum == 2.5
