"""A share of the rows kept apart for validation."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from ftkit.descriptions import Example
from ftkit.errors import DataError

_SHARE = 0.1
_BUCKETS = 1 << 32


def split(examples: Sequence[Example], seed: int) -> tuple[list[Example], list[Example]]:
    """Part examples into training and validation, about nine to one.

    Which side an example falls on depends on its input and the seed alone, so that equal inputs are never
    on both sides and added rows move no others.

    Raises:
        DataError: One side would be empty.
    """
    apart = [_drawn(example.input, seed) < _SHARE for example in examples]
    training = [example for example, out in zip(examples, apart, strict=True) if not out]
    validation = [example for example, out in zip(examples, apart, strict=True) if out]
    if not training or not validation:
        raise DataError(
            f"{len(examples)} rows are too few to keep some apart for validation: give --validation-data FILE"
        )
    return training, validation


def _drawn(text: str, seed: int) -> float:
    """A number in [0, 1) that text and seed decide."""
    digest = hashlib.sha256(f"{seed}\0{text}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / _BUCKETS
