"""A line of a prediction is JSON that any reader takes, whatever the row has for its id."""

from __future__ import annotations

import datetime as dt
import json
import math
from typing import Any

import pytest

from ftkit.answering.prediction import Prediction
from ftkit.descriptions import Example
from ftkit.predicting.answers import _line
from ftkit.predicting.chunks import InputRow


def answered(text: str, *, answer: Any) -> Prediction:
    return Prediction("in", text, answer, score=-0.5, truncated=False, windows=1)


@pytest.mark.parametrize(
    ("given", "written"),
    [
        (7, 7),
        ("Häuser\u2028", "Häuser\u2028"),
        (None, None),
        ({"a": [1]}, {"a": [1]}),
        (dt.date(2020, 2, 1), "2020-02-01"),
        (math.nan, None),
        ({"a": math.nan}, {"a": None}),
        ({(1, 2): 3}, {"(1, 2)": 3}),
        ("half \ud800", r"half \ud800"),
    ],
)
def test_an_id_is_given_back_as_json_can_say_it(given: Any, written: Any) -> None:
    line = _line(InputRow(3, "rows:3", {"id": given}, Example("in")), answered("out", answer=True))
    assert line.encode()
    assert "\n" not in line
    assert json.loads(line, parse_constant=pytest.fail) == {
        "row": 3,
        "place": "rows:3",
        "id": written,
        "prediction": "out",
        "parsed": True,
        "score": -0.5,
        "truncated": False,
        "windows": 1,
    }


def test_text_stays_readable() -> None:
    line = _line(InputRow(1, "rows:1", {}, Example("in")), answered("Die Häuser.", answer="Die Häuser."))
    assert '"prediction": "Die Häuser."' in line
