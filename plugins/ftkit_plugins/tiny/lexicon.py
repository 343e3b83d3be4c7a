"""The words of the tiny world, each with its English and its German forms.

The tables stand in ``words``; here they become nouns, verbs and adjectives.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from ftkit_plugins.tiny import words

Gender = Literal["m", "f", "n"]
Kind = Literal["person", "animal", "thing", "place"]
Frame = Literal["none", "thing", "being", "dative", "give", "clause"]


@dataclass(frozen=True)
class Noun:
    """A noun; a place carries the prepositions that say "there"."""

    english: str
    english_plural: str
    german: str
    german_plural: str
    gender: Gender
    weak: bool = False
    english_preposition: str = ""
    german_preposition: str = ""


@dataclass(frozen=True)
class Verb:
    """A verb and the objects its frame asks for."""

    base: str
    third: str
    past: str
    participle: str
    infinitive: str
    german_third: str
    preterite: str
    german_participle: str
    auxiliary: Literal["haben", "sein"]
    prefix: str
    frame: Frame


@dataclass(frozen=True)
class Adjective:
    """An adjective: predicate forms, and the stem that takes German endings."""

    english: str
    german: str
    stem: str


@dataclass(frozen=True)
class TimeAdverb:
    """An adverbial of time and the letters of the tenses it goes with."""

    english: str
    german: str
    tenses: str


def _rows(table: str) -> list[list[str]]:
    return [line.split("|") for line in table.strip().splitlines()]


def _noun(row: list[str]) -> Noun:
    english, plural, german, german_plural, mark, *prepositions = row
    gender: Gender = "f" if mark == "f" else "n" if mark == "n" else "m"
    return Noun(english, plural, german, german_plural, gender, mark == "w", *prepositions)


@cache
def nouns(kind: Kind) -> tuple[Noun, ...]:
    """All nouns of one kind."""
    tables: dict[Kind, str] = {
        "person": words.PERSONS,
        "animal": words.ANIMALS,
        "thing": words.THINGS,
        "place": words.PLACES,
    }
    return tuple(_noun(row) for row in _rows(tables[kind]))


@cache
def names() -> tuple[Noun, ...]:
    """The first names, as nouns that take no article."""
    female = [Noun(n, n, n, n, "f") for n in words.FEMALE_NAMES.split()]
    male = [Noun(n, n, n, n, "m") for n in words.MALE_NAMES.split()]
    return (*female, *male)


def _verb(row: list[str], frame: Frame) -> Verb:
    *english, infinitive, third, preterite, participle, mark = row
    prefix, _, stem = infinitive.rpartition(".")
    base, english_third, past, english_participle = english
    auxiliary: Literal["haben", "sein"] = "sein" if mark == "s" else "haben"
    return Verb(
        base, english_third, past, english_participle, stem, third, preterite, participle,
        auxiliary, prefix, frame,
    )  # fmt: skip


@cache
def verbs() -> tuple[Verb, ...]:
    """The verbs of a simple clause, frame after frame."""
    tables: dict[Frame, str] = {
        "none": words.VERBS_NONE,
        "thing": words.VERBS_THING,
        "being": words.VERBS_BEING,
        "dative": words.VERBS_DATIVE,
        "give": words.VERBS_GIVE,
    }
    return tuple(_verb(row, frame) for frame, table in tables.items() for row in _rows(table))


@cache
def reporting_verbs() -> tuple[Verb, ...]:
    """The verbs whose object is a clause."""
    return tuple(_verb(row, "clause") for row in _rows(words.VERBS_CLAUSE))


@cache
def adjectives(kind: Literal["person", "thing"]) -> tuple[Adjective, ...]:
    """The adjectives that go with one kind of noun."""
    return tuple(Adjective(r[0], r[1], r[-1]) for r in _rows(words.ADJECTIVES[kind]))


@cache
def times() -> tuple[TimeAdverb, ...]:
    """All adverbials of time."""
    return tuple(TimeAdverb(*row) for row in _rows(words.TIMES))
