"""The README as a newcomer meets it: every command runs, and prints what is shown.

Its commands on real checkpoints run on small random ones, which a hub on this machine has under the same
names, and on the first rows of real data.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import hub, small
from support.pages import as_pattern, run_page
from support.program import environment
from support.real_data import head_of_validation, json_file, needs_real_data
from support.venvs import create_venv

README = Path(__file__).parents[2] / "README.md"
BLOCK = re.compile(r"(<!-- ci: \w+ -->\n)?^```(\w+)\n(.*?)^```$", re.M | re.S)
REPOSITORIES = {"google-t5/t5-base": "t5", "facebook/bart-base": "bart"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, str], Path]]:
    """An environment of its own, and a folder with the files that the README names."""
    env = create_venv(tmp_path_factory.mktemp("venv") / "venv")
    folder = tmp_path_factory.mktemp("work")
    article = json_file("squad/train.json")["data"][:1]  # enough rows to keep some apart
    (folder / "squad-train.json").write_text(json.dumps({"data": article}), encoding="utf-8")
    for name in ("squad-dev.json", "squad-test.json"):
        shutil.copy(head_of_validation("qa", tmp_path_factory.mktemp("rows")), folder / name)
    repositories = {name: small.checkpoint(backbone) for name, backbone in REPOSITORIES.items()}
    with hub.serve(repositories) as served:
        yield {**env, "HF_ENDPOINT": served.address, "HF_HOME": str(folder / "hub")}, folder


def blocks(language: str) -> list[str]:
    found = BLOCK.findall(README.read_text(encoding="utf-8"))
    return [text for ci, kind, text in found if kind == language and not ci]


SHORT = "--training.max-steps 1 --training.token-budget 600"
FEW = "--seeds 1 --training.evaluations 0"


def run(block: str, home: tuple[dict[str, str], Path], **further: str) -> None:
    """Run the commands of a block, each with what makes it short."""
    env, folder = home
    for command in block.splitlines():
        short = f"{command.partition('#')[0]} {further.get(command.split()[1], '')}"
        ended = subprocess.run(
            ["bash", "-c", short], env=env, cwd=folder, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, f"{short}\n{ended.stderr}"


@needs_real_data
def test_the_commands_on_data_of_ones_own_run(home: tuple[dict[str, str], Path]) -> None:
    run(blocks("sh")[0], home, train=SHORT)


@needs_real_data
@pytest.mark.slow
def test_the_command_that_plans_runs(home: tuple[dict[str, str], Path]) -> None:
    plan, _ = blocks("sh")[1].splitlines()
    run(plan, home, plan=SHORT)


@needs_real_data
@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_command_that_compares_runs(home: tuple[dict[str, str], Path]) -> None:
    _, compare = blocks("sh")[1].splitlines()
    run(compare, home, compare=f"{SHORT} {FEW}")


def test_every_command_of_the_plugin_prints_what_is_shown(tmp_path: Path) -> None:
    env = create_venv(tmp_path / "venv")
    commands = 0
    for command, expected, printed in run_page(README, tmp_path, env):
        commands += 1
        assert as_pattern(expected).fullmatch(printed), (
            f"$ {command}\n{printed}\n--- expected ---\n{expected}"
        )
    assert commands >= 3


def test_the_commands_that_make_the_figures_again_name_tests_that_there_are(tmp_path: Path) -> None:
    commands = re.findall(r"`([^`\n]*\bpytest [^`\n]*)`", README.read_text(encoding="utf-8"))
    assert len(commands) >= 2
    # The pytest of these tests' environment, which need not be an activated one.
    env = environment(PATH=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    for command in commands:
        asked = f"{command} --collect-only --quiet -o cache_dir={tmp_path}"
        ended = subprocess.run(
            ["bash", "-c", asked], env=env, cwd=README.parent, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr


def test_getting_started_installs_as_the_readme_does() -> None:
    [line] = re.findall(r"^python3 .*$", page("docs/getting-started.md"), re.M)
    assert line.endswith("pip install .")
    assert f"{line} && " in page("README.md")


@pytest.mark.parametrize(
    "short", [pytest.param("", marks=pytest.mark.slow), " --training.max-steps 2"], ids=["whole", "short"]
)
def test_the_first_command_prints_what_is_shown_figures_apart(short: str, tmp_path: Path) -> None:
    [line] = re.findall(r"^<!-- ci: run -->\n```sh\n(.*)\n```$", README.read_text("utf-8"), re.M)
    command = line.rpartition("&& ~/ftkit-env/bin/")[2]
    assert command.startswith("ftkit ")
    [shown] = blocks("text")
    ended = subprocess.run(
        ["bash", "-c", command + short],
        env={**create_venv(tmp_path / "venv"), "HF_HUB_OFFLINE": "1"},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ended.returncode == 0
    figures = re.compile(r"\d+(\.\d+)?(?= s,)|(?<=bleu )[\d.]+|(?<=chrf )[\d.]+|(?<=artifact )[\d,]+")
    assert as_pattern(figures.sub("…", shown.strip("\n"))).fullmatch(ended.stdout.strip("\n"))
    assert (tmp_path / "runs" / "bart-adapter-translation-1" / "artifact" / "adapter.safetensors").is_file()


def test_the_figures_of_training_are_those_of_the_table() -> None:
    rows = (
        line.strip("|").split("|") for line in page("docs/performance.md").splitlines() if line[:1] == "|"
    )
    cells = [[cell.strip() for cell in row] for row in rows]
    [header] = [row for row in cells if "× stock" in row and "precision" in row]
    [row] = [row for row in cells if row[:4] == ["flan-t5-small", "lora", "qa", "bf16"]]
    measured = {name: float(row[header.index(name)]) for name in ("× stock", "× grouped bf16", "memory")}
    shown = {
        "× stock": figure(r"([\d.]+) × the rows a second"),
        "memory": figure(r"([\d.]+) × the memory"),
        "× grouped bf16": figure(r"best settings of it \| ([\d.]+) ×"),
    }
    assert shown == {name: round(value, 1) for name, value in measured.items()}


def test_the_figure_of_the_conformance_kit_is_the_one_that_its_page_has() -> None:
    caught, seeded = figure(r"(\d+) of \d+"), figure(r"\d+ of (\d+)")
    assert f"Of {seeded:.0f} seeded mistakes it catches {caught:.0f}" in page("docs/testing-plugins.md")


def page(name: str) -> str:
    return (README.parent / name).read_text(encoding="utf-8")


def figure(pattern: str) -> float:
    """What is found once in the README's table of figures."""
    [found] = re.findall(pattern, page("README.md").split("\n## Figures\n")[1].split("\n## ")[0])
    return float(found)
