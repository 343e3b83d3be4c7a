"""Somebody else's strict type checker sees the public API: nothing in it is untyped or of another type."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import ftkit

TYPED = Path(__file__).with_name("typed")
EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
PACKAGES = sorted(each for each in EXAMPLES.glob("*/ftkit_*") if each.is_dir())


def where_ftkit_is() -> dict[str, str]:
    """This environment; mypy doesn't follow the hooks by which an editable installation is imported."""
    home = Path(ftkit.__file__).parents[1]
    return dict(os.environ) | ({} if home.name == "site-packages" else {"MYPYPATH": str(home)})


def checked(*paths: Path, folder: Path) -> tuple[int, str]:
    pytest.importorskip("mypy", reason="mypy comes with the dev extra")
    options = ["--config-file", str(TYPED / "mypy.ini"), "--cache-dir", str(folder / "cache")]
    ended = subprocess.run(
        [sys.executable, "-m", "mypy", *options, *map(str, paths)],
        env=where_ftkit_is(),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout + ended.stderr


def test_a_program_and_the_example_packages_pass_a_strict_check(tmp_path: Path) -> None:
    status, told = checked(TYPED / "a_program.py", *PACKAGES, folder=tmp_path)
    assert status == 0, told


def test_a_mistake_in_the_use_of_the_api_is_found(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text("import ftkit\n\nftkit.Recipe(seed='three')\nftkit.train('t5')\nftkit.no_such_name\n")
    status, told = checked(wrong, folder=tmp_path)
    assert status == 1
    assert [line.split(":")[1] for line in told.splitlines() if "error:" in line] == ["3", "4", "5"]
