"""Meanings: what a sentence says, before it is said in English or German.

A scene is drawn once and realised twice (``english.realise``, ``german.realise``), so that parallel
sentences are right by construction. Each scene belongs to exactly one part of the world
(pretraining, train, validation), chosen by a hash of its key; drawing for one part can therefore
never give what another part holds, whatever the seeds.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal, TypeVar

from ftkit_plugins.tiny import lexicon
from ftkit_plugins.tiny.lexicon import Adjective, Noun, TimeAdverb, Verb

Part = Literal["pretraining", "train", "validation"]
Determiner = Literal["the", "a", "this", "my", "our", "name", "he", "she", "we", "they"]
Tense = Literal["present", "past", "perfect", "future", "can", "must", "wants"]
Link = Literal["because", "when", "although", "while", "that", "and", "but"]
Drawn = TypeVar("Drawn")

_NOBODY = Noun("", "", "", "", "m")
_TENSES: tuple[Tense, ...] = (
    "present", "present", "past", "past", "perfect", "future", "can", "must", "wants",
)  # fmt: skip
_TENSE_LETTER = {"past": "t", "future": "f"}
_LINKS: tuple[Link, ...] = ("because", "when", "although", "while", "that", "and", "but")
_NOUN_DETERMINERS: tuple[Determiner, ...] = ("the", "the", "the", "a", "a", "this", "my", "our")
_PRONOUNS: tuple[Determiner, ...] = ("he", "she", "we", "they")


@dataclass(frozen=True)
class Phrase:
    """A noun phrase, a name, or a pronoun."""

    determiner: Determiner
    noun: Noun = _NOBODY
    adjective: Adjective | None = None
    plural: bool = False

    @property
    def many(self) -> bool:
        """Whether the verb takes its plural form."""
        return self.plural or self.determiner in {"we", "they"}


@dataclass(frozen=True)
class Clause:
    """Who does what to whom, where and when; or, without a verb, who is how."""

    subject: Phrase
    verb: Verb | None
    tense: Tense
    predicate: Adjective | None = None
    thing: Phrase | None = None
    recipient: Phrase | None = None
    place: Noun | None = None
    time: TimeAdverb | None = None
    fronted: bool = False
    negated: bool = False


@dataclass(frozen=True)
class Scene:
    """One clause, or two with what links them."""

    first: Clause
    link: Link | None = None
    second: Clause | None = None


def generator(*seed: object) -> random.Random:
    """A random generator that depends on nothing but ``seed``."""
    return random.Random("/".join(map(str, seed)))  # noqa: S311 - draws sentences, not secrets


def chance(rng: random.Random, probability: float) -> bool:
    """True with the given probability."""
    return rng.random() < probability


def part_of(key: str) -> Part:
    """The one part of the world that the thing named ``key`` belongs to: 65%, 25% or 10%."""
    bucket = blake2b(key.encode(), digest_size=4).digest()[0] * 100 // 256
    return "validation" if bucket >= 90 else "train" if bucket >= 65 else "pretraining"  # noqa: PLR2004


def draw_for(part: Part, draw: Callable[[], Drawn], key: Callable[[Drawn], str]) -> Drawn:
    """Draws until something of ``part`` comes."""
    while True:
        drawn = draw()
        if part_of(key(drawn)) == part:
            return drawn


def draw_being(rng: random.Random) -> Phrase:
    """A person or an animal, with or without an adjective."""
    if chance(rng, 0.25):
        return Phrase("name", rng.choice(lexicon.names()))
    kind: lexicon.Kind = "person" if chance(rng, 0.7) else "animal"
    return _draw_noun_phrase(rng, lexicon.nouns(kind), lexicon.adjectives("person"))


def draw_thing(rng: random.Random) -> Phrase:
    """A thing, with or without an adjective."""
    return _draw_noun_phrase(rng, lexicon.nouns("thing"), lexicon.adjectives("thing"))


def _draw_noun_phrase(
    rng: random.Random, nouns: tuple[Noun, ...], adjectives: tuple[Adjective, ...]
) -> Phrase:
    adjective = rng.choice(adjectives) if chance(rng, 0.4) else None
    plural = chance(rng, 0.25)
    return Phrase(rng.choice(_NOUN_DETERMINERS), rng.choice(nouns), adjective, plural)


def draw_clause(rng: random.Random, *, short: bool = False) -> Clause:
    """A clause; a short one says neither when nor where."""
    subject = Phrase(rng.choice(_PRONOUNS)) if chance(rng, 0.2) else draw_being(rng)
    tense = rng.choice(_TENSES)
    if chance(rng, 0.15):
        predicate = rng.choice(lexicon.adjectives("person"))
        tense = "present" if chance(rng, 0.5) else "past"
        return Clause(subject, None, tense, predicate, negated=chance(rng, 0.25))
    verb = rng.choice(lexicon.verbs())
    negated = tense != "must" and chance(rng, 0.15)  # "must not" is no "muss nicht"
    time = _draw_time(rng, tense) if not short and chance(rng, 0.3) else None
    wants_place = not short and not negated and chance(rng, 0.25)
    return Clause(
        subject,
        verb,
        tense,
        thing=_draw_thing_of(rng, verb),
        recipient=draw_being(rng) if verb.frame in {"being", "dative", "give"} else None,
        place=rng.choice(lexicon.nouns("place")) if wants_place else None,
        time=time,
        fronted=time is not None and chance(rng, 0.5),
        negated=negated,
    )


def _draw_thing_of(rng: random.Random, verb: Verb) -> Phrase | None:
    return draw_thing(rng) if verb.frame in {"thing", "give"} else None


def _draw_time(rng: random.Random, tense: Tense) -> TimeAdverb:
    letter = _TENSE_LETTER.get(tense, "p")
    return rng.choice([t for t in lexicon.times() if t.tenses == "a" or letter in t.tenses])


def draw_scene(rng: random.Random) -> Scene:
    """A simple sentence, or now and then one with two clauses."""
    if chance(rng, 0.8):
        return Scene(draw_clause(rng))
    link = rng.choice(_LINKS)
    first = draw_clause(rng, short=True)
    if link == "that":
        verb = rng.choice(lexicon.reporting_verbs())
        first = Clause(first.subject, verb, rng.choice(("present", "past")))
    return Scene(first, link, draw_clause(rng, short=True))
