"""Invented people and the facts about them: statements, restatements, questions and answers.

A passage says the same kinds of thing about several people, so that a question about one of them
has several candidates and only the matching of names decides.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from ftkit_plugins.tiny import lexicon, words
from ftkit_plugins.tiny.scenes import Part, chance, part_of

COLOURS = "red green blue yellow black white brown grey"
_OWNED = "boat hat coat drum lamp bicycle ring kite"
_JOBS = "baker painter tailor miller nurse pilot gardener sailor singer hunter"
_MONTHS = "January March April May June July August October November December"
_FOODS = "soup bread cheese honey rice fish salad porridge plums nuts"
_PETS = "dog cat goat duck horse parrot rabbit tortoise"
_LESSONS = "english german music drawing grammar analysis"
_TOPICS = "sentiment context translation weather history farming"
_BY_PERSON, _PRONOUN, _PLAIN, _ABOUT_VALUE = 0.5, 0.2, 0.8, 0.6  # shares of the variants


@dataclass(frozen=True)
class Relation:
    """One kind of fact; ``{p}`` is a person or a pronoun, ``{v}`` the value."""

    name: str
    values: tuple[str, ...]
    statement: str
    restatements: tuple[str, ...]
    value_questions: tuple[str, ...]
    person_questions: tuple[str, ...]


@dataclass(frozen=True)
class Fact:
    """A person stands in a relation to a value."""

    person: lexicon.Noun
    relation: Relation
    value: str

    @property
    def key(self) -> str:
        """The name under which the fact belongs to one part of the world."""
        return f"{self.person.english}|{self.relation.name}|{self.value}"

    def say(self, template: str) -> str:
        """The template filled in with the person's name."""
        return template.format(p=self.person.english, v=self.value)


@dataclass(frozen=True)
class Question:
    """A question about a passage and its answer, a span of that passage."""

    text: str
    answer: str
    fact: Fact


def _relation(name: str, values: Sequence[str], statement: str, *variants: str) -> Relation:
    """Variants, split at bars: restatements, questions about the value, about the person."""
    return Relation(name, tuple(values), statement, *(tuple(v.split("|")) for v in variants))


@cache
def relations() -> tuple[Relation, ...]:
    """The kinds of fact that questions are asked about."""
    owned = [f"{colour} {thing}" for colour in COLOURS.split() for thing in _OWNED.split()]
    return (
        _relation(
            "town",
            words.TOWNS.split(),
            "{p} lives in {v}.",
            "The home of {p} is in {v}.",
            "Where does {p} live?",
            "Who lives in {v}?",
        ),
        _relation(
            "job",
            _JOBS.split(),
            "{p} works as a {v}.",
            "The job of {p} is {v}.",
            "What does {p} work as?",
            "Who works as a {v}?",
        ),
        _relation(
            "month",
            _MONTHS.split(),
            "{p} was born in {v}.",
            "The birthday of {p} is in {v}.",
            "When was {p} born?",
            "Who was born in {v}?",
        ),
        _relation(
            "food",
            _FOODS.split(),
            "{p} likes {v} most.",
            "The favourite food of {p} is {v}.",
            "What does {p} like most?",
            "Who likes {v} most?",
        ),
        _relation(
            "pet",
            _PETS.split(),
            "{p} keeps a {v}.",
            "The pet of {p} is a {v}.",
            "Which animal does {p} keep?",
            "Who keeps a {v}?",
        ),
        _relation(
            "own",
            owned,
            "{p} owns a {v}.",
            "The {v} belongs to {p}.",
            "What does {p} own?",
            "Who owns the {v}?",
        ),
    )


@cache
def school_relations() -> tuple[Relation, ...]:
    """Further kinds of fact, which pretraining alone uses: they bring words about language."""
    return (
        _relation(
            "lesson",
            _LESSONS.split(),
            "{p} teaches {v}.",
            "The lesson of {p} is {v}.",
            "Which lesson does {p} give?",
            "Who teaches {v}?",
        ),
        _relation(
            "topic",
            _TOPICS.split(),
            "{p} talks about {v}.",
            "The talk of {p} is about {v}.",
            "What is the topic of {p}?",
            "Who talks about {v}?",
        ),
    )


def draw_facts(rng: random.Random, part: Part, kinds: Sequence[Relation], people: int) -> list[list[Fact]]:
    """One row of facts a person, a fact for each relation; no value comes twice."""
    used: set[str] = set()
    rows: list[list[Fact]] = []
    for person in rng.sample(lexicon.names(), len(lexicon.names())):
        row = [_draw_fact(rng, part, person, relation, used) for relation in kinds]
        facts = [fact for fact in row if fact]
        if len(facts) == len(kinds):
            rows.append(facts)
            used.update(fact.value for fact in facts)
        if len(rows) == people:
            break
    return rows


def _draw_fact(
    rng: random.Random, part: Part, person: lexicon.Noun, relation: Relation, used: set[str]
) -> Fact | None:
    """A fact of ``part`` with an unused value, or None where this person has none left."""
    for value in rng.sample(relation.values, len(relation.values)):
        fact = Fact(person, relation, value)
        if value not in used and part_of(fact.key) == part:
            return fact
    return None


def passage(rng: random.Random, rows: list[list[Fact]]) -> str:
    """The facts as running text, person by person or kind by kind, restated here and there."""
    if chance(rng, _BY_PERSON):
        return " ".join(_about_person(rng, row) for row in rows)
    facts = [fact for column in zip(*rows, strict=True) for fact in column]
    return " ".join(fact.say(_wording(rng, fact)) for fact in facts)


def plain_passage(rows: list[list[Fact]]) -> str:
    """The facts as running text in the same words each time, person by person."""
    return " ".join(fact.say(fact.relation.statement) for row in rows for fact in row)


def _about_person(rng: random.Random, row: list[Fact]) -> str:
    """All facts of one person; after the first, a pronoun may stand for the name."""
    first, *others = rng.sample(row, len(row))
    sentences = [first.say(_wording(rng, first))]
    pronoun = "She" if first.person.gender == "f" else "He"
    for fact in others:
        if chance(rng, _PRONOUN):
            sentences.append(fact.relation.statement.format(p=pronoun, v=fact.value))
        else:
            sentences.append(fact.say(_wording(rng, fact)))
    return " ".join(sentences)


def _wording(rng: random.Random, fact: Fact) -> str:
    plain = chance(rng, _PLAIN)
    return fact.relation.statement if plain else rng.choice(fact.relation.restatements)


def ask(rng: random.Random, fact: Fact) -> Question:
    """A question about the value of a fact or about its person."""
    if chance(rng, _ABOUT_VALUE):
        return Question(fact.say(rng.choice(fact.relation.value_questions)), fact.value, fact)
    name = fact.person.english
    return Question(fact.say(rng.choice(fact.relation.person_questions)), name, fact)
