"""Which name was meant, where none is called like what was typed."""

from __future__ import annotations

import pytest

from ftkit.spelling import nearest

NAMES = ["max_input_tokens", "max_output_tokens", "seed"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("max-in", ["max_input_tokens"]),
        ("MAX_INPUT", ["max_input_tokens"]),
        ("seeds", ["seed"]),
        ("rank", []),
    ],
)
def test_the_beginning_of_a_name_or_nearly_its_name_means_it_however_its_words_are_joined(
    typed: str, meant: list[str]
) -> None:
    assert nearest(typed, NAMES, count=1) == meant
