"""A document of the pretraining corpus, and which of its words the rest of it determines."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MARK = re.compile(r"[{}]")


@dataclass(frozen=True)
class Document:
    """A text and its salient spans: character offsets, in order, none touching another.

    What stands in a salient span can be told from the rest: an answer from the passage, a verdict
    from the review, a sentence from its counterpart.
    """

    text: str
    salient: tuple[tuple[int, int], ...]


def marked(text: str) -> Document:
    """A document from a text whose salient spans stand in braces, as in ``Who sleeps? {Anna}``."""
    plain = ""
    ends: list[int] = []
    for piece in _MARK.split(text):
        plain += piece
        ends.append(len(plain))
    return Document(plain, tuple(zip(ends[0:-1:2], ends[1:-1:2], strict=True)))
