"""What a finished run says of itself: `result.json`."""

from __future__ import annotations

from typing import Any

from ftkit.evaluating.evaluation import Evaluation
from ftkit.memory import peak_memory
from ftkit.runs.folder import RunFolder, size_of
from ftkit.training.loop import Trained
from ftkit.training.ready import Ready


def describe_run(ready: Ready, evaluation: Evaluation, folder: RunFolder, trained: Trained) -> dict[str, Any]:
    """The result of a run whose artifact is saved.

    Sizes are in bytes, times in seconds; `tokens_per_second` counts source and target tokens without
    padding.
    """
    setup, examples, meter = ready.setup, ready.examples, trained.meter
    recipe = setup.recipe
    parameters = list(ready.loaded.model.parameters())
    return {
        "model": recipe.model,
        "checkpoint": setup.checkpoint,
        "method": recipe.method,
        "task": recipe.task,
        "rehearsal": recipe.rehearsal,
        "metrics": dict(evaluation.metrics),
        "examples": len(examples),
        "validation_examples": len(evaluation.predictions),
        "unparseable": evaluation.unparseable,
        "validation_truncated": evaluation.truncated,
        "generation": dict(evaluation.generation),
        "rejected": ready.data.rejected,
        "truncated": examples.truncated,
        "data": ready.data.summary,
        "target_tokens": examples.target_tokens,
        "padding_fraction": round(1 - meter.tokens / max(meter.padded_tokens, 1), 4),
        "trainable_parameters": sum(each.numel() for each in parameters if each.requires_grad),
        "total_parameters": sum(each.numel() for each in parameters),
        "artifact_bytes": size_of(folder.artifact),
        "train_seconds": round(trained.seconds, 3),
        "steps": trained.steps,
        "best_step": trained.best_step,
        "tokens_per_second": round(meter.tokens / trained.seconds, 1),
        "peak_memory_bytes": peak_memory(),
        "memory": dict(trained.memory),
        "seed": recipe.seed,
        **setup.made_with,
    }
