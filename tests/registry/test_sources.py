"""Docstrings are read from source text, wherever the module lies, and nothing is imported for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ftkit.registry.sources import module_file, module_root, module_summary
from support.program import run_ftkit
from support.venvs import create_venv
from support.wheels import ECHO_HOOKS, install, task_distribution


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def write(file: Path, text: str | bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())


@pytest.mark.parametrize(
    ("source", "summary"),
    [
        ('"""One line."""\n', "One line."),
        ("#!/usr/bin/python\n# a comment\n\n'''\n  Second\n  line\n'''\nimport torch\n", "Second"),
        ('r"""Raw \\d."""', r"Raw \d."),
        ("import os\n'no docstring'\n", ""),
        ("f'not {1} docstring'\n", ""),
        ("b'bytes'\n", ""),
        ("", ""),
        ("'''never closed", ""),
        ("# -*- coding: latin-1 -*-\n'caf\xe9'\n".encode("latin-1"), "café"),
        (b"\xff\xfe'utf-16'", ""),
    ],
)
def test_summary_is_the_first_line_of_the_docstring(tree: Path, source: str | bytes, summary: str) -> None:
    write(tree / "documented.py", source)
    assert module_summary("documented") == summary


def test_parent_packages_are_not_executed(tree: Path) -> None:
    write(tree / "parent/__init__.py", "raise SystemExit\n")
    write(tree / "parent/child/__init__.py", "raise SystemExit\n")
    write(tree / "parent/child/leaf.py", '"""A leaf."""\n')
    assert module_summary("parent.child.leaf") == "A leaf."
    assert not {"parent", "parent.child"} & set(sys.modules)


def test_namespace_packages_are_followed_over_all_their_folders(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tree / "one/space/first.py", '"""First."""\n')
    write(tree / "two/space/second.py", '"""Second."""\n')
    monkeypatch.syspath_prepend(str(tree / "one"))
    monkeypatch.syspath_prepend(str(tree / "two"))
    assert [module_summary(f"space.{name}") for name in ("first", "second")] == ["First.", "Second."]


@pytest.mark.parametrize("name", ["no_such_module", "sys", "json.no_such", "os.path.x", "", "..x"])
def test_what_has_no_source_has_no_summary(name: str) -> None:
    assert module_summary(name) == ""


def test_root_of_a_module_is_its_top_level_package_or_its_own_file(tree: Path) -> None:
    write(tree / "alone.py", "")
    write(tree / "pack/__init__.py", "")
    write(tree / "pack/sub/__init__.py", "")
    write(tree / "pack/sub/leaf.py", "")
    roots = {name: module_root(name) for name in ("alone", "pack", "pack.sub", "pack.sub.leaf")}
    assert roots == {
        "alone": tree / "alone.py",
        "pack": tree / "pack",
        "pack.sub": tree / "pack",
        "pack.sub.leaf": tree / "pack",
    }


def test_a_finder_that_raises_does_not_hide_the_others(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Hostile:
        def find_spec(self, name: str, _path: object) -> None:
            raise RuntimeError(name)

    write(tree / "found.py", "")
    monkeypatch.setattr(sys, "meta_path", [Hostile(), *sys.meta_path])
    assert module_file("found") == tree / "found.py"


@pytest.mark.parametrize("layout", ["flat", "mapped"])
def test_editable_installs_are_listed_with_their_docstring(tmp_path: Path, layout: str) -> None:
    """A path entry for a flat tree, a finder on `sys.meta_path` for a mapped one."""
    project = tmp_path / "project"
    folder = "" if layout == "flat" else "source/of/"
    write(project / f"{folder}editable_echo/__init__.py", '"""An editable echo."""\n')
    mapping = (
        ""
        if layout == "flat"
        else '[tool.setuptools.package-dir]\neditable_echo = "source/of/editable_echo"\n'
    )
    write(
        project / "pyproject.toml",
        '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
        '[project]\nname = "editable-echo"\nversion = "1"\n'
        '[project.entry-points."ftkit.tasks"]\neditable = "editable_echo"\n'
        f'[tool.setuptools]\npackages = ["editable_echo"]\n{mapping}',
    )
    env = create_venv(tmp_path / "venv")
    install_it = ["pip", "install", "-q", "--no-deps", "--no-index", "-e", str(project)]
    subprocess.run(install_it, env=env, check=True, capture_output=True)
    listed = subprocess.run(["ftkit", "list-plugins", "--json"], env=env, capture_output=True, check=True)
    assert b'"summary": "An editable echo."' in listed.stdout


def test_summary_falls_back_to_the_distributions_own(tmp_path: Path) -> None:
    site = install([task_distribution("echo", ECHO_HOOKS, summary="Of the distribution.")], tmp_path)
    rows = run_ftkit("list-plugins", "--json", sites=[site]).json
    assert [row["summary"] for row in rows if row["name"] == "echo"] == ["Of the distribution."]
