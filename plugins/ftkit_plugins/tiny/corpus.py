"""The pretraining corpus: short documents of several kinds, drawn without end from a seed.

What a tiny model learns from denoising depends on what the hidden words can be told from. So every
document says things twice: phrase books in two languages, passages whose facts
return in other words or as questions and answers, reviews with their gist. What returns is marked
as salient (``documents.Document``).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from ftkit_plugins.tiny import lookups, parallel, reviews
from ftkit_plugins.tiny.documents import Document
from ftkit_plugins.tiny.lookups import PassageStyle
from ftkit_plugins.tiny.opinions import Style
from ftkit_plugins.tiny.parallel import PairStyle
from ftkit_plugins.tiny.scenes import generator

Draw = Callable[[random.Random], Document]


@dataclass(frozen=True)
class Mixture:
    """How the documents of each kind look, and the shares of the kinds."""

    passage: PassageStyle
    review: Style
    pair: PairStyle
    looked_up: float = 0.0
    judged: float = 0.0
    translated: float = 0.0


def documents(seed: int, mixture: Mixture) -> Iterator[Document]:
    """Documents of all kinds of a mixture."""
    rng = generator("corpus", seed)
    kinds, weights = zip(*_weighted(mixture), strict=True)
    while True:
        yield rng.choices(kinds, weights)[0](rng)


def _weighted(mixture: Mixture) -> list[tuple[Draw, float]]:
    interviews, restatements, cards = mixture.passage.forms
    return [
        (partial(lookups.interview, style=mixture.passage), mixture.looked_up * interviews),
        (partial(lookups.restated_passage, style=mixture.passage), mixture.looked_up * restatements),
        (partial(lookups.index_cards, style=mixture.passage), mixture.looked_up * cards),
        (partial(reviews.review_with_verdicts, style=mixture.review), mixture.judged * 0.7),
        (partial(reviews.explained_review, style=mixture.review), mixture.judged * 0.3),
        (partial(parallel.phrase_book, style=mixture.pair), mixture.translated * 0.8),
        (partial(parallel.word_list, style=mixture.pair), mixture.translated * 0.2),
    ]
