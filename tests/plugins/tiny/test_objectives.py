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
        source, target = objectives.span_corruption(tokens, SENTINELS, generator(seed))
        assert objectives.uncorrupted(source, target, SENTINELS) == tokens


def test_span_corruption_hides_a_quarter_in_spans_of_three_on_average():
    source, target = objectives.span_corruption(range(200), SENTINELS, generator(0))
    hidden = [token for token in target if token < 1000]
    assert len(hidden) == 50
    assert len(target) - len(hidden) == 17
    assert [t for t in source if t >= 1000] == SENTINELS[:17]


def test_infilling_hides_about_thirty_percent_and_keeps_the_order():
    tokens, shares, lengths = list(range(10, 110)), [], []
    for seed in range(200):
        source = objectives.text_infilling(tokens, MASK, generator(seed))
        kept = [token for token in source if token != MASK]
        assert kept == sorted(kept)
        shares.append(1 - len(kept) / len(tokens))
        lengths.append((len(tokens) - len(kept)) / source.count(MASK))
    assert 0.2 < sum(shares) / len(shares) <= 0.3
    assert 2 < sum(lengths) / len(lengths) < 4


def test_a_span_of_length_zero_inserts_a_mask():
    sources = [objectives.text_infilling(range(10, 60), MASK, generator(seed)) for seed in range(100)]
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
