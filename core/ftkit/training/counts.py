"""What a training will go through, counted before it begins."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkit.data.batches import padding_fraction
from ftkit.training.batching import make_batches
from ftkit.training.ready import Ready


def counts_of(ready: Ready) -> dict[str, Any]:
    """What a run would do, counted.

    Token lengths are those after truncation; `artifact_bytes` is what the trained tensors take, a few
    kilobytes less than the files will.
    """
    setup, examples = ready.setup, ready.examples
    batches = list(make_batches(setup, examples))
    return {
        "model": setup.recipe.model,
        "checkpoint": setup.checkpoint,
        "method": setup.recipe.method,
        "task": setup.recipe.task,
        "rehearsal": setup.recipe.rehearsal,
        "data": ready.data.summary,
        "examples": len(examples),
        "validation_examples": len(ready.data.validation),
        "rejected": ready.data.rejected,
        "truncated": examples.truncated,
        "input_tokens": _quantiles(examples.lengths[:, 0]),
        "target_tokens": _quantiles(examples.lengths[:, 1]),
        "batches": len(batches),
        "padding_fraction": round(padding_fraction(batches, examples.lengths), 4),
        "steps": _steps(ready, len(batches)),
        **_sizes(ready),
        "recipe": setup.recipe.as_dict(),
        **setup.made_with,
    }


def _steps(ready: Ready, batches: int) -> int | None:
    """Optimizer steps in all; None where the clock decides."""
    settings = ready.setup.settings
    if settings["max_seconds"] is not None:
        return None
    steps = math.ceil(settings["epochs"] * math.ceil(batches / settings["accumulation"]))
    return int(settings["max_steps"] or steps)


def _sizes(ready: Ready) -> dict[str, int]:
    parameters = list(ready.loaded.model.parameters())
    trained = [each for each in parameters if each.requires_grad]
    return {
        "trainable_parameters": sum(each.numel() for each in trained),
        "total_parameters": sum(each.numel() for each in parameters),
        "artifact_bytes": sum(each.numel() * each.element_size() for each in trained),
    }


def _quantiles(lengths: NDArray[np.int64]) -> dict[str, int]:
    """Smallest, median, 99th percentile and largest."""
    shares = {"min": 0.0, "p50": 0.5, "p99": 0.99, "max": 1.0}
    return {name: int(np.quantile(lengths, share, method="nearest")) for name, share in shares.items()}
