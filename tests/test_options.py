"""Options: what a person gives against what a plugin declares."""

from __future__ import annotations

from typing import Any

import pytest

from ftkit import Option, OptionsError
from ftkit.options import complete_options

OPTIONS = (
    Option("rank", "int", 8, "rank", minimum=1, maximum=512),
    Option("dropout", "float", None, "rate", minimum=0, maximum=0.9),
    Option("use_dora", "bool", default=False, help="DoRA"),
    Option("init", "str", "default", "start", ("default", "gaussian", "pissa")),
    Option("targets", "str", ("query", "value"), "roles", repeated=True),
    Option("layers", "int", (), "layers", minimum=0, repeated=True),
)
DEFAULTS = {
    "rank": 8,
    "dropout": None,
    "use_dora": False,
    "init": "default",
    "targets": ("query", "value"),
    "layers": (),
}


def complete(**given: Any) -> dict[str, Any]:
    return complete_options({"method": OPTIONS}, {"method": given})["method"]


def problems(**given: Any) -> tuple[str, ...]:
    with pytest.raises(OptionsError) as caught:
        complete(**given)
    return caught.value.problems


def test_without_values_every_option_has_its_default() -> None:
    assert complete() == DEFAULTS
    assert complete_options({"method": OPTIONS}, {}) == {"method": DEFAULTS}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"rank": "16"}, {"rank": 16}),
        ({"rank": 16}, {"rank": 16}),
        ({"dropout": "1e-1"}, {"dropout": 0.1}),
        ({"dropout": 0}, {"dropout": 0.0}),
        ({"dropout": "none"}, {"dropout": None}),
        ({"dropout": None}, {"dropout": None}),
        ({"use_dora": "Yes"}, {"use_dora": True}),
        ({"use_dora": "0"}, {"use_dora": False}),
        ({"use-dora": True}, {"use_dora": True}),
        ({"init": " pissa "}, {"init": "pissa"}),
        ({"targets": "key, value"}, {"targets": ("key", "value")}),
        ({"targets": ["key"]}, {"targets": ("key",)}),
        ({"targets": "key"}, {"targets": ("key",)}),
        ({"layers": "0,3"}, {"layers": (0, 3)}),
        ({"layers": 2}, {"layers": (2,)}),
        ({"layers": ""}, {"layers": ()}),
    ],
)
def test_a_value_is_taken_typed_or_as_typed(given: dict[str, Any], expected: dict[str, Any]) -> None:
    assert complete(**given) == DEFAULTS | expected


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"rank": "x"}, "method.rank: it must be a whole number, not 'x'"),
        ({"rank": 1.5}, "method.rank: it must be a whole number, not 1.5"),
        ({"rank": True}, "method.rank: it must be a whole number, not True"),
        ({"rank": None}, "method.rank: it must be a whole number, not None"),
        ({"rank": 0}, "method.rank: it must be at least 1, not 0"),
        ({"rank": "1000"}, "method.rank: it must be at most 512, not 1000"),
        ({"dropout": "nan"}, "method.dropout: it must be a number, not 'nan'"),
        ({"dropout": "-0.1"}, "method.dropout: it must be at least 0, not -0.1"),
        ({"dropout": True}, "method.dropout: it must be a number, not True"),
        ({"use_dora": "maybe"}, "method.use_dora: it must be true or false, not 'maybe'"),
        ({"use_dora": 1}, "method.use_dora: it must be true or false, not 1"),
        ({"targets": [["key"]]}, "method.targets: it must be a text, not ['key']"),
        ({"layers": "0,x"}, "method.layers: it must be a whole number, not 'x'"),
        ({"layers": "-1"}, "method.layers: it must be at least 0, not -1"),
    ],
)
def test_a_wrong_value_is_told_what_is_wrong(given: dict[str, Any], problem: str) -> None:
    assert problems(**given) == (problem,)


def test_a_wrong_choice_is_answered_with_the_choices_and_the_nearest() -> None:
    [problem] = problems(init="gausian")
    assert problem == (
        "method.init: it must be one of default, gaussian, pissa, not 'gausian'; did you mean gaussian?"
    )


def test_an_unknown_name_is_answered_with_the_names_and_the_nearest() -> None:
    [problem] = problems(use_dorra=True)
    assert problem.startswith(
        "method.use_dorra: there is no such option; did you mean use_dora? it takes rank,"
    )


def test_a_plugin_without_options_says_so() -> None:
    with pytest.raises(OptionsError, match=r"task\.x: this task takes no options"):
        complete_options({"task": ()}, {"task": {"x": 1}})


def test_all_problems_of_all_parts_are_reported_at_once() -> None:
    declared = {"method": OPTIONS, "task": ()}
    with pytest.raises(OptionsError) as caught:
        complete_options(declared, {"method": {"rank": 0, "init": "x"}, "task": {"y": 1}, "modle": {"z": 1}})
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "modle",
        "method.rank",
        "method.init",
        "task.y",
    ]
    assert str(caught.value) == "\n".join(caught.value.problems)


def test_a_word_may_stand_in_place_of_a_number() -> None:
    options = (Option("budget", "int", 3072, "tokens", minimum=1, words=("auto",)),)
    for given, expected in (("auto", "auto"), ("Auto", "auto"), ("512", 512), (512, 512)):
        assert complete_options({"training": options}, {"training": {"budget": given}}) == {
            "training": {"budget": expected}
        }
    with pytest.raises(OptionsError, match="it must be a whole number or auto, not 'none'"):
        complete_options({"training": options}, {"training": {"budget": "none"}})


def test_a_default_may_be_such_a_word() -> None:
    option = Option("budget", "int", "auto", "tokens", words=("auto",))
    assert complete_options({"training": (option,)}, {}) == {"training": {"budget": "auto"}}


@pytest.mark.parametrize("typed", ["AutoFit", "autofit", " AUTOFIT "])
def test_a_word_is_typed_in_any_case_and_given_as_it_is_declared(typed: str) -> None:
    size = Option("size", "int", 8, "size", words=("AutoFit",))
    assert complete_options({"method": (size,)}, {"method": {"size": typed}}) == {
        "method": {"size": "AutoFit"}
    }
