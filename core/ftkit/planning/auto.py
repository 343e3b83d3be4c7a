"""`--training.token-budget auto`: a number in its place, before a run begins."""

from __future__ import annotations

from ftkit.errors import RunError
from ftkit.planning.command import plan
from ftkit.runs.resolving import Setup
from ftkit.runs.settings import AUTO


def with_decided_budget(setup: Setup) -> Setup:
    """The same setup, with a number for its token budget.

    Raises:
        FtkitError: As for `ftkit.plan`; a RunError too where no batch fits into memory.
    """
    if setup.settings["token_budget"] != AUTO:
        return setup
    found = plan(setup.recipe)
    if found.auto_token_budget is None:
        raise RunError(
            "even the longest example alone wouldn't fit into the "
            f"{found.available_memory_bytes / 1e9:.1f} GB that the {found.memory_limit} has free: lower "
            "--training.max-input-tokens, or set --training.gradient-checkpointing true"
        )
    return setup.with_settings(token_budget=found.auto_token_budget)
