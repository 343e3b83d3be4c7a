"""The pages as a site, without a warning: every link leads somewhere, and every page is in the index."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"\]\(([^)#:]+)(#[^)]*)?\)")


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("sphinx", reason="the docs extra is not installed")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "docs", str(tmp_path / "site")]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    pages = {page.name for page in (tmp_path / "site").glob("*.html")}
    assert {"index.html", "tutorial.html", "architecture.html", "comparing-tiny.html"} <= pages


def test_every_page_is_in_the_index() -> None:
    listed = set(LINK.findall((ROOT / "docs" / "index.md").read_text(encoding="utf-8")))
    pages = {(page.name, "") for page in (ROOT / "docs").glob("*.md")} - {("index.md", "")}
    assert pages <= listed


def test_every_link_of_the_readme_leads_to_a_file() -> None:
    links = LINK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert links
    assert [path for path, _ in links if not (ROOT / path).exists()] == []
