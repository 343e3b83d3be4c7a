"""The page of public names has each name that is exported, once, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import ftkit
import ftkit.testing
from ftkit.deprecations import HOOKS

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


def names_below(heading: str) -> list[str]:
    """The names in the first cells of the tables of a section."""
    section = PAGE.split(f"## `{heading}`\n")[1].split("\n## ")[0]
    return re.findall(r"^\| `(\w+)` \|", section, re.M)


@pytest.mark.parametrize(
    ("heading", "exported"), [("ftkit", ftkit.__all__), ("ftkit.testing", ftkit.testing.__all__)]
)
def test_every_public_name_is_on_the_page_once_and_no_other(heading: str, exported: list[str]) -> None:
    assert sorted(names_below(heading)) == sorted(exported)


@pytest.mark.parametrize("name", ftkit.__all__)
def test_every_public_name_leads_to_something(name: str) -> None:
    assert getattr(ftkit, name) is not None


def test_the_page_says_that_nothing_is_deprecated_as_long_as_nothing_is() -> None:
    assert ("Nothing is deprecated today." in PAGE) is not bool(HOOKS)
