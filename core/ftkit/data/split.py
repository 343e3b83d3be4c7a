"""A share of the rows kept apart for validation."""

from __future__ import annotations

import hashlib

from ftkit.descriptions import Example

_SHARE = 0.1
_BUCKETS = 1 << 32


def kept_apart(example: Example, seed: int) -> bool:
    """Whether an example is for validation, as about one in ten is.

    Its input and the seed alone decide, so that equal inputs are never on both sides, added rows move no
    others, and no row needs to know of another.
    """
    digest = hashlib.sha256(f"{seed}\0{example.input}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / _BUCKETS < _SHARE
