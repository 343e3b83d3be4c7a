"""Counts in words."""

from __future__ import annotations


def counted(number: int, what: str, several: str = "") -> str:
    """A number with its noun: `1 row`, `1,800 rows`.

    Args:
        number: How many.
        what: The noun for one.
        several: The noun for several, where it isn't the other with an s.
    """
    return f"{number:,} {what if number == 1 else several or f'{what}s'}"
