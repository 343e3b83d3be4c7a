"""What goes with a training beside the model, its tokenizer and the trainer's arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ftkit.data.batches import TokenBudgetBatches
from ftkit.data.tokenised import TokenisedExamples
from ftkit.training.clock import Clock
from ftkit.training.encoder_cache import EncodedInputs
from ftkit.training.meter import Meter


@dataclass(frozen=True)
class Course:
    """All that the trainer asks of the run.

    Attributes:
        batches: Which examples make a batch, epoch by epoch.
        examples: The training examples.
        encoded: What the encoder makes of their inputs; None: it reads them at each step.
        low_precision: Whether forward passes are in bfloat16 where autocast allows it.
        clock: Says how much time is left; its meter counts what is done.
        checkpoints: Folder of the checkpoints.
        keep_checkpoints: How many stay.
        label_smoothing: As in `token_mean_loss`.
        evaluate: Gives the metrics of the model as it is after a step.
        place: Where the example of a number comes from, as `file:line`.
    """

    batches: TokenBudgetBatches
    examples: TokenisedExamples
    encoded: EncodedInputs | None
    low_precision: bool
    clock: Clock
    checkpoints: Path
    keep_checkpoints: int
    label_smoothing: float
    evaluate: Callable[[int], Mapping[str, float]]
    place: Callable[[int], str]

    @property
    def meter(self) -> Meter:
        """Counts what is done."""
        return self.clock.meter
