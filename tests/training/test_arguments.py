"""What transformers' trainer is asked for, where a machine has more than one device."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from accelerate import DistributedType
from transformers import TrainingArguments

from ftkit.training.arguments import RunArguments


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Two GPUs, as transformers finds them: it takes the first, and will spread batches over both."""
    state = SimpleNamespace(distributed_type=DistributedType.NO, device=torch.device("cuda:0"))

    def first_of_two(arguments: TrainingArguments) -> torch.device:
        arguments.distributed_state, arguments._n_gpu = state, 2
        return torch.device("cuda:0")

    monkeypatch.setattr(TrainingArguments, "_setup_devices", property(first_of_two))
    monkeypatch.setattr(torch.cuda, "set_device", lambda device: setattr(state, "current", device))
    return state


def test_a_run_trains_on_the_gpu_that_was_chosen_and_on_no_other(machine: Any, tmp_path: Path) -> None:
    arguments = RunArguments(str(tmp_path), report_to="none", chosen_device="cuda:1")
    second = torch.device("cuda:1")
    assert (arguments.device, arguments.n_gpu) == (second, 1)
    assert (machine.device, machine.current) == (second, second)


def test_one_process_of_several_keeps_the_device_that_its_launcher_gave_it(
    machine: Any, tmp_path: Path
) -> None:
    machine.distributed_type = DistributedType.MULTI_GPU
    arguments = RunArguments(str(tmp_path), report_to="none", chosen_device="cuda:1")
    assert arguments.device == torch.device("cuda:0")


def test_on_a_cpu_nothing_is_changed(tmp_path: Path) -> None:
    arguments = RunArguments(str(tmp_path), report_to="none", use_cpu=True)
    assert (arguments.device, arguments.n_gpu) == (torch.device("cpu"), 0)
