"""Plugins that were written against the first release work with every later one, untouched.

When one of these tests fails, it is ftkit that must change, not the plugin.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pytest

import ftkit
from ftkit.registry.catalogue import PluginRecord
from ftkit.testing import conformance_tests
from support import small
from support.specimens import specimen
from support.wheels import PluginDistribution, unpack

FROZEN = Path(__file__).parent / "frozen"
TARGETS = {
    "backbone": "frozen_backbone:backbone",
    "extension": "frozen_extension:log",
    "method": "frozen_method",
    "task": "frozen_task",
}
DIGESTS = {
    "backbone": "1c63e2acde5d6c2c79542eabbb03c1118e13a0f6ceffe578cffceb05315031ca",
    "extension": "9599f9db86831a2b99a01e8c05bf7154e6a2161e68aa40fa489956111ea456c6",
    "method": "c635cb9444e18416ecf7dc5f716db15b333560bd03ca6f1b9b6ac198ec21c508",
    "task": "eaf8a9f3ab14427e08ce48daa0ab37d20aeed85fae1871df5750e3dabe3129c7",
}
TEXTS = ("The dog sleeps under the table", "Leo buys a box", "Every morning we laugh", "He stays")


def source(kind: str) -> str:
    return (FROZEN / f"frozen_{kind}.py").read_text(encoding="utf-8")


def record(kind: str) -> PluginRecord:
    """The plugin as if it were installed."""
    module, _, name = TARGETS[kind].partition(":")
    made = specimen(kind, f"frozen-{kind}", module, source(kind))
    return made if not name else type(made)(kind, made.name, (), TARGETS[kind], made.distribution)


# The kit's many small trainings take a quarter of a minute; that the plugins work is tried each time, below.
test_backbone = pytest.mark.slow(conformance_tests(record("backbone")))
test_extension = pytest.mark.slow(conformance_tests(record("extension")))
test_method = pytest.mark.slow(conformance_tests(record("method"), trains=r"\.(v|v_proj)\.(weight|bias)$"))
test_task = pytest.mark.slow(conformance_tests(record("task"), rows=[{"text": text} for text in TEXTS]))


@pytest.mark.parametrize("kind", TARGETS)
def test_the_plugin_is_what_it_was(kind: str) -> None:
    assert hashlib.sha256(source(kind).encode()).hexdigest() == DIGESTS[kind]


def test_all_four_train_a_step_together_and_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "".join(f"[ftkit.{kind}s]\nfrozen-{kind} = {target}\n" for kind, target in TARGETS.items())
    modules = {f"frozen_{kind}.py": source(kind) for kind in TARGETS}
    monkeypatch.syspath_prepend(unpack([PluginDistribution("frozen", lines, modules)], tmp_path))
    for kind in TARGETS:
        monkeypatch.delitem(sys.modules, f"frozen_{kind}", raising=False)
    data = tmp_path / "texts.jsonl"
    data.write_text('{"texts": ["The dog sleeps", "Leo buys a box"]}\n', encoding="utf-8")
    recipe = ftkit.Recipe(
        model="frozen-backbone",
        method="frozen-method",
        task="frozen-task",
        extensions=("frozen-extension",),
        checkpoint=str(small.checkpoint("t5")),
        data=str(data),
        validation_data=str(data),
        output=str(tmp_path / "run"),
        device="cpu",
        options={"training": {"max_steps": 1}, "extension.frozen-extension": {"mark": "?"}},
    )
    run = ftkit.train(recipe, quiet=True)
    assert set(run.result["metrics"]) == {"exact", "lengths"}
    assert (run.folder / "frozen.log").read_text(encoding="utf-8").splitlines() == [
        "selected",
        "started frozen-task ?",
        "arguments ?",
        "callbacks ?",
        "evaluated 1 2 ?",
        "finished 1 ?",
    ]
    [answer] = ftkit.load_run(run.folder, "cpu").predict([{"text": "The dog sleeps"}])
    assert answer.input == "? letters: The dog sleeps"
