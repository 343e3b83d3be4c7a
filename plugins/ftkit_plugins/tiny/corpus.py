"""The pretraining corpus: short documents of several kinds, drawn without end from a seed.

What a tiny model learns from denoising depends on what the hidden words can be told from. So most
documents say things twice: phrase books in two languages, passages whose facts return in other
words or as questions and answers, reviews with their gist. A hidden word can then be found by
translating, looking up or understanding, and those are the abilities that fine-tuning needs.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from ftkit_plugins.tiny import english, facts, german, opinions
from ftkit_plugins.tiny.scenes import (
    chance,
    draw_being,
    draw_for,
    draw_scene,
    draw_thing,
    generator,
    part_of,
)

Document = Callable[[random.Random], str]


def documents(seed: int) -> Iterator[str]:
    """Documents of all kinds in fixed proportions."""
    rng = generator("corpus", seed)
    kinds, weights = zip(*_MIXTURE, strict=True)
    while True:
        yield rng.choices(kinds, weights)[0](rng)


def parallel_sentence(rng: random.Random) -> tuple[str, str]:
    """A sentence of the pretraining part in English and in German."""
    scene = draw_for("pretraining", lambda: draw_scene(rng), english.realise)
    return english.realise(scene), german.realise(scene)


def phrase_book(rng: random.Random) -> str:
    """Sentences, each followed by its counterpart."""
    pairs = [parallel_sentence(rng) for _ in range(rng.randint(1, 2))]
    backwards = chance(rng, 0.5)
    return " ".join(f"{de} – {en}" if backwards else f"{en} – {de}" for en, de in pairs)


def translated_story(rng: random.Random) -> str:
    """A few sentences, then all of them again in the other language."""
    pairs = [parallel_sentence(rng) for _ in range(2)]
    stories = [" ".join(side) for side in zip(*pairs, strict=True)]
    rng.shuffle(stories)
    return " ".join(stories)


def word_list(rng: random.Random) -> str:
    """Noun phrases in the nominative with their counterparts."""
    entries = []
    for _ in range(rng.randint(2, 5)):
        phrase = draw_thing(rng) if chance(rng, 0.5) else draw_being(rng)
        sides = [english.phrase(phrase), german.phrase(phrase, "nominative")]
        entries.append(" – ".join(sides if chance(rng, 0.5) else sides[::-1]))
    return ", ".join(entries) + "."


def monolingual_story(rng: random.Random) -> str:
    """Sentences in one language only."""
    side = rng.randrange(2)
    return " ".join(parallel_sentence(rng)[side] for _ in range(rng.randint(1, 3)))


def draw_rows(rng: random.Random) -> list[list[facts.Fact]]:
    """Two or three people with one or two facts each."""
    kinds = rng.sample((*facts.relations(), *facts.school_relations()), 2 if chance(rng, 0.25) else 1)
    return facts.draw_facts(rng, "pretraining", kinds, rng.randint(2, 3))


def restated_passage(rng: random.Random) -> str:
    """A passage whose facts come again in other words and another order."""
    rows = draw_rows(rng)
    plain = chance(rng, 0.6)
    again = [
        fact.say(fact.relation.statement if plain else rng.choice(fact.relation.restatements))
        for row in rows
        for fact in row
    ]
    rng.shuffle(again)
    return _either_order(rng, facts.passage(rng, rows), " ".join(again))


def interview(rng: random.Random) -> str:
    """A passage with questions that it answers."""
    rows = draw_rows(rng)
    every = [fact for row in rows for fact in row]
    asked = [facts.ask(rng, fact) for fact in rng.sample(every, rng.randint(1, len(rows)))]
    answers = " ".join(f"{question.text} {question.answer}." for question in asked)
    return _either_order(rng, facts.passage(rng, rows), answers)


def judged_claim(rng: random.Random) -> tuple[str, str, bool]:
    """A passage, a claim about it, and whether it says so."""
    rows = draw_rows(rng)
    told, other = rng.sample(rng.choice(list(zip(*rows, strict=True))), 2)
    wrong = facts.Fact(told.person, told.relation, other.value)
    right = chance(rng, 0.5) or part_of(wrong.key) != "pretraining"
    claim = told if right else wrong
    return facts.passage(rng, rows), claim.say(claim.relation.statement), right


def true_or_false(rng: random.Random) -> str:
    """A passage and a claim about it, called true or false."""
    passage, claim, right = judged_claim(rng)
    return f"{passage} {claim} {right}."


def index_cards(rng: random.Random) -> str:
    """A passage and the same facts as cards."""
    rows = draw_rows(rng)
    cards = []
    for row in rng.sample(rows, len(rows)):
        fields = [f"{fact.relation.name}: {fact.value}" for fact in row]
        cards.append(f"name: {row[0].person.english}, {', '.join(fields)}.")
    return _either_order(rng, facts.passage(rng, rows), " ".join(cards))


def review_with_verdict(rng: random.Random) -> str:
    """A review and what it comes to."""
    review = opinions.draw_review(rng, "pretraining")
    verdict = rng.choice(opinions.verdicts(positive=review.positive))
    return _either_order(rng, review.text, verdict)


def explained_review(rng: random.Random) -> str:
    """A review whose remarks are said again, plainly."""
    review = opinions.draw_review(rng, "pretraining")
    verdict = rng.choice(opinions.verdicts(positive=review.positive))
    remarks = " ".join(f"{said[0].upper()}{said[1:]}. So {plain}." for said, plain in review.remarks)
    return f"{remarks} {verdict}"


def gist(review: opinions.Review) -> str:
    """What the main clause of each remark comes to."""
    return " ".join(f"So {plain}." for _, plain in review.remarks)


def _either_order(rng: random.Random, first: str, second: str) -> str:
    return f"{first} {second}" if chance(rng, 0.85) else f"{second} {first}"


_MIXTURE: tuple[tuple[Document, float], ...] = (
    (phrase_book, 23),
    (translated_story, 2),
    (word_list, 6),
    (monolingual_story, 1),
    (restated_passage, 14),
    (interview, 25),
    (true_or_false, 2),
    (index_cards, 3),
    (review_with_verdict, 12),
    (explained_review, 12),
)
