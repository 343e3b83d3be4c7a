"""How many tokens of a batch fit into memory, and how many are worth it."""

from __future__ import annotations

from dataclasses import dataclass

BATCHES_OF_AN_EPOCH = 100
"""What `auto` leaves of an epoch at least: larger batches train no faster, and leave few steps to learn."""


@dataclass(frozen=True)
class Growth:
    """What a step takes beside what is there before it: a line through two measured steps.

    Attributes:
        fixed: Bytes, however small the batch is.
        per_token: Bytes for each token of the batch, padding counted.
    """

    fixed: float
    per_token: float

    def bytes(self, tokens: int) -> int:
        """What a batch of so many tokens takes."""
        return round(self.fixed + self.per_token * tokens)


def growth_through(small: tuple[int, int], large: tuple[int, int]) -> Growth:
    """The line through two steps.

    Args:
        small: Tokens and bytes of the smaller one.
        large: Likewise of the larger one.
    """
    (fewer, less), (more, most) = small, large
    if more == fewer or most <= less:
        return Growth(0.0, most / more)
    per_token = (most - less) / (more - fewer)
    return Growth(most - per_token * more, per_token)


def largest_budget(growth: Growth, before: int, usable: int, longest: int, all_tokens: int) -> int | None:
    """The largest token budget whose batches fit.

    Args:
        growth: What a step takes.
        before: What is taken before it, in bytes.
        usable: What may be taken in all.
        longest: Tokens of the longest example: it is a batch alone, however small the budget.
        all_tokens: Tokens of all examples: more can't be in a batch.

    Returns:
        Tokens, or None where the longest example alone is too much.
    """
    tokens = int((usable - before - growth.fixed) / growth.per_token) if growth.per_token > 0 else all_tokens
    return None if tokens < longest else min(tokens, max(all_tokens, longest))


def worthwhile_budget(largest: int, default: int, all_tokens: int) -> int:
    """What `auto` takes: what fits, and beyond the default only as much as leaves enough steps."""
    return min(largest, max(default, all_tokens // BATCHES_OF_AN_EPOCH))
