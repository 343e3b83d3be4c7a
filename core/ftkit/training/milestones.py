"""When a training evaluates, saves and stops."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState

from ftkit.interrupts import Interrupts
from ftkit.training.best import BestWeights
from ftkit.training.clock import Clock

_SECONDS_BETWEEN_SAVES = 600.0
_SECONDS_WORTH_SAVING = 60.0  # at the end, where a checkpoint is of use until the artifact is written


class Milestones(TrainerCallback):  # type: ignore[misc]  # transformers carries no types
    """Asks the trainer to evaluate and to save at the steps that the settings name.

    Without `save_steps` a checkpoint is due every ten minutes: when it is written does not change what
    is computed.
    """

    def __init__(
        self,
        settings: Mapping[str, Any],
        interrupts: Interrupts,
        best: BestWeights,
        clock: Clock,
        steps_evaluated: Callable[[], Sequence[int]],
    ) -> None:
        self._clock = clock
        self._eval_steps: int | None = settings["eval_steps"]
        self._evaluations: int = settings["evaluations"]
        self._evaluated = 0
        self._save_steps: int | None = settings["save_steps"]
        self._patience: int | None = settings["early_stopping"]
        self._interrupts = interrupts
        self._best = best
        self._steps_evaluated = steps_evaluated
        self._saved_at = time.monotonic()

    def on_train_begin(self, _args: Any, state: TrainerState, _control: Any, **_: Any) -> None:
        """Count as done what was evaluated before the run was stopped."""
        self._evaluated = self._evaluations_until_now(state)

    def on_step_end(self, _args: Any, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Decide after each step."""
        step, told_to_stop = state.global_step, self._interrupts.pending is not None
        ends = step >= state.max_steps or self._clock.run_out
        self._clock.meter.ended = ends
        control.should_evaluate = self._evaluation_is_due(state)
        worth_saving = ends and self._unsaved_seconds >= _SECONDS_WORTH_SAVING
        control.should_save = told_to_stop or worth_saving or self._save_is_due(step)
        control.should_training_stop = control.should_training_stop or told_to_stop or ends

    def on_evaluate(self, _args: Any, _state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Stop once the metric has not improved for as many evaluations as the settings allow."""
        if self._patience is None or (best := self._best.step) is None:
            return
        if sum(step > best for step in self._steps_evaluated()) >= self._patience:
            control.should_save = control.should_training_stop = self._clock.meter.ended = True

    def on_save(self, *_: Any, **__: Any) -> None:
        """Measure the time to the next checkpoint from here."""
        self._saved_at = time.monotonic()

    def _evaluation_is_due(self, state: TrainerState) -> bool:
        before, self._evaluated = self._evaluated, self._evaluations_until_now(state)
        by_steps = self._eval_steps is not None and state.global_step % self._eval_steps == 0
        return by_steps or self._evaluated > before

    def _evaluations_until_now(self, state: TrainerState) -> int:
        """How many of the wanted evaluations belong before or at this point of the training."""
        by_steps = int(state.global_step * self._evaluations // max(state.max_steps, 1))
        return max(by_steps, int(self._clock.share * self._evaluations))

    def _save_is_due(self, step: int) -> bool:
        if self._save_steps:
            return step % self._save_steps == 0
        return self._unsaved_seconds >= _SECONDS_BETWEEN_SAVES

    @property
    def _unsaved_seconds(self) -> float:
        return time.monotonic() - self._saved_at
