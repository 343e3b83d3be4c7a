"""The batches of a run, as its settings have them."""

from __future__ import annotations

from ftkit.data.batches import TokenBudgetBatches
from ftkit.data.tokenised import TokenisedExamples
from ftkit.runs.plan import Plan


def make_batches(
    plan: Plan, examples: TokenisedExamples, rank: int = 0, world_size: int = 1
) -> TokenBudgetBatches:
    """Batches by token budget, or of a fixed size, for one of several processes."""
    settings = plan.settings
    return TokenBudgetBatches(
        examples.lengths,
        settings["token_budget"],
        plan.recipe.seed,
        batch_size=settings["batch_size"],
        rank=rank,
        world_size=world_size,
    )
