"""What plugins may still use and should stop using: hooks, and arguments of hooks.

An entry is added in the release that offers something better. From then on each plugin that uses the old is
told so, with its distribution and its line, and works as before until the release named.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Deprecation:
    """Something that will go.

    Attributes:
        since: The first version of ftkit that warns.
        until: The first version without it, at least two minor ones later.
        instead: What to use, as advice: `take metrics instead`.
    """

    since: str
    until: str
    instead: str

    def __str__(self) -> str:
        return f"is deprecated since ftkit {self.since} and goes with {self.until}"


HOOKS: dict[str, Deprecation] = {}
"""By hook (`score_row`), or by hook and argument (`score_row.options`)."""
