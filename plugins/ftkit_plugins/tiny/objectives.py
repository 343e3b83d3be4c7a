"""The families' own pretraining objectives, on token ids.

T5 hides spans behind sentinels and predicts only what was hidden (Raffel et al. 2020,
arXiv:1910.10683, section 3.1.4; mean span length 3). We hide 25% of the tokens where T5 settled on
15%: the paper found little difference between the two, and a quarter teaches more in a step. BART
hides spans behind one mask token each, permutes the sentences, and predicts the whole text (Lewis
et al. 2020, arXiv:1910.13461: 30% of the tokens, span lengths from a Poisson distribution, mean 3).
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

NOISE_DENSITY, MEAN_SPAN = 0.25, 3.0
INFILLED_SHARE, POISSON_MEAN = 0.30, 3.0


def span_corruption(
    tokens: Sequence[int], sentinels: Sequence[int], rng: random.Random
) -> tuple[list[int], list[int]]:
    """The text with sentinels in place of spans, and each sentinel with what it hides.

    As in T5, the text starts with a kept stretch and kept and hidden stretches alternate.
    """
    hidden = min(max(round(len(tokens) * NOISE_DENSITY), 1), len(tokens) - 1)
    spans = min(max(round(hidden / MEAN_SPAN), 1), len(tokens) - hidden)
    source: list[int] = []
    target: list[int] = []
    position = 0
    pieces = zip(_split(len(tokens) - hidden, spans, rng), _split(hidden, spans, rng), strict=True)
    for sentinel, (kept, lost) in zip(sentinels, pieces, strict=False):
        source += [*tokens[position : position + kept], sentinel]
        target += [sentinel, *tokens[position + kept : position + kept + lost]]
        position += kept + lost
    return source, target


def _split(total: int, parts: int, rng: random.Random) -> list[int]:
    """``total`` as a sum of ``parts`` positive numbers, every way equally likely."""
    cuts = sorted(rng.sample(range(1, total), parts - 1))
    return [b - a for a, b in zip([0, *cuts], [*cuts, total], strict=True)]


def uncorrupted(source: Sequence[int], target: Sequence[int], sentinels: Sequence[int]) -> list[int]:
    """The text that span corruption gave ``source`` and ``target`` for."""
    marks = set(sentinels)
    spans: dict[int, list[int]] = {}
    for token in target:
        if token in marks:
            spans[token] = current = []
        else:
            current.append(token)
    return [kept for token in source for kept in spans.get(token, [token])]


def text_infilling(tokens: Sequence[int], mask: int, rng: random.Random) -> list[int]:
    """The text with about 30% of its tokens behind masks, one mask a span.

    A span of length zero inserts a mask and hides nothing, so that the model also learns how many
    tokens a mask stands for.
    """
    budget = round(len(tokens) * INFILLED_SHARE)
    starts: dict[int, int] = {}  # where a span begins -> how long it is
    free = [True] * (len(tokens) + 1)
    while budget > 0:
        length = min(_poisson(POISSON_MEAN, rng), budget)
        start = rng.randrange(len(tokens) - length + 1)
        if all(free[max(start - 1, 0) : start + length + 1]):
            starts[start] = length
            free[start : start + max(length, 1)] = [False] * max(length, 1)
            budget -= length
        else:
            budget -= 1  # a crowded place: give up a token's worth rather than look for ever
    return _masked(tokens, starts, mask)


def _masked(tokens: Sequence[int], starts: dict[int, int], mask: int) -> list[int]:
    source: list[int] = []
    position = 0
    for start, length in sorted(starts.items()):
        source += [*tokens[position:start], mask]
        position = start + length
    return [*source, *tokens[position:]]


def _poisson(mean: float, rng: random.Random) -> int:
    """Knuth's method: multiply uniform numbers until they fall below exp(-mean)."""
    threshold, product, count = math.exp(-mean), rng.random(), 0
    while product > threshold:
        product *= rng.random()
        count += 1
    return count


def permuted_sentences(text: str, rng: random.Random) -> str:
    """The sentences of ``text`` in random order."""
    sentences = text.rstrip(".").split(". ")
    return ". ".join(rng.sample(sentences, len(sentences))) + "."
