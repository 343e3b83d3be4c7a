"""Options of parts, columns and texts are told apart however they are typed."""

from __future__ import annotations

import pytest

import ftkit
from ftkit.cli.words import pairs_of, parted

PARTS = ("generation", "reading")


@pytest.mark.parametrize(
    ("line", "options", "others"),
    [
        ("a b", {}, [(None, "a"), (None, "b")]),
        ("--generation.num-beams 4 a", {"num-beams": "4"}, [(None, "a")]),
        ("a --generation.num-beams=4", {"num-beams": "4"}, [(None, "a")]),
        (
            "--question q --generation.top-k 3 --context=c=d",
            {"top-k": "3"},
            [("question", "q"), ("context", "c=d")],
        ),
        ("--text --generation.top-k", {}, [("text", "--generation.top-k")]),
        ("--a.b c", {}, [("a.b", "c")]),
        ("--text= x", {}, [("text", ""), (None, "x")]),
        ("--text", {}, [("text", None)]),
        ("-5 degrees", {}, [(None, "-5"), (None, "degrees")]),
        ("--generation. x", {}, [("generation.", "x")]),
    ],
)
def test_words_are_parted(
    line: str, options: dict[str, str], others: list[tuple[str | None, str | None]]
) -> None:
    found, rest = parted(pairs_of(line.split()), PARTS, {})
    assert found == {"generation": options, "reading": {}}
    assert rest == others


def test_options_of_reading_with_a_name_of_their_own_win() -> None:
    found, _ = parted(pairs_of(["--reading.columns", "a=b"]), PARTS, {"columns": "a=c", "on_bad_row": None})
    assert found["reading"] == {"columns": "a=c"}


@pytest.mark.parametrize("name", ["--generation.top-k", "--reading.format"])
def test_an_option_without_its_value_is_refused(name: str) -> None:
    with pytest.raises(ftkit.FtkitError, match=rf"{name} needs a value, as in {name}=VALUE"):
        parted(pairs_of(["text", name]), PARTS, {})
