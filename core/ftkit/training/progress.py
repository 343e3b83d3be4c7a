"""What a person sees of a run on stderr, and what the run keeps of it in `metrics.jsonl`."""

from __future__ import annotations

import sys
import time
from typing import Any

from tqdm import tqdm
from transformers import TrainerCallback, TrainerState

from ftkit.training.folder import RunFolder


class Progress(TrainerCallback):  # type: ignore[misc]  # transformers carries no types
    """A bar with the loss on a terminal, nothing in a pipe; each log line goes to the metrics."""

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._start = time.perf_counter()
        self._bar: tqdm[Any] | None = None

    def on_train_begin(self, _args: Any, state: TrainerState, _control: Any, **_: Any) -> None:
        """Open the bar."""
        self._start = time.perf_counter()
        self._bar = tqdm(
            total=state.max_steps, unit="step", file=sys.stderr, disable=None, desc="training", leave=False
        )

    def on_step_end(self, *_: Any, **__: Any) -> None:
        """Move the bar."""
        if self._bar is not None:
            self._bar.update(1)

    def on_log(
        self,
        _args: Any,
        state: TrainerState,
        _control: Any,
        logs: dict[str, float] | None = None,
        **_: Any,
    ) -> None:
        """Show the loss and keep it."""
        logs = logs or {}
        if "loss" not in logs:
            return
        row = {"step": state.global_step, "loss": logs["loss"], "learning_rate": logs["learning_rate"]}
        self._folder.append_metrics(row | {"seconds": round(time.perf_counter() - self._start, 3)})
        if self._bar is not None:
            self._bar.set_postfix(loss=f"{logs['loss']:.3f}")

    def on_train_end(self, *_: Any, **__: Any) -> None:
        """Close the bar."""
        if self._bar is not None:
            self._bar.close()
