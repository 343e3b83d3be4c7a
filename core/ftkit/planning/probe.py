"""A trainer that has done three small steps, and then goes through larger ones without computing them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from transformers import TrainerCallback

from ftkit.data.tokenised import TokenisedExamples
from ftkit.errors import RunError
from ftkit.memory import held_memory, peak_memory, ran_out_of_memory, release_memory
from ftkit.planning.calls import Call
from ftkit.planning.clock import own_seconds
from ftkit.planning.excerpt import Excerpt, Rows
from ftkit.planning.occupancy import Occupancy
from ftkit.planning.recording import HollowStep, Outcome, RealStep, Step
from ftkit.runs.folder import RunFolder
from ftkit.runs.resolving import Setup
from ftkit.training.clock import Clock
from ftkit.training.loader import ROW
from ftkit.training.loop import trainer_of
from ftkit.training.loss import IGNORED
from ftkit.training.meter import Meter
from ftkit.training.ready import Ready
from ftkit.training.trainer import TokenBudgetTrainer

_LISTENED, _TIMED = 2, 3  # steps; the first one makes the optimizer's moments and whatever else is made once


class Probe:
    """What three small steps of a run have shown.

    Attributes:
        known: What operations give, as far as it was learned.
        shortest: The example that they were done on.
        backward_seconds: What forward and backward pass of such a step took.
        optimizer_seconds: What follows the last backward pass of a step.
        before: Bytes that are held between two steps.
        peak: Most bytes that were held so far.
        weights: Bytes of parameters and buffers.
        gradients: Bytes of the gradients.
        moments: Bytes of the optimizer's state.
    """

    def __init__(
        self, trainer: TokenBudgetTrainer, watch: _Watch, examples: TokenisedExamples, shortest: int
    ) -> None:
        """Look at a trainer that has done its steps; see `probed`."""
        self._trainer = trainer
        self.shortest = shortest
        self._examples = examples
        self._answers = watch.real.answers
        self.known: dict[Call, Outcome] = {}
        self.backward_seconds = watch.backward_seconds
        self.optimizer_seconds = watch.optimizer_seconds
        self.device = torch.device(trainer.args.device)
        self.before = held_memory()
        self.peak = peak_memory()
        model = trainer.model
        self.weights = _bytes({id(each): each for each in (*model.parameters(), *model.buffers())})
        self.gradients = _bytes({id(each): each for each in model.parameters() if each.requires_grad})
        self.moments = _bytes(_state_tensors(trainer.optimizer))

    def go_through(self, rows: Rows, occupancy: Occupancy) -> Step | None:
        """Go through forward and backward pass of a batch, and compute nothing.

        Args:
            rows: The batch's examples.
            occupancy: Watches the memory that is taken.

        Returns:
            What would have been done; None where there is no address space, or on a GPU no memory, for it.

        Raises:
            RunError: The step's code needs what tensors hold, and can't be gone through.
        """
        trainer = self._trainer
        batch = dict(trainer.data_collator([{**self._examples[row], ROW: row} for row in rows]))
        targets = (batch["labels"] != IGNORED).sum()
        hollow = HollowStep(self.known, self._answers, occupancy)
        try:
            with hollow.timed():
                trainer.backward_pass(trainer.model_wrapped, batch, targets)
        except Exception as error:
            if isinstance(error, RuntimeError) and ran_out_of_memory(error):
                release_memory()
                return None
            raise RunError(
                f"this run can't be planned: its step needs values that only a real step computes ({error}); "
                "ftkit train --dry-run still counts it"
            ) from error
        finally:
            trainer.model.zero_grad()
        return hollow.step


@contextmanager
def probed(ready: Ready, folder: Path) -> Iterator[Probe]:
    """Do three steps on the shortest example; the probe is good for as long as the context lasts.

    Args:
        ready: What the run trains with; its model is changed.
        folder: An empty folder for what a trainer may write.
    """
    examples = ready.examples
    shortest = int(examples.lengths.sum(axis=1).argmin())
    short = replace(ready, setup=_short(ready.setup), examples=Excerpt(examples, [shortest] * _TIMED))
    watch, clock = _Watch(), Clock(Meter(), None)
    with trainer_of(short, RunFolder(folder), lambda: [watch], clock, _no_metrics) as trainer:
        trainer.train()
        yield Probe(trainer, watch, examples, shortest)


class _Watch(TrainerCallback):  # type: ignore[misc]  # transformers carries no types
    """Listens to one step, and times the one after it, because listening takes time."""

    def __init__(self) -> None:
        self.real = RealStep()
        self.backward_seconds = 0.0
        self.optimizer_seconds = 0.0
        self._step = 0
        self._since = 0.0

    def on_step_begin(self, *_: Any, **__: Any) -> None:
        """Listen, or time, from here."""
        self._step += 1
        if self._step == _LISTENED:
            self.real.__enter__()
        self._since = _now()

    def on_pre_optimizer_step(self, *_: Any, **__: Any) -> None:
        """Listen no more; the optimizer is timed by itself."""
        if self._step == _LISTENED:
            self.real.__exit__(None, None, None)
        now = _now()
        self.backward_seconds, self._since = now - self._since, now

    def on_step_end(self, *_: Any, **__: Any) -> None:
        """Note what the optimizer took."""
        self.optimizer_seconds = _now() - self._since


def _now() -> float:
    """Seconds, once all is done that was begun."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return own_seconds()


def _short(setup: Setup) -> Setup:
    """The same run, a few steps long, which reports to nobody and writes nothing.

    Its encoder reads at each step, whether or not the run's does: that costs no less.
    """
    return setup.with_settings(
        max_steps=_TIMED, batch_size=1, accumulation=1, trackers=(), cache_encoder=False
    )


def _no_metrics(_step: int) -> Mapping[str, float]:
    return {}


def _state_tensors(optimizer: Any) -> dict[int, torch.Tensor]:
    states = getattr(optimizer, "state", {}).values()
    tensors = (each for state in states for each in state.values() if isinstance(each, torch.Tensor))
    return {id(each): each for each in tensors}


def _bytes(tensors: Mapping[int, torch.Tensor]) -> int:
    return sum(each.numel() * each.element_size() for each in tensors.values())
