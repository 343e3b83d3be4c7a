"""Anything can be written as JSON that any reader takes."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ftkit.json_text import as_json, as_json_lines

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(plain)
def test_what_json_can_say_comes_back_as_it_was(value: Any) -> None:
    assert json.loads(as_json(value)) == value


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (math.nan, None),
        ({"a": [math.inf, 1.5]}, {"a": [None, 1.5]}),
        (np.float32(0.5), 0.5),
        ([torch.tensor(3)], [3]),
        (np.float64("nan"), None),
        (frozenset({"a"}), "frozenset({'a'})"),
        ({(1, 2): 3}, {"(1, 2)": 3}),
        ("half \ud800", "half \\ud800"),
        ({"key \udcff": (True, None)}, {"key \\udcff": [True, None]}),
    ],
)
def test_what_json_can_not_say_is_said_as_near_as_it_can(value: Any, written: Any) -> None:
    text = as_json(value)
    assert text.encode()
    assert json.loads(text, parse_constant=pytest.fail) == written


def test_lines_are_one_a_value() -> None:
    assert as_json_lines([{"a": "\n"}, math.nan]) == '{"a": "\\n"}\nnull\n'
