"""Span corruption and denoising do what their papers say."""

import pytest

from ftkit_plugins.tiny import objectives
from ftkit_plugins.tiny.scenes import generator

SENTINELS = list(range(1000, 1100))
MASK = 4


@pytest.mark.parametrize("length", [2, 3, 7, 20, 57, 128])
def test_source_and_target_of_span_corruption_give_the_text_back(length):
    tokens = list(range(10, 10 + length))
    for seed in range(50):
        spans = objectives.random_spans(length, generator(seed))
        source, target = objectives.span_corruption(tokens, spans, SENTINELS)
        assert objectives.uncorrupted(source, target, SENTINELS) == tokens


def test_span_corruption_hides_a_quarter_in_spans_of_three_on_average():
    spans = objectives.random_spans(200, generator(0))
    source, target = objectives.span_corruption(range(200), spans, SENTINELS)
    hidden = [token for token in target if token < 1000]
    assert len(hidden) == 50
    assert len(target) - len(hidden) == 17
    assert [t for t in source if t >= 1000] == SENTINELS[:17]


def test_given_spans_are_hidden_and_nothing_else():
    source, target = objectives.span_corruption([10, 11, 12, 13, 14], [(1, 3), (4, 5)], SENTINELS)
    assert source == [10, 1000, 13, 1001]
    assert target == [1000, 11, 12, 1001, 14]
    assert objectives.text_infilling([10, 11, 12, 13, 14], [(1, 3), (4, 5)], MASK) == [10, 4, 13, 4]


def test_infilling_hides_about_thirty_percent_and_keeps_the_order():
    tokens, shares, lengths = list(range(10, 110)), [], []
    for seed in range(200):
        spans = objectives.poisson_spans(len(tokens), generator(seed))
        source = objectives.text_infilling(tokens, spans, MASK)
        kept = [token for token in source if token != MASK]
        assert kept == sorted(kept)
        shares.append(1 - len(kept) / len(tokens))
        lengths.append((len(tokens) - len(kept)) / source.count(MASK))
    assert 0.2 < sum(shares) / len(shares) <= 0.3
    assert 2 < sum(lengths) / len(lengths) < 4


def test_a_span_of_length_zero_inserts_a_mask():
    every = [objectives.poisson_spans(50, generator(seed)) for seed in range(100)]
    sources = [objectives.text_infilling(range(10, 60), spans, MASK) for spans in every]
    assert any(
        source[i] == MASK and source[i + 1] == source[i - 1] + 1
        for source in sources
        for i in range(1, len(source) - 1)
    )


def test_permuting_keeps_every_sentence():
    text = "One is here. Two is there. Three is gone. Four came back."
    permuted = [objectives.permuted_sentences(text, generator(seed)) for seed in range(10)]
    assert {tuple(sorted(p.rstrip(".").split(". "))) for p in permuted} == {
        ("Four came back", "One is here", "Three is gone", "Two is there")
    }
    assert len(set(permuted)) > 1
