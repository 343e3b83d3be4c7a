"""What the documentation shows is what the program does."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.pages import as_pattern, run_page
from support.venvs import create_venv

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(
    "page", ["getting-started.md", "plugins.md", "testing-plugins.md", "tutorial.md", "api.md"]
)
def test_every_command_of_the_page_prints_what_the_page_shows(page: str, tmp_path: Path) -> None:
    env = create_venv(tmp_path / "venv")
    folder = tmp_path / "work"
    folder.mkdir()
    count = 0
    for command, expected, printed in run_page(DOCS / page, folder, env):
        count += 1
        assert as_pattern(expected).fullmatch(printed), (
            f"$ {command}\n{printed}\n--- expected ---\n{expected}"
        )
    assert count > 0 or page == "api.md"  # which has Python alone


@pytest.mark.parametrize(
    ("expected", "printed", "same"),
    [
        ("a …", "a b c", True),
        ("a …", "a b\nc", False),
        ("a … c", "a b\nc", False),
        ("…\nb", "b", True),
        ("…\nb", "a\na\nb", True),
        ("a\n…", "a", True),
        ("a\n…", "a\nb\nc", True),
        ("a\n…\nc", "a\nb\nb\nc", True),
        ("a\n…\nc", "a\nb\nb", False),
        ("…", "a\nb", True),
        ("…", "", True),
        ("", "", True),
        ("", "a", False),
        ("a", "a\nb", False),
        ("a\nb", "a", False),
        ("a.c", "abc", False),
    ],
)
def test_dots_stand_for_the_rest_of_a_line_and_alone_for_lines(
    expected: str, printed: str, *, same: bool
) -> None:
    assert bool(as_pattern(expected).fullmatch(printed)) is same
