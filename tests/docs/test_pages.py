"""What the documentation shows is what the program does."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.pages import as_pattern, run_page
from support.venvs import create_venv

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("page", ["plugins.md"])
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
    assert count > 0
