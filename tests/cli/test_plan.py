"""`ftkit plan`: several cells, plugins of others, and what a person reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import killed, small
from support.program import Outcome
from support.warm import run_warm_ftkit
from support.wheels import PluginDistribution, unpack

NORMS = '''"""Train the layers' norms and nothing else."""
from ftkit import MethodInfo, hookimpl


@hookimpl
def describe_method():
    return MethodInfo(artifact_format="none")


@hookimpl
def apply_method(model):
    for name, weight in model.named_parameters():
        weight.requires_grad_("layer_norm" in name)
    return model


@hookimpl
def save_artifact(model, directory):
    (directory / "nothing").touch()


@hookimpl
def load_artifact(model):
    return model
'''


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    entry_points = "[ftkit.methods]\nnorms = ftkit_norms\n"
    norms = PluginDistribution("ftkit-norms", entry_points, {"ftkit_norms.py": NORMS})
    return unpack([norms], tmp_path_factory.mktemp("plugins"))


def plan(*arguments: str, site: Path) -> Outcome:
    chosen = ["--task", "sentiment", "--data", str(killed.rows()), "--device", "cpu"]
    chosen += ["--checkpoint", str(small.checkpoint("t5"))]
    return run_warm_ftkit("plan", "--model", "t5", *chosen, *arguments, sites=[site], timeout=240)


def test_a_method_of_somebody_else_is_planned_and_a_cell_that_fails_is_a_row(site: Path) -> None:
    ended = plan("--method", "norms,nonesuch", "--json", site=site)
    assert ended.status == 0, ended.err
    norms, nonesuch = ended.json["cells"]
    assert norms["trainable_parameters"] == 32 * (2 * 2 + 1 + 3 * 2 + 1)
    assert norms["peak_memory_bytes"] > 0
    assert norms["step_seconds"] > 0
    assert (nonesuch["model"], nonesuch["method"]) == ("t5", "nonesuch")
    assert "nonesuch" in nonesuch["error"]


def test_one_cell_is_told_in_sentences(site: Path) -> None:
    ended = plan("--method", "norms", "--training.token-budget", "auto", site=site)
    assert ended.status == 0, ended.err
    for said in ("batches an epoch", "GB at most (weights", "fits into the", "auto would take", "s a step"):
        assert said in ended.out


def test_where_no_cell_can_be_planned_the_status_says_so(site: Path) -> None:
    ended = plan("--method", "one,two", site=site)
    assert ended.status == 1
    assert "t5, one: " in ended.out
    assert "t5, two: " in ended.out


def test_a_single_cell_that_cannot_be_planned_is_an_error(site: Path) -> None:
    ended = plan("--method", "lor", site=site)
    assert ended.status == 2
    assert "did you mean lora" in ended.err
