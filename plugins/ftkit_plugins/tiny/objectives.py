"""The families' own pretraining objectives, on token ids.

T5 hides spans behind sentinels and predicts only what was hidden (Raffel et al. 2020,
arXiv:1910.10683, section 3.1.4; mean span length 3). We hide 25% of the tokens where T5 settled on
15%: the paper found little difference between the two, and a quarter teaches more in a step. BART
hides spans behind one mask token each, permutes the sentences, and predicts the whole text (Lewis
et al. 2020, arXiv:1910.13461: 30% of the tokens, span lengths from a Poisson distribution, mean 3).

Most documents hide their salient spans instead of random ones (``batches``): what is hidden can then
be told, and nearly every token of the loss teaches something.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

Span = tuple[int, int]

NOISE_DENSITY, MEAN_SPAN = 0.25, 3.0
INFILLED_SHARE, POISSON_MEAN = 0.30, 3.0


def random_spans(length: int, rng: random.Random) -> list[Span]:
    """The spans that T5's span corruption hides in a text of so many tokens.

    As in T5, the text starts with a kept stretch and kept and hidden stretches alternate.
    """
    hidden = min(max(round(length * NOISE_DENSITY), 1), length - 1)
    count = min(max(round(hidden / MEAN_SPAN), 1), length - hidden)
    spans: list[Span] = []
    position = 0
    for kept, lost in zip(_split(length - hidden, count, rng), _split(hidden, count, rng), strict=True):
        spans.append((position + kept, position + kept + lost))
        position += kept + lost
    return spans


def span_corruption(
    tokens: Sequence[int], spans: Sequence[Span], sentinels: Sequence[int]
) -> tuple[list[int], list[int]]:
    """The text with sentinels in place of spans, and each sentinel with what it hides."""
    source: list[int] = []
    target: list[int] = []
    position = 0
    for sentinel, (start, end) in zip(sentinels, spans, strict=False):
        source += [*tokens[position:start], sentinel]
        target += [sentinel, *tokens[start:end]]
        position = end
    return [*source, *tokens[position:]], target


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


def poisson_spans(length: int, rng: random.Random) -> list[Span]:
    """Spans over about 30% of a text of so many tokens, as BART's text infilling hides them.

    A span of length zero inserts a mask and hides nothing, so that the model also learns how many
    tokens a mask stands for.
    """
    budget = round(length * INFILLED_SHARE)
    spans: list[Span] = []
    free = [True] * (length + 1)
    while budget > 0:
        size = min(_poisson(POISSON_MEAN, rng), budget)
        start = rng.randrange(length - size + 1)
        if all(free[max(start - 1, 0) : start + size + 1]):
            spans.append((start, start + size))
            free[start : start + max(size, 1)] = [False] * max(size, 1)
            budget -= size
        else:
            budget -= 1  # a crowded place: give up a token's worth rather than look for ever
    return sorted(spans)


def text_infilling(tokens: Sequence[int], spans: Sequence[Span], mask: int) -> list[int]:
    """The text with one mask in place of each span."""
    source: list[int] = []
    position = 0
    for start, end in spans:
        source += [*tokens[position:start], mask]
        position = end
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
