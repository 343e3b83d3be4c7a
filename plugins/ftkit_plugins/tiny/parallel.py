"""Pretraining documents in two languages: what one side says can be told from the other."""

from __future__ import annotations

import random
from dataclasses import dataclass

from ftkit_plugins.tiny import english, german
from ftkit_plugins.tiny.documents import Document, marked
from ftkit_plugins.tiny.scenes import (
    Scene,
    chance,
    draw_being,
    draw_clause,
    draw_for,
    draw_scene,
    draw_thing,
)


@dataclass(frozen=True)
class PairStyle:
    """How long a document gets, and what of it can be hidden."""

    pairs: int = 2
    short: bool = False  # short clauses alone
    whole: float = 0.6  # share of the salient spans that are whole sentences


def parallel_sentence(rng: random.Random, style: PairStyle | None = None) -> tuple[str, str]:
    """A sentence of the pretraining part in English and in German."""
    short = style is not None and style.short

    def draw() -> Scene:
        return Scene(draw_clause(rng, short=True)) if short else draw_scene(rng)

    scene = draw_for("pretraining", draw, english.realise)
    return english.realise(scene), german.realise(scene)


def phrase_book(rng: random.Random, style: PairStyle) -> Document:
    """Sentences, each followed by its counterpart; some of one side can be told."""
    pairs = [parallel_sentence(rng, style) for _ in range(rng.randint(1, style.pairs))]
    backwards = chance(rng, 0.5)
    entries = []
    for pair in pairs:
        said, told = _with_salient_side(rng, pair, style.whole)
        entries.append(f"{told} – {said}" if backwards else f"{said} – {told}")
    return marked(" ".join(entries))


def word_list(rng: random.Random, style: PairStyle) -> Document:
    """Noun phrases in the nominative with their counterparts."""
    entries = []
    for _ in range(rng.randint(1, 2 * style.pairs)):
        phrase = draw_thing(rng) if chance(rng, 0.5) else draw_being(rng)
        pair = english.phrase(phrase), german.phrase(phrase, "nominative")
        sides = _with_salient_side(rng, pair, style.whole)
        entries.append(" – ".join(sides if chance(rng, 0.5) else sides[::-1]))
    return marked(", ".join(entries) + ".")


def _with_salient_side(rng: random.Random, pair: tuple[str, str], whole: float) -> tuple[str, str]:
    """Both sides in the order told: what stays, then what has a salient span, mostly the German."""
    kept, hidden = pair if chance(rng, 0.7) else pair[::-1]
    words = hidden.split()
    length = len(words) if chance(rng, whole) else rng.randint(1, min(3, len(words)))
    start = rng.randint(0, len(words) - length)
    words[start] = "{" + words[start]
    words[start + length - 1] += "}"
    return kept, " ".join(words)
