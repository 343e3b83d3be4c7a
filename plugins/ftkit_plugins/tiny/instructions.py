"""The instruction mixture of flan-t5-tiny: many small tasks, none of them one of ftkit's three.

Flan-T5 is T5 1.1 continued on instructions (Chung et al. 2022, arXiv:2210.11416). Ours turn tense,
number, order and language (German to English only), look up and compare, and shorten texts. None
asks a question about a context, judges a sentiment, or goes from English to German.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace

from ftkit_plugins.tiny import english, facts, german, lexicon, lookups, opinions, parallel, reviews
from ftkit_plugins.tiny.scenes import (
    Scene,
    chance,
    draw_clause,
    generator,
    part_of,
)

Pair = tuple[str, str]


def instruction_pairs(seed: int) -> Iterator[Pair]:
    """Instructions with their answers, all kinds equally often."""
    rng = generator("instructions", seed)
    while True:
        yield rng.choice(_KINDS)(rng)


def say_in_english(rng: random.Random) -> Pair:
    """German to English."""
    said, german_text = parallel.parallel_sentence(rng)
    return f"Say in English: {german_text}", said


def change_tense(rng: random.Random) -> Pair:
    """Present to past or past to present, in either language."""
    present, past = _two_tenses(rng)
    realise = rng.choice((english.realise, german.realise))
    if chance(rng, 0.5):
        return f"Put this into the past tense: {realise(present)}", realise(past)
    return f"Put this into the present tense: {realise(past)}", realise(present)


def _two_tenses(rng: random.Random) -> tuple[Scene, Scene]:
    """One clause in the present and in the past, both of the pretraining part."""
    while True:
        clause = replace(draw_clause(rng, short=True), tense="present")
        scenes = (Scene(clause), Scene(replace(clause, tense="past")))
        if all(part_of(english.realise(scene)) == "pretraining" for scene in scenes):
            return scenes


def change_number(rng: random.Random) -> Pair:
    """Singular to plural, in either language."""
    noun = rng.choice(lexicon.nouns(rng.choice(("person", "animal", "thing"))))
    pair = (noun.english, noun.english_plural)
    if chance(rng, 0.5):
        pair = (noun.german, noun.german_plural)
    return f"Give the plural: {pair[0]}", pair[1]


def reverse_words(rng: random.Random) -> Pair:
    """A sentence's words from last to first."""
    words = rng.choice(parallel.parallel_sentence(rng)).rstrip(".").split()
    return f"Reverse the words: {' '.join(words)}", " ".join(reversed(words))


def repeat(rng: random.Random) -> Pair:
    """A sentence as it stands."""
    sentence = rng.choice(parallel.parallel_sentence(rng))
    return f"Repeat this: {sentence}", sentence


def give_opposite(rng: random.Random) -> Pair:
    """The opposite of an adjective."""
    pair = rng.choice(opinions.word_pairs())
    side = rng.randrange(2)
    return f"Give the opposite: {pair[side]}", pair[1 - side]


def say_plainly(rng: random.Random) -> Pair:
    """What the main clause of each remark of a review comes to."""
    review = opinions.draw_review(rng, "pretraining")
    return f"Say it plainly: {review.text}", reviews.gist(review)


def complete_card(rng: random.Random) -> Pair:
    """The value that a passage gives for a person, or the person for a value."""
    rows = lookups.draw_rows(rng, lookups.PassageStyle())
    fact = rng.choice(rng.choice(rows))
    text = facts.passage(rng, rows)
    if chance(rng, 0.5):
        card = f"name: {fact.person.english}, {fact.relation.name}:"
        return f"Complete the card: {card} Text: {text}", fact.value
    card = f"{fact.relation.name}: {fact.value}, name:"
    return f"Complete the card: {card} Text: {text}", fact.person.english


def find_sentence(rng: random.Random) -> Pair:
    """The restatement of the fact that a name and a value belong to."""
    rows = lookups.draw_rows(rng, lookups.PassageStyle())
    fact = rng.choice(rng.choice(rows))
    said = fact.say(fact.relation.statement)
    return f"Tell the {fact.relation.name} of {fact.person.english}: {facts.passage(rng, rows)}", said


def check_claim(rng: random.Random) -> Pair:
    """Whether a claim about a passage is right."""
    passage, claim, verdict = lookups.judged_claim(rng, lookups.PassageStyle())
    return f"Is it right that {claim} Text: {passage}", "yes" if verdict else "no"


def mentioned_colour(rng: random.Random) -> Pair:
    """The colour of the one coloured thing that is mentioned."""
    colour = rng.choice(facts.COLOURS.split())
    things = rng.sample([noun.english for noun in lexicon.nouns("thing")], 3)
    things[rng.randrange(3)] += f", which is {colour}"
    return f"Which colour is mentioned? There is a {'; a '.join(things)}.", colour


_KINDS: tuple[Callable[[random.Random], Pair], ...] = (
    say_in_english,
    say_in_english,
    change_tense,
    change_number,
    reverse_words,
    repeat,
    give_opposite,
    say_plainly,
    say_plainly,
    complete_card,
    complete_card,
    find_sentence,
    check_claim,
    mentioned_colour,
)
