"""Public errors say the same wherever they are raised."""

from __future__ import annotations

import pickle
import signal

import pytest

import ftkit

FAULT = ftkit.Fault(
    "task:echo", "ftkit-echo", "1.0", "echo", "raised KeyError: 'text'", line=3, file="echo.py"
)
MADE_OF = {
    "BrokenPlugin": ([FAULT, FAULT],),
    "OptionsError": (["method.rank: 0 is less than 1", "task.source: 'x' is none of en, de"],),
    "Interrupted": (signal.SIGTERM, "ftkit train --resume runs/a"),
}
"""What the errors are made of that take more than their text."""

ERRORS = [
    name
    for name in ftkit.__all__
    if isinstance(found := getattr(ftkit, name), type) and issubclass(found, BaseException)
]


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_comes_from_another_process_as_it_was(name: str) -> None:
    error = getattr(ftkit, name)(*MADE_OF.get(name, ("what is wrong",)))
    came = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (type(came), str(came), vars(came)) == (type(error), str(error), vars(error))


def test_an_error_of_several_parts_says_each_on_a_line() -> None:
    assert str(ftkit.OptionsError(["one", "other"])) == "one\nother"
    assert str(ftkit.BrokenPlugin([FAULT])) == str(FAULT)
