"""The arrows between the rooms of the house run one way."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import ftkit

CORE = Path(ftkit.__file__).parent
MODULES = sorted(CORE.rglob("*.py"))
BUILT_IN = {name for record in ftkit.list_plugins() if record.builtin for name in record.names}


def imports_of(file: Path) -> set[str]:
    """The modules that a file's import statements can name, wherever they stand, those of types too."""
    return _imported(ast.walk(_parsed(file)), file)


def run_time_imports_of(file: Path) -> set[str]:
    """The same without what stands under `if TYPE_CHECKING:`."""
    return _imported(_walk_at_run_time(_parsed(file)), file)


def _parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def _walk_at_run_time(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        return
    for child in ast.iter_child_nodes(node):
        yield from _walk_at_run_time(child)


def _imported(nodes: Iterator[ast.AST], file: Path) -> set[str]:
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            home = _home(node, file)
            # `from ftkit.registry import probe` names a module or something in one: both are kept.
            found |= {home} | {f"{home}.{alias.name}" for alias in node.names}
    return found


def _home(node: ast.ImportFrom, file: Path) -> str:
    """What stands behind `from`, as an absolute name."""
    if not node.level:
        return node.module or ""
    package = file.relative_to(CORE.parent).parts[: -node.level]
    return ".".join([*package, *filter(None, [node.module])])


def lies_in(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import ftkit_plugins.tasks", "ftkit_plugins.tasks"),
        ("import os, ftkit.cli.app as app", "ftkit.cli.app"),
        ("from ftkit.registry import probe", "ftkit.registry.probe"),
        ("from ftkit import cli", "ftkit.cli"),
        ("from . import probe", "ftkit.registry.probe"),
        ("from .guard import state", "ftkit.registry.guard.state"),
        ("from .. import cli", "ftkit.cli"),
        ("from ..cli.app import main", "ftkit.cli.app"),
        ("def late():\n    from ..cli import app", "ftkit.cli.app"),
        ("try:\n    import ftkit.cli\nexcept ImportError: ...", "ftkit.cli"),
    ],
)
def test_every_way_to_write_an_import_is_seen(source: str, name: str) -> None:
    file = CORE / "registry" / "example.py"
    assert name in _imported(ast.walk(ast.parse(source)), file)


def test_imports_for_types_alone_are_none_at_run_time() -> None:
    tree = ast.parse("if TYPE_CHECKING:\n    import ftkit.cli\nimport os")
    assert _imported(_walk_at_run_time(tree), CORE / "example.py") == {"os"}


EXAMPLES = sorted((Path(__file__).parents[1] / "docs" / "examples").glob("*/ftkit_*/**/*.py"))


@pytest.mark.parametrize("file", EXAMPLES, ids=[file.parent.name + "/" + file.stem for file in EXAMPLES])
def test_the_example_packages_use_public_names_alone(file: Path) -> None:
    package = file.relative_to(Path(__file__).parents[1] / "docs" / "examples").parts[1]
    ours = {name for name in imports_of(file) if lies_in(name, "ftkit") or lies_in(name, "ftkit_plugins")}
    public = {"ftkit", *(f"ftkit.{name}" for name in ftkit.__all__)}
    assert package.startswith("ftkit_")
    assert ours <= public


@pytest.mark.parametrize("file", MODULES, ids=[str(file.relative_to(CORE)) for file in MODULES])
def test_core_imports_nothing_of_the_built_in_plugins(file: Path) -> None:
    assert not [name for name in imports_of(file) if lies_in(name, "ftkit_plugins")]


PAGE = Path(__file__).parents[1] / "docs" / "architecture.md"
ROOMS = re.findall(
    r"^  (\w+)(?:/|\.py) ", PAGE.read_text(encoding="utf-8").split("plugins/")[0], re.MULTILINE
)


def room_of(file: Path) -> str:
    return file.relative_to(CORE).parts[0].removesuffix(".py")


def test_the_picture_of_the_rooms_shows_every_package() -> None:
    packages = {file.parent.name for file in CORE.glob("*/__init__.py")}
    assert packages <= set(ROOMS)


@pytest.mark.parametrize(
    "file", [file for file in MODULES if room_of(file) in ROOMS], ids=lambda file: str(file.relative_to(CORE))
)
def test_a_room_uses_only_what_the_picture_shows_below_it(file: Path) -> None:
    above = ROOMS[: ROOMS.index(room_of(file))]
    assert not [name for name in imports_of(file) for room in above if lies_in(name, f"ftkit.{room}")]


TOOLS = sorted(file for file in CORE.glob("*.py") if room_of(file) not in ROOMS and file.stem[:2] != "__")


@pytest.mark.parametrize("file", TOOLS, ids=[file.stem for file in TOOLS])
def test_a_tool_without_a_room_uses_no_room_but_the_lowest(file: Path) -> None:
    rooms = {room for name in imports_of(file) for room in ROOMS if lies_in(name, f"ftkit.{room}")}
    assert rooms <= {"hookspecs", "descriptions", "errors"}


def test_no_module_imports_itself_round_a_circle() -> None:
    modules = {module_name(file): file for file in MODULES if file != CORE / "__init__.py"}
    order = TopologicalSorter({name: imports_of(file) & set(modules) for name, file in modules.items()})
    order.prepare()  # raises CycleError


def module_name(file: Path) -> str:
    parts = file.relative_to(CORE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


# The conformance kit names the two architectures that its tiny models are of.
@pytest.mark.parametrize(
    "file",
    [file for file in MODULES if CORE / "testing" not in file.parents],
    ids=lambda file: str(file.relative_to(CORE)),
)
def test_core_names_no_built_in_model_method_or_task(file: Path) -> None:
    libraries = {"adapters"}  # also the name of a library, and of the feature that it can be used
    assert not texts_in(_parsed(file)) & (BUILT_IN - libraries)


@pytest.mark.parametrize("file", sorted(CORE.glob("comparing/templates/*")), ids=lambda file: file.name)
def test_the_report_names_no_built_in_either(file: Path) -> None:
    assert not set(re.findall(r"[\w-]+", file.read_text(encoding="utf-8").lower())) & BUILT_IN


def test_a_name_in_the_code_is_seen_and_one_in_a_docstring_is_not() -> None:
    assert texts_in(ast.parse('"""lora"""\ndef f(name):\n    """bart"""\n    return name == "T5"')) == {"t5"}


def texts_in(tree: ast.Module) -> set[str]:
    """Texts that a program works with, in lower case: all but docstrings."""
    explained = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    first = [node.body[0] for node in ast.walk(tree) if isinstance(node, explained) and node.body]
    docstrings = {id(each.value) for each in first if isinstance(each, ast.Expr)}
    constants = [
        node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docstrings
    ]
    return {node.value.lower() for node in constants if isinstance(node.value, str)}


@pytest.mark.parametrize("file", sorted(CORE.glob("registry/**/*.py")), ids=lambda file: file.stem)
def test_the_registry_knows_neither_runs_nor_models(file: Path) -> None:
    above = ("ftkit.cli", "ftkit.plugins", "ftkit.runs", "ftkit.models", "ftkit.loading", "ftkit.data")
    assert not [name for name in imports_of(file) for room in above if lies_in(name, room)]


@pytest.mark.parametrize("room", ["deprecations", "descriptions", "errors", "hookspecs", "typed_data"])
def test_the_ground_floor_imports_nothing_of_ours_at_run_time_but_itself(room: str) -> None:
    ground = {"ftkit.descriptions", "ftkit.errors", "ftkit.hookspecs", "ftkit.typed_data"}
    files = [file for file in MODULES if file.relative_to(CORE).parts[0] in (room, f"{room}.py")]
    assert files
    ours = {each for file in files for each in run_time_imports_of(file) if lies_in(each, "ftkit")}
    assert not [each for each in ours if not any(lies_in(each, floor) for floor in ground)]


@pytest.mark.parametrize("file", sorted(CORE.glob("planning/*.py")), ids=lambda file: file.stem)
def test_planning_takes_a_training_s_steps_and_answers_nothing(file: Path) -> None:
    others = ("ftkit.evaluating", "ftkit.predicting", "ftkit.answering")
    assert not [name for name in imports_of(file) for room in others if lies_in(name, room)]
