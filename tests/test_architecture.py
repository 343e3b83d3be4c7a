"""The arrows between the rooms of the house run one way."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import ftkit

CORE = Path(ftkit.__file__).parent
MODULES = sorted(CORE.rglob("*.py"))


def imports_of(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("file", MODULES, ids=[str(file.relative_to(CORE)) for file in MODULES])
def test_core_imports_nothing_of_the_built_in_plugins(file: Path) -> None:
    assert not [name for name in imports_of(file) if name.startswith("ftkit_plugins")]


def test_only_the_way_in_uses_the_command_line() -> None:
    users = {file for file in MODULES if any(name.startswith("ftkit.cli") for name in imports_of(file))}
    assert all(file.parent.name == "cli" or file.name == "__main__.py" for file in users)


@pytest.mark.parametrize("name", ["descriptions.py", "errors.py", "hookspecs.py"])
def test_the_ground_floor_imports_nothing_of_ours_at_run_time(name: str) -> None:
    tree = ast.parse((CORE / name).read_text(encoding="utf-8"))
    names = [node.module or "" for node in tree.body if isinstance(node, ast.ImportFrom)]
    assert not [module for module in names if module.startswith("ftkit")]


def test_the_registry_uses_only_what_its_own_page_lists_above() -> None:
    page = (CORE / "registry" / "__init__.py").read_text(encoding="utf-8")
    order = [line.split()[0] for line in page.splitlines() if line.startswith("    ")]
    for position, room in enumerate(order):
        files = [CORE / "registry" / f"{room}.py", *(CORE / "registry" / room).glob("*.py")]
        for file in filter(Path.is_file, files):
            used = {name.split(".")[2] for name in imports_of(file) if name.startswith("ftkit.registry.")}
            assert used <= {*order[:position], room}, file
