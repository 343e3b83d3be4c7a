"""Pretraining documents whose salient words are found by looking up: in a passage, by name or value.

Each says facts about people and then, or before, asks for some of them or says them again.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from ftkit_plugins.tiny import facts
from ftkit_plugins.tiny.documents import Document, marked
from ftkit_plugins.tiny.scenes import chance, part_of


@dataclass(frozen=True)
class PassageStyle:
    """How much a passage says, in how many wordings, and what is asked of it."""

    people: tuple[int, int] = (2, 4)
    two_facts: float = 0.4  # share of the passages with two facts a person
    kinds: int | None = None  # of the kinds of fact only the first so many
    varied: bool = True  # restatements and pronouns
    one_asked: float = 0.5  # share of the documents that ask for a single fact
    names_asked: bool = True  # or values alone
    forms: tuple[float, float, float] = (0.6, 0.3, 0.1)  # shares of interviews, restatements, cards


def draw_rows(rng: random.Random, style: PassageStyle) -> list[list[facts.Fact]]:
    """People with one or two facts each."""
    known = facts.relations()[: style.kinds]
    if style.kinds is None and chance(rng, 0.2):
        known = facts.school_relations()
    kinds = rng.sample(known, 2 if chance(rng, style.two_facts) else 1)
    return facts.draw_facts(rng, "pretraining", kinds, rng.randint(*style.people))


def passage(rng: random.Random, style: PassageStyle, rows: list[list[facts.Fact]]) -> str:
    """The facts as running text."""
    return facts.passage(rng, rows) if style.varied else facts.plain_passage(rows)


def interview(rng: random.Random, style: PassageStyle) -> Document:
    """A passage with questions that it answers: behind it, before it, or on both sides of it."""
    rows = draw_rows(rng, style)
    told = passage(rng, style, rows)
    asked = [facts.ask(rng, fact) for fact in _asked(rng, style, rows)]
    if len(asked) > 1 or chance(rng, 0.4):
        answers = " ".join(f"{question.text} {{{question.answer}}}." for question in asked)
        return marked(in_either_order(rng, told, answers))
    question, answer = asked[0].text, f"{{{asked[0].answer}}}"
    forms = (
        f"{question} {told} {answer}",
        f"{question} {told} {answer}.",
        f"{told} {question} {answer}",
        f"{answer}. {question} {told}",
    )
    return marked(rng.choice(forms))


def _asked(rng: random.Random, style: PassageStyle, rows: list[list[facts.Fact]]) -> list[facts.Fact]:
    """One of the facts or several, in random order."""
    every = [fact for row in rows for fact in row]
    return rng.sample(every, 1 if chance(rng, style.one_asked) else rng.randint(2, len(every)))


def restated_passage(rng: random.Random, style: PassageStyle) -> Document:
    """A passage of which some facts come again, perhaps in other words, in another order."""
    rows = draw_rows(rng, style)
    again = " ".join(_restated(rng, style, fact) for fact in _asked(rng, style, rows))
    return marked(in_either_order(rng, passage(rng, style, rows), again))


def _restated(rng: random.Random, style: PassageStyle, fact: facts.Fact) -> str:
    """The fact said again, its person or its value salient."""
    person, value = fact.person.english, fact.value
    if style.names_asked and chance(rng, 0.5):
        person = f"{{{person}}}"
    else:
        value = f"{{{value}}}"
    relation = fact.relation
    plain = not style.varied or chance(rng, 0.5)
    template = relation.statement if plain else rng.choice(relation.restatements)
    return template.format(p=person, v=value)


def index_cards(rng: random.Random, style: PassageStyle) -> Document:
    """A passage and the same facts as cards, from which the name or all else can be told."""
    rows = draw_rows(rng, style)
    cards = " ".join(_card(rng, row) for row in rng.sample(rows, len(rows)))
    return marked(in_either_order(rng, passage(rng, style, rows), cards))


def _card(rng: random.Random, row: list[facts.Fact]) -> str:
    name = row[0].person.english
    if chance(rng, 0.5):
        fields = ", ".join(f"{fact.relation.name}: {fact.value}" for fact in row)
        return f"name: {{{name}}}, {fields}."
    fields = ", ".join(f"{fact.relation.name}: {{{fact.value}}}" for fact in row)
    return f"name: {name}, {fields}."


def judged_claim(rng: random.Random, style: PassageStyle) -> tuple[str, str, bool]:
    """A passage, a claim about it, and whether it says so."""
    rows = draw_rows(rng, style)
    told, other = rng.sample(rng.choice(list(zip(*rows, strict=True))), 2)
    wrong = facts.Fact(told.person, told.relation, other.value)
    right = chance(rng, 0.5) or part_of(wrong.key) != "pretraining"
    claim = told if right else wrong
    return passage(rng, style, rows), claim.say(claim.relation.statement), right


def in_either_order(rng: random.Random, first: str, second: str) -> str:
    """Both texts, in either order."""
    return f"{first} {second}" if chance(rng, 0.5) else f"{second} {first}"
