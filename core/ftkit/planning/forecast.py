"""What a run will take, from a probe of it: memory, the time of a step, and the batches that fit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

from ftkit.planning.budget import largest_budget, worthwhile_budget
from ftkit.planning.excerpt import Rows, typical
from ftkit.planning.limits import memory_limit
from ftkit.planning.memory import Memory, foresee_memory
from ftkit.planning.occupancy import Occupancy, watch_occupancy
from ftkit.planning.pricing import Prices
from ftkit.planning.probe import Probe, probed
from ftkit.training.batching import make_batches
from ftkit.training.counts import counts_of
from ftkit.training.heap import kept_memory
from ftkit.training.ready import Ready

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TYPICAL = 4  # batches that stand for an epoch
_MEASURING = 2.0  # seconds for measuring operations
_CALIBRATING = 0.5  # seconds for measuring those of a small step
_CALL = 4e-5  # seconds that an operation done by itself costs more than in a step, at most
_HOUR = 3600.0


def forecast(ready: Ready, folder: Path, default_budget: int, *, auto: bool) -> dict[str, Any]:
    """Foretell a run.

    Args:
        ready: What it trains with; its token budget is a number.
        folder: An empty folder for what a trainer may write.
        default_budget: The token budget that `auto` doesn't go below without need.
        auto: Whether the budget is to be what `auto` chooses.

    Returns:
        Fields of `ftkit.planning.report.Forecast`.

    Raises:
        RunError: There is no memory for a single row.
    """
    with probed(ready, folder) as probe:
        return _forecast(ready, probe, default_budget, auto=auto)


def _forecast(ready: Ready, probe: Probe, default_budget: int, *, auto: bool) -> dict[str, Any]:
    lengths, batches = ready.examples.lengths, _batches(ready)
    memory = foresee_memory(probe, batches, lengths)
    limit = memory_limit(probe.device)
    longest, everything = int(lengths.sum(axis=1).max()), int(lengths.sum())
    largest = largest_budget(memory.growth, probe.before, limit.usable, longest, everything)
    worthwhile = None if largest is None else worthwhile_budget(largest, default_budget, everything)
    if auto and worthwhile is not None:
        ready = replace(ready, setup=ready.setup.with_settings(token_budget=worthwhile))
        batches = _batches(ready)
        memory = foresee_memory(probe, batches, lengths)
    settings = ready.setup.settings
    return {
        **counts_of(ready),
        **_time(probe, batches, lengths, settings["accumulation"]),
        **_memory(probe, memory),
        "device": str(probe.device),
        "token_budget": None if settings["batch_size"] else settings["token_budget"],
        "available_memory_bytes": limit.bytes,
        "memory_limit": limit.whose,
        "fits": memory.peak <= limit.usable,
        "largest_token_budget": largest,
        "auto_token_budget": worthwhile,
    }


def _batches(ready: Ready) -> list[Rows]:
    return list(make_batches(ready.setup, ready.examples))


def _time(
    probe: Probe, batches: Sequence[Rows], lengths: NDArray[np.int64], accumulation: int
) -> dict[str, Any]:
    """Seconds of a step and of an epoch, without evaluations and checkpoints."""
    occupancy = watch_occupancy(probe.device)
    chosen = [probe.go_through(rows, occupancy) for rows in typical(batches, lengths, _TYPICAL)]
    steps = [each for each in chosen if each is not None]
    if not steps:
        return dict.fromkeys(("step_seconds", "epoch_seconds", "epochs_per_hour"))
    with kept_memory():  # as a run has it
        prices = Prices(steps, probe.known, _MEASURING)
        backward = fmean(prices.seconds(each) + each.seconds for each in steps) + _surplus(probe, occupancy)
    step = accumulation * backward + probe.optimizer_seconds
    epoch = math.ceil(len(batches) / accumulation) * step
    return {"step_seconds": step, "epoch_seconds": epoch, "epochs_per_hour": _HOUR / epoch}


def _surplus(probe: Probe, occupancy: Occupancy) -> float:
    """Seconds that a real step takes beyond the sum of its operations; mostly fewer than none.

    Each operation, done and timed by itself, costs some microseconds more than in a step, and a step has
    thousands, as many for a short example as for a long one.
    """
    step = probe.go_through([probe.shortest], occupancy)
    if step is None:
        return 0.0
    priced = Prices([step], probe.known, _CALIBRATING).seconds(step) + step.seconds
    return max(probe.backward_seconds - priced, -_CALL * step.calls.total())


def _memory(probe: Probe, memory: Memory) -> dict[str, Any]:
    """The peak, and what it is made of."""
    known = {
        "weights": probe.weights,
        "gradients": probe.gradients,
        "optimizer": probe.moments,
        "activations": max(0, memory.step - probe.gradients),
    }
    rest = max(0, memory.peak - sum(known.values()))
    return {"peak_memory_bytes": memory.peak, "memory": {**known, "program": rest}}
