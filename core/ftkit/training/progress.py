"""What a person sees of a training on stderr, and what the run keeps of it in `metrics.jsonl`."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from typing import Any

import torch
from tqdm import tqdm
from transformers import TrainerCallback, TrainerState

from ftkit.memory import peak_memory
from ftkit.runs.folder import RunFolder
from ftkit.training.clock import Clock

_SECONDS_BETWEEN_LINES = 15.0


class Progress(TrainerCallback):  # type: ignore[misc]  # transformers carries no types
    """A bar on a terminal, a line now and then in a pipe; every log step goes to the metrics."""

    def __init__(self, folder: RunFolder, clock: Clock, *, quiet: bool) -> None:
        self._folder = folder
        self._clock = clock
        self._meter = clock.meter
        self._quiet = quiet
        self._bar: tqdm[Any] | None = None
        self._rate = 0.0
        self._said_at = time.monotonic()

    def on_train_begin(self, _args: Any, state: TrainerState, _control: Any, **_: Any) -> None:
        """Open the bar."""
        self._meter.start()
        self._bar = tqdm(
            total=state.max_steps if self._clock.max_seconds is None else None,
            initial=state.global_step,
            unit="step",
            file=sys.stderr,
            disable=True if self._quiet else None,  # None: only where stderr is a terminal
            desc="training",
            leave=False,
        )

    def on_optimizer_step(self, *_: Any, optimizer: torch.optim.Optimizer, **__: Any) -> None:
        """Note the learning rate of the step, before the schedule moves it."""
        self._rate = float(optimizer.param_groups[0]["lr"])

    def on_step_end(self, args: Any, state: TrainerState, _control: Any, **_: Any) -> None:
        """Move the bar; at each log step keep a line and show it."""
        if self._bar is not None:
            self._bar.update(1)
        step = state.global_step
        if step != 1 and step % args.logging_steps and step < state.max_steps and not self._clock.run_out:
            return
        row = {
            "step": step,
            "epoch": round((state.epoch or 0.0), 4),
            "loss": self._meter.take_loss(),
            "learning_rate": self._rate,
            "tokens": self._meter.tokens,
            "seconds": round(self._meter.seconds, 3),
        }
        self._folder.append_metrics(row)
        self._show(row, state.max_steps)

    def on_out_of_memory(self, step: int, pieces: int) -> None:
        """Say that a step is done again in smaller pieces."""
        self._say(
            f"out of memory at step {step}: it is done again; from here on each batch goes in {pieces} pieces"
        )

    def on_train_end(self, *_: Any, **__: Any) -> None:
        """Close the bar."""
        if self._bar is not None:
            self._bar.close()

    def _show(self, row: Mapping[str, Any], steps: int) -> None:
        speed = row["tokens"] / max(row["seconds"], 1e-9)
        figures = f"loss {row['loss']:.3f}, {speed:,.0f} tokens/s, {peak_memory() / 1e9:.1f} GB"
        if self._bar is not None and not self._bar.disable:
            self._bar.set_postfix_str(figures)
        elif not self._quiet and time.monotonic() - self._said_at >= _SECONDS_BETWEEN_LINES:
            self._said_at = time.monotonic()
            self._say(f"step {row['step']}{self._what_is_left(row, steps, figures)}")

    def _what_is_left(self, row: Mapping[str, Any], steps: int, figures: str) -> str:
        if self._clock.max_seconds is not None:
            return f": {figures}, {(self._clock.max_seconds - row['seconds']) / 60:.0f} min left"
        left = (steps - row["step"]) * row["seconds"] / row["step"]
        return f" of {steps}: {figures}, {left / 60:.0f} min left"

    def _say(self, text: str) -> None:
        if not self._quiet:
            tqdm.write(text, file=sys.stderr)
