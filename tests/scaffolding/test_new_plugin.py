"""`ftkit new-plugin`: what it writes installs, lints and passes its own test; what it refuses and ships."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from torch import nn

import ftkit
from support.program import Outcome, run_ftkit
from support.venvs import create_venv

if sys.version_info >= (3, 11):
    import tomllib
else:
    tomllib = pytest.importorskip("tomli")

KINDS = ("backbone", "method", "task", "extension")
TEMPLATES = Path(ftkit.__file__).parent / "scaffolding"


def written(kind: str, folder: Path) -> Path:
    """A new plugin's package."""
    ended = run_ftkit("new-plugin", kind, f"my-{kind}", "--into", str(folder))
    assert ended.status == 0, ended.err
    return folder / f"ftkit-my-{kind}"


def run(env: dict[str, str], *command: str) -> str:
    ended = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_new_packages_of_every_kind_install_and_pass_their_own_tests(tmp_path: Path) -> None:
    env = create_venv(tmp_path / "venv")
    packages = [str(written(kind, tmp_path)) for kind in KINDS]
    run(env, "pip", "install", "--quiet", "--no-deps", *packages)
    told = run(env, "python", "-m", "pytest", "-v", "-p", "no:cacheprovider", *packages)
    for kind in KINDS:  # a package whose tests were not found would be no failure beside the others
        assert re.search(rf"test_ftkit_my_{kind}\.py::.* PASSED", told), told


def test_a_new_method_trains_the_modules_of_a_role_and_none_whose_names_only_end_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(written("method", tmp_path))
    method = importlib.import_module("ftkit_my_method")
    names = ("q_proj", "cross_q_proj", "v_proj")
    model = nn.ModuleDict({name: nn.Linear(2, 2, bias=False) for name in names})
    model["layer"] = nn.ModuleDict({"q_proj": nn.Linear(2, 2)})
    method.apply_method(model, SimpleNamespace(roles={"query": ("q_proj",)}))
    trained = [name for name, weight in model.named_parameters() if weight.requires_grad]
    assert trained == ["q_proj.weight", "layer.q_proj.weight"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_package_is_clean_by_ruffs_defaults(kind: str, tmp_path: Path) -> None:
    package = written(kind, tmp_path)
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", str(package)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_package_has_what_a_package_needs_and_no_placeholder_left(kind: str, tmp_path: Path) -> None:
    package = written(kind, tmp_path)
    files = {file.relative_to(package).as_posix(): file for file in package.rglob("*") if file.is_file()}
    module = f"ftkit_my_{kind}"
    common = {"pyproject.toml", "README.md", "LICENSE", ".github/workflows/test.yml"}
    assert common | {f"{module}/__init__.py", f"tests/test_{module}.py"} <= files.keys()
    assert not [name for name, file in files.items() if "$" in file.read_text(encoding="utf-8")]
    project = tomllib.loads(files["pyproject.toml"].read_text(encoding="utf-8"))["project"]
    assert project["entry-points"] == {f"ftkit.{kind}s": {f"my-{kind}": module}}


def refused(kind: str, name: str, folder: Path) -> Outcome:
    """A refusal, which leaves nothing behind."""
    before = sorted(folder.rglob("*"))
    ended = run_ftkit("new-plugin", kind, name, "--into", str(folder))
    assert ended.status == 2
    assert ended.out == ""
    assert sorted(folder.rglob("*")) == before
    return ended


def test_nothing_is_written_over(tmp_path: Path) -> None:
    package = written("task", tmp_path)
    module = package / "ftkit_my_task" / "__init__.py"
    module.write_text("mine\n")
    assert f"{package} exists, and nothing is written over" in refused("task", "my-task", tmp_path).err
    assert module.read_text() == "mine\n"


@pytest.mark.parametrize("name", ["qa", "question_answering", "QA"])
def test_the_name_of_an_installed_plugin_is_refused_with_its_owner(name: str, tmp_path: Path) -> None:
    assert "is the name of an installed task: ftkit:qa" in refused("task", name, tmp_path).err


@pytest.mark.parametrize("name", ["a b", "a-", "a/b", "../a", ""])
def test_what_can_be_no_name_is_refused(name: str, tmp_path: Path) -> None:
    assert "is not made of letters" in refused("task", name, tmp_path).err


def test_a_name_with_a_dot_is_one_key_of_the_entry_points(tmp_path: Path) -> None:
    ended = run_ftkit("new-plugin", "task", "v1.1", "--into", str(tmp_path))
    assert ended.status == 0
    assert ended.out.endswith("  ftkit check-plugins task:v1.1 --conformance\n")
    text = (tmp_path / "ftkit-v1-1" / "pyproject.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)["project"]["entry-points"]["ftkit.tasks"] == {"v1.1": "ftkit_v1_1"}


def test_a_folder_that_cant_be_made_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = run_ftkit("new-plugin", "task", "new", "--into", str(tmp_path / "file"))
    assert ended.status == 2
    assert ended.err.startswith(f"error: {tmp_path / 'file' / 'ftkit-new'} can't be made: ")


def test_a_name_of_another_kind_is_free(tmp_path: Path) -> None:
    assert run_ftkit("new-plugin", "method", "qa", "--into", str(tmp_path)).status == 0
    assert (tmp_path / "ftkit-qa").is_dir()


def test_every_template_is_shipped() -> None:
    file = Path(__file__).parents[2] / "pyproject.toml"
    patterns = tomllib.loads(file.read_text(encoding="utf-8"))["tool"]["setuptools"]["package-data"]["ftkit"]
    root = TEMPLATES.parent
    shipped = {path for pattern in patterns for path in root.glob(pattern)}
    templates = {path for path in TEMPLATES.rglob("templates/**/*") if path.is_file()}
    assert templates
    assert templates <= shipped
