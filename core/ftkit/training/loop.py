"""The fine-tuning itself: trainer, callbacks and extensions put together, and run."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from types import MappingProxyType

from ftkit.data.batches import TokenBudgetBatches, padding_fraction
from ftkit.data.tokenised import TokenisedExamples
from ftkit.loading import LoadedModel
from ftkit.training.folder import RunFolder
from ftkit.training.plan import Plan
from ftkit.training.progress import Progress
from ftkit.training.trainer import create_trainer, trainer_arguments


@dataclass(frozen=True)
class Trained:
    """What the training itself took.

    Attributes:
        seconds: Wall time.
        steps: Optimiser steps.
        epochs: Passes over the rows.
        padding: Share of padding among the tokens of the batches.
    """

    seconds: float
    steps: int
    epochs: float
    padding: float


def fine_tune(plan: Plan, loaded: LoadedModel, examples: TokenisedExamples, folder: RunFolder) -> Trained:
    """Train the model in place."""
    hook, settings, seed = plan.plugins.manager.hook, plan.settings, plan.recipe.seed
    batches = TokenBudgetBatches(
        examples.lengths, settings["token_budget"], seed, batch_size=settings["batch_size"]
    )
    callbacks = [Progress(folder)]
    callbacks += [each for more in hook.trainer_callbacks(directory=folder.path) for each in more]
    with tempfile.TemporaryDirectory(prefix="ftkit-") as scratch:
        arguments = trainer_arguments(settings, seed, loaded.model.device, scratch)
        for overriding in hook.trainer_arguments(arguments=MappingProxyType(arguments)):
            arguments = {**arguments, **overriding}
        trainer = create_trainer(
            loaded.model,
            loaded.tokenizer,
            batches,
            examples,
            arguments,
            callbacks,
            settings["label_smoothing"],
        )
        start = time.perf_counter()
        trainer.train()
    state = trainer.state
    padding = padding_fraction(list(batches), examples.lengths)
    return Trained(time.perf_counter() - start, state.global_step, state.epoch or 0.0, padding)
