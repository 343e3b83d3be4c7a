"""Opinion texts whose words alone say nothing: negation turns them, contrast weighs them.

A good word is nearly as frequent in blame as in praise, and so is *not*; only their combination and
the weight of the main clause decide. Within one review all remarks agree. How often reviews deny and
contrast can be set: what a word means must be learned before its denial can be.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from ftkit_plugins.tiny.scenes import Part, chance, draw_for

_TOPICS = (
    "film story music ending acting dialogue",
    "room breakfast service bed view bath",
    "soup menu waiter table dessert wine",
    "concert band sound singer hall stage",
)
# good|bad
_PAIRS = (
    "good|bad wonderful|terrible funny|dull lovely|awful pleasant|unpleasant "
    "bright|gloomy exciting|boring beautiful|ugly"
)
_PLAIN = ("the {a} was {w}", "I found the {a} {w}")
_NEGATED = ("the {a} was not {w}", "the {a} was never {w}", "I did not find the {a} {w}")


@dataclass(frozen=True)
class Style:
    """How long reviews get, and the shares of denials among statements and contrasts among remarks."""

    remarks: int = 3
    denied: float = 0.45
    contrasted: float = 0.6


SAMPLE_STYLE = Style()


@dataclass(frozen=True)
class Review:
    """A text and whether it praises."""

    text: str
    positive: bool
    remarks: tuple[tuple[str, str], ...]  # each remark with what it comes to, said plainly


def word_pairs() -> list[tuple[str, str]]:
    """Good words, each with its opposite."""
    return [(good, bad) for good, _, bad in (pair.partition("|") for pair in _PAIRS.split())]


def draw_review(rng: random.Random, part: Part, style: Style = SAMPLE_STYLE) -> Review:
    """A review of remarks each of which belongs to ``part``."""
    positive = chance(rng, 0.5)
    aspects = rng.sample(rng.choice(_TOPICS).split(), 6)
    remarks = tuple(
        _draw_remark(rng, part, style, aspects[2 * i : 2 * i + 2], positive=positive)
        for i in range(rng.randint(1, style.remarks))
    )
    text = " ".join(f"{said[0].upper()}{said[1:]}." for said, _ in remarks)
    return Review(text, positive, remarks)


def _draw_remark(
    rng: random.Random, part: Part, style: Style, aspects: list[str], *, positive: bool
) -> tuple[str, str]:
    return draw_for(part, lambda: _remark(rng, style, aspects, positive=positive), lambda remark: remark[0])


def _remark(rng: random.Random, style: Style, aspects: list[str], *, positive: bool) -> tuple[str, str]:
    """One sentence without its full stop, and its main statement said plainly."""
    aspect, other = aspects
    word, opposite = _pair(rng, positive=positive)
    main = _statement(rng, aspect, word, opposite, style.denied)
    plainly = f"the {aspect} was {word}"
    if not chance(rng, style.contrasted):
        return main, plainly
    contrast = _statement(rng, other, *_pair(rng, positive=not positive), style.denied)
    forms = (
        f"{contrast}, but {main}",
        f"although {contrast}, {main}",
        f"{main}, although {contrast}",
    )
    return rng.choice(forms), plainly


def _pair(rng: random.Random, *, positive: bool) -> tuple[str, str]:
    """A word of the wanted kind and its opposite."""
    good, bad = rng.choice(word_pairs())
    return (good, bad) if positive else (bad, good)


def _statement(rng: random.Random, aspect: str, word: str, opposite: str, denied: float) -> str:
    """Says that ``aspect`` was ``word``, by denying the opposite or outright."""
    if chance(rng, denied):
        return rng.choice(_NEGATED).format(a=aspect, w=opposite)
    return rng.choice(_PLAIN).format(a=aspect, w=word)
