"""The batches of a run, as its settings have them."""

from __future__ import annotations

from ftkit.data.batches import TokenBudgetBatches
from ftkit.data.tokenised import TokenisedExamples
from ftkit.runs.resolving import Setup


def make_batches(
    setup: Setup, examples: TokenisedExamples, rank: int = 0, world_size: int = 1
) -> TokenBudgetBatches:
    """Batches by token budget, or of a fixed size, for one of several processes."""
    settings = setup.settings
    return TokenBudgetBatches(
        examples.lengths,
        settings["token_budget"],
        setup.recipe.seed,
        batch_size=settings["batch_size"],
        rank=rank,
        world_size=world_size,
    )
