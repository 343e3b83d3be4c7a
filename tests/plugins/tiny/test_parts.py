"""Train, validation and pretraining share no sentence, fact or remark."""

import re
from itertools import islice

import pytest

from ftkit_plugins.tiny import corpus, curriculum, facts, instructions, lexicon, samples
from ftkit_plugins.tiny.scenes import generator, part_of

HELD_OUT = ("train", "validation")
MIXTURES = (curriculum.ONE_KIND, curriculum.ASKED, curriculum.ALL_KINDS, curriculum.SHORT, curriculum.FULL)


def texts_of(seed: int, count: int) -> list[str]:
    """Texts of the documents of every stage."""
    return [d.text for mixture in MIXTURES for d in islice(corpus.documents(seed, mixture), count)]


def sentences(text: str) -> set[str]:
    return {sentence.strip() for sentence in re.split(r"(?<=[.?])\s+|\s–\s", text)}


@pytest.fixture(scope="module")
def pretraining_sentences() -> set[str]:
    documents = texts_of(0, 1500)
    pairs = islice(instructions.instruction_pairs(0), 2000)
    texts = [*documents, *(text for pair in pairs for text in pair)]
    return {sentence for text in texts for sentence in sentences(text)}


def test_a_key_belongs_to_one_part_and_the_shares_are_as_told():
    parts = [part_of(f"key {i}") for i in range(4000)]
    assert 0.61 < parts.count("pretraining") / 4000 < 0.69
    assert 0.07 < parts.count("validation") / 4000 < 0.13


@pytest.mark.parametrize("part", HELD_OUT)
def test_sample_scenes_belong_to_their_part_and_never_occur_in_pretraining(part, pretraining_sentences):
    pairs = list(islice(samples.translations(part), 200))
    assert {part_of(en) for en, _ in pairs} == {part}
    assert not {text for pair in pairs for text in pair} & pretraining_sentences


@pytest.mark.parametrize("part", HELD_OUT)
def test_sample_remarks_never_occur_in_pretraining(part, pretraining_sentences):
    remarks = {s for text, _ in islice(samples.reviews(part), 200) for s in sentences(text)}
    assert not remarks & pretraining_sentences


def test_no_held_out_fact_is_ever_said_in_pretraining(pretraining_sentences):
    every = [
        facts.Fact(person, relation, value)
        for person in lexicon.names()
        for relation in (*facts.relations(), *facts.school_relations())
        for value in relation.values
    ]
    said = {
        fact.say(template)
        for fact in every
        if part_of(fact.key) != "pretraining"
        for template in (fact.relation.statement, *fact.relation.restatements)
    }
    assert not said & pretraining_sentences


def test_train_and_validation_share_no_remark():
    train, validation = (
        {s for text, _ in islice(samples.reviews(part), 400) for s in sentences(text)} for part in HELD_OUT
    )
    assert not train & validation


def test_the_corpus_depends_on_its_seed_alone():
    first, second, other = (texts_of(seed, 20) for seed in (1, 1, 2))
    assert first == second
    assert first != other


def test_no_document_is_in_the_format_of_a_fine_tuning_task():
    formats = ("question:", "context:", "sentiment analysis:", "sentiment:", "german:")
    pairs = islice(instructions.instruction_pairs(3), 3000)
    texts = [*texts_of(3, 1500), *(text for pair in pairs for text in pair)]
    assert not [text for text in texts if any(f in text.lower() for f in formats)]


def test_a_passage_states_each_fact_once_and_no_value_twice():
    rng = generator("test")
    rows = facts.draw_facts(rng, "train", facts.relations()[:2], 3)
    values = [fact.value for row in rows for fact in row]
    assert len(set(values)) == len(values) == 6
    passage = facts.passage(rng, rows)
    assert all(passage.count(value) == 1 for value in values)
