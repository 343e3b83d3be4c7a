"""The tables that pages give as a reference have each name that the program takes, once, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import ftkit
from ftkit.data.reading import READING
from ftkit.runs.recipe import MADE_WITH, Recipe
from ftkit.runs.settings import SETTINGS

DOCS = Path(__file__).parents[2] / "docs"
SOURCES = [file.read_text(encoding="utf-8") for file in Path(ftkit.__file__).parent.rglob("*.py")]
VARIABLES = {name for source in SOURCES for name in re.findall(r'"(FTKIT_[A-Z_]*[A-Z])"', source)}


@pytest.mark.parametrize(
    ("page", "heading", "taken"),
    [
        ("training.md", "Options", [option.name for option in SETTINGS]),
        ("training.md", "Recipes", [*Recipe().as_dict(), MADE_WITH]),
        ("data.md", "Formats", [option.name for option in READING]),
        ("api.md", "Variables of the environment", [*VARIABLES]),
    ],
)
def test_every_name_that_is_taken_is_in_the_table_once_and_no_other(
    page: str, heading: str, taken: list[str]
) -> None:
    section = (DOCS / page).read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    first_cells = re.findall(r"^\|([^|]*`[^|]*)\|", section, re.M)
    shown = [name for cell in first_cells for name in re.findall(r"`(?:--)?(?:reading\.)?([\w-]+)`", cell)]
    assert sorted(name.replace("-", "_") for name in shown) == sorted(taken)
