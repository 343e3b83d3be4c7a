"""The part that needs transformers, imported once a run trains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transformers import TrainerCallback, TrainerState

if TYPE_CHECKING:
    from ftkit_csv_tracker import CsvTracker


class LogsToTracker(TrainerCallback):
    """Gives each line of the trainer's log to the tracker."""

    def __init__(self, tracker: CsvTracker, every: int) -> None:
        self._tracker = tracker
        self._every = every
        self._heard = 0

    def on_train_begin(self, args: Any, state: TrainerState, control: Any, **more: Any) -> None:
        """Forget what is done again after a run was stopped."""
        self._tracker.forget_after(state.global_step)

    def on_log(self, args: Any, state: TrainerState, control: Any, logs: dict[str, Any], **more: Any) -> None:
        """Write a line's figures; evaluations come by another way."""
        if "loss" in logs:
            if self._heard % self._every == 0:
                figures: dict[str, float] = {
                    name: logs[name] for name in ("loss", "learning_rate", "grad_norm") if name in logs
                }
                self._tracker.add(state.global_step, "training", figures)
            self._heard += 1
