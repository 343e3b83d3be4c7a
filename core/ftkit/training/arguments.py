"""What ftkit asks of transformers' trainer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from accelerate import DistributedType
from transformers import Seq2SeqTrainingArguments
from transformers.integrations import get_available_reporting_integrations

from ftkit.errors import OptionsError
from ftkit.runs.folder import RunFolder

_UNTIL_STOPPED = 100_000  # epochs; the clock ends the training before


@dataclass
class RunArguments(Seq2SeqTrainingArguments):  # type: ignore[misc]  # transformers' types are not followed
    """Transformers' arguments, kept to the device that the model is on.

    The stock ones train on the first GPU whatever was chosen, and on all at once where there are several.

    Attributes:
        chosen_device: Where the model is.
    """

    chosen_device: str = "cpu"

    @cached_property
    def _setup_devices(self) -> torch.device:
        device: torch.device = super()._setup_devices
        state = self.distributed_state
        if device.type != "cuda" or state.distributed_type != DistributedType.NO:
            return device
        chosen = torch.device(self.chosen_device)
        torch.cuda.set_device(chosen)
        state.device = chosen  # where accelerate moves the model
        self._n_gpu = 1
        return chosen


def trainer_arguments(
    settings: Mapping[str, Any], seed: int, device: torch.device, folder: RunFolder
) -> dict[str, Any]:
    """Arguments for `RunArguments`.

    Args:
        settings: Values of `ftkit.runs.settings`, learning rate decided.
        seed: Seed of dropout and of whatever else the trainer draws.
        device: Where the model is.
        folder: The run's folder.
    """
    on_gpu = device.type == "cuda"
    return {
        "output_dir": str(folder.path),
        "num_train_epochs": settings["epochs"] if settings["max_seconds"] is None else _UNTIL_STOPPED,
        "max_steps": settings["max_steps"] or -1,
        "learning_rate": settings["learning_rate"],
        "lr_scheduler_type": settings["schedule"],
        "warmup_ratio": settings["warmup"],
        "weight_decay": settings["weight_decay"],
        "max_grad_norm": settings["max_gradient_norm"],
        "gradient_accumulation_steps": settings["accumulation"],
        "gradient_checkpointing": settings["gradient_checkpointing"],
        "gradient_checkpointing_kwargs": {"use_reentrant": False},
        "use_cpu": device.type == "cpu",
        "chosen_device": str(device),
        "seed": seed,
        "data_seed": seed,
        "logging_strategy": "steps",
        "logging_steps": settings["log_steps"],
        "logging_first_step": True,
        "logging_nan_inf_filter": False,  # a loss that is not finite ends the run, and isn't averaged away
        "logging_dir": str(folder.trackers),
        "restore_callback_states_from_checkpoint": True,
        "save_strategy": "no",  # ftkit.training.milestones says when
        "report_to": list(settings["trackers"]) or "none",
        "disable_tqdm": True,
        "remove_unused_columns": False,
        "dataloader_pin_memory": on_gpu,
    }


def demand_trackers(wanted: Sequence[str]) -> None:
    """Refuse trackers that are not installed.

    Raises:
        OptionsError: With all of them, and what is installed.
    """
    installed = get_available_reporting_integrations()
    missing = [name for name in wanted if name not in installed]
    known = ", ".join(installed) or "none"
    problems = [f"training.trackers: {name} is not installed; installed: {known}" for name in missing]
    if problems:
        raise OptionsError(problems)
