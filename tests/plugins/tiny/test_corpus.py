"""What documents hide can be told from the rest, and the documents grow from stage to stage."""

import re
from itertools import islice

import pytest

from ftkit_plugins.tiny import corpus, curriculum, facts, lookups, opinions, parallel, recipes, reviews
from ftkit_plugins.tiny.documents import Document, marked
from ftkit_plugins.tiny.scenes import generator


def hidden(document: Document) -> list[str]:
    return [document.text[start:end] for start, end in document.salient]


def rest(document: Document) -> str:
    text = document.text
    for start, end in reversed(document.salient):
        text = text[:start] + "…" + text[end:]
    return text


def drawn(draw, style, count=300):
    rng = generator("test", draw.__name__)
    return [draw(rng, style) for _ in range(count)]


def test_braces_mark_the_salient_spans():
    assert marked("Who sleeps? {Anna}. {She} does.") == Document(
        "Who sleeps? Anna. She does.", ((12, 16), (18, 21))
    )


@pytest.mark.parametrize("draw", [lookups.interview, lookups.restated_passage, lookups.index_cards])
def test_what_a_passage_hides_stands_elsewhere_in_it(draw):
    for document in drawn(draw, lookups.PassageStyle()):
        assert document.salient
        assert all(re.search(rf"\b{word}\b", rest(document)) for word in hidden(document)), document.text


def test_a_verdict_is_all_that_differs_between_praise_and_blame():
    praise, blame = (reviews.verdicts(positive=positive) for positive in (True, False))
    assert [rest(marked(v)) for v in praise] == [rest(marked(v)) for v in blame]
    assert all(hidden(marked(a)) != hidden(marked(b)) for a, b in zip(praise, blame, strict=True))


def test_a_plain_reviews_gist_hides_the_very_word_it_used():
    style = opinions.Style(remarks=1, denied=0.0, contrasted=0.0)
    for document in drawn(reviews.explained_review, style):
        assert hidden(document)[0] in rest(document)


def test_a_denied_reviews_gist_hides_the_opposite_of_the_denied_word():
    opposite = {word: other for pair in opinions.word_pairs() for word, other in (pair, pair[::-1])}
    style = opinions.Style(remarks=1, denied=1.0, contrasted=0.0)
    for document in drawn(reviews.explained_review, style):
        assert opposite[hidden(document)[0]] in rest(document)


def test_a_phrase_books_salient_span_lies_on_one_side_of_its_pair():
    for document in drawn(parallel.phrase_book, parallel.PairStyle(pairs=1)):
        (span,) = hidden(document)
        assert "–" not in span
        assert sum(span in side for side in document.text.split(" – ")) >= 1


def test_the_first_stage_asks_for_one_kind_of_fact_about_two_people():
    documents = [*islice(corpus.documents(0, curriculum.ONE_KIND), 100)]
    assert all(document.text.count(" lives in ") == 3 for document in documents)
    assert all(hidden(document)[0] in facts.relations()[0].values for document in documents)


def test_every_recipe_starts_short_and_ends_with_all_kinds_of_documents():
    for recipe in recipes.RECIPES.values():
        names = [stage.name for stage in recipe.stages]
        assert names[:5] == ["one kind", "asked", "all kinds", "short", "full"]
    assert curriculum.ALL_KINDS.translated == 0 < curriculum.SHORT.translated < curriculum.FULL.translated
    assert curriculum.SHORT.review.remarks < curriculum.FULL.review.remarks
    assert curriculum.SHORT.pair.short
    assert not curriculum.FULL.pair.short
