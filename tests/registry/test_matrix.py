"""Which method and task works on which backbone follows from the descriptions, with reasons."""

from __future__ import annotations

from pathlib import Path

import pytest

from ftkit import BackboneInfo, Checkpoint, Column, MethodInfo, Metric, TaskInfo
from ftkit.registry.matrix import obstacles
from support.program import run_ftkit
from support.wheels import PluginDistribution, install, task_distribution

BACKBONE = BackboneInfo(
    model_type="t5",
    architectures=("T5ForConditionalGeneration",),
    checkpoints={"x-small": Checkpoint("x/small")},
    default_checkpoint="x-small",
    roles={"query": ("q",), "value": ()},
    features=("peft",),
)
TASK = TaskInfo(
    (Column("text", "a text"),), (Metric("exact", "equal"),), 8, requires_features=("multilingual",)
)

PLUGINS = """\"\"\"A backbone and a method that describe themselves.\"\"\"
from types import SimpleNamespace
from ftkit import BackboneInfo, Checkpoint, MethodInfo, hookimpl


class Backbone:
    @hookimpl
    def describe_backbone(self):
        return BackboneInfo("t5", ("T5",), {"lone-s": Checkpoint("x/s")}, "lone-s", {"query": ("q",)})
    @hookimpl
    def load_tokenizer(self, source): ...
    @hookimpl
    def load_model(self, source): ...


class Method:
    @hookimpl
    def describe_method(self):
        return MethodInfo(requires_roles=("query", "gate"), requires_features=("peft",))
    @hookimpl
    def apply_method(self, model): ...
    @hookimpl
    def save_artifact(self, model): ...
    @hookimpl
    def load_artifact(self, model): ...


backbone, method = Backbone(), Method()
"""


@pytest.mark.parametrize(
    ("other", "reasons"),
    [
        (MethodInfo(), []),
        (MethodInfo(requires_roles=("query",), requires_features=("peft",)), []),
        (MethodInfo(requires_roles=("value",)), ["the backbone names no module for the role value"]),
        (MethodInfo(requires_features=("adapters",)), ["the backbone lacks the feature adapters"]),
        (TASK, ["the backbone lacks the feature multilingual"]),
    ],
)
def test_obstacles_name_the_missing_role_or_feature(other: MethodInfo | TaskInfo, reasons: list[str]) -> None:
    assert obstacles(BACKBONE, other) == reasons


def test_matrix_of_installed_plugins_gives_a_reason_for_each_no_and_survives_a_crash(tmp_path: Path) -> None:
    lines = "[ftkit.backbones]\nlone = lone:backbone\n[ftkit.methods]\ngated = lone:method\n"
    lone = PluginDistribution("lone", lines, {"lone.py": PLUGINS})
    crash = task_distribution("crash", "import os; os._exit(3)")
    site = install([lone, crash, task_distribution("echo")], tmp_path)
    matrix = run_ftkit("list-plugins", "--matrix", "--json", sites=[site], FTKIT_DISABLE_PLUGINS="ftkit")
    verdicts = {(row["plugin"], row["backbone"]): row for row in matrix.json}
    assert verdicts["echo", "lone"]["works"] is True
    assert verdicts["crash", "lone"]["reasons"] == ["task:crash is broken: called os._exit(3)"]
    assert verdicts["gated", "lone"]["reasons"] == [
        "the backbone lacks the feature peft",
        "the backbone names no module for the role gate",
    ]
    table = run_ftkit("list-plugins", "--matrix", sites=[site], FTKIT_DISABLE_PLUGINS="ftkit").out
    assert "gated on lone: no: the backbone lacks the feature peft; the backbone names" in table
