"""What a plan says of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Forecast:
    """What a run will take on this machine. Sizes are in bytes, times in seconds.

    Attributes:
        model: Backbone.
        checkpoint: Its weights.
        method: Fine-tuning method.
        task: Task.
        device: Where it would run.
        token_budget: Tokens of a batch, padding counted; None where the recipe asks for rows.
        peak_memory_bytes: Most memory that the run will hold.
        memory: The same in parts: weights, gradients, optimizer, activations, and the program itself.
        available_memory_bytes: What is free for it now.
        memory_limit: What limits it: machine, container or gpu.
        fits: Whether it takes no more than 85% of what is free.
        largest_token_budget: The largest with which it does; None where no batch fits.
        auto_token_budget: What `--training.token-budget auto` would take; None likewise.
        step_seconds: An optimizer step, in the mean of an epoch; None where no batch can be tried.
        epoch_seconds: An epoch, without evaluations and checkpoints; likewise.
        epochs_per_hour: Likewise.
        counts: What `ftkit train --dry-run` counts: rows, lengths, batches, steps, parameters, artifact.
        seconds: How long planning took.
    """

    model: str
    checkpoint: str
    method: str
    task: str
    device: str
    token_budget: int | None
    peak_memory_bytes: int
    memory: Mapping[str, int]
    available_memory_bytes: int
    memory_limit: str
    fits: bool
    largest_token_budget: int | None
    auto_token_budget: int | None
    step_seconds: float | None
    epoch_seconds: float | None
    epochs_per_hour: float | None
    counts: Mapping[str, Any]
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """The forecast as JSON types, with the counts beside the rest."""
        data = asdict(self)
        counts = data.pop("counts")
        return {**data, **counts}
