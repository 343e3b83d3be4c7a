"""A plan beside what then happens: t5-base, bart-base and flan-t5-small, each with every method, on SQuAD.

    pytest -m benchmark tests/benchmarks/test_plan.py -s

prints the table that docs/planning.md shows. The weights are random: memory and time don't depend on them.
`FTKIT_REAL_SIZES` may name a folder where the checkpoints are kept from one time to the next.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import pytest
import yaml

from support import small
from support.program import run_ftkit, run_python
from support.real_data import FOLDER, head_of_validation, needs_real_data
from support.real_size import CHECKPOINTS, saved

PROGRAM = Path(__file__).with_name("plan_program.py")
BUDGET = 256
STEPS = 6
MEMORY, TIME = 0.15, 0.25


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    kept = os.environ.get("FTKIT_REAL_SIZES")
    return Path(kept) if kept else tmp_path_factory.mktemp("checkpoints")


@needs_real_data
@pytest.mark.benchmark
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("backbone", "method"), small.PAIRS)
def test_a_plan_foretells_memory_and_time(
    backbone: str, method: str, checkpoints: Path, tmp_path: Path
) -> None:
    recipe = {
        "model": backbone,
        "method": method,
        "task": "qa",
        "checkpoint": str(saved(backbone, checkpoints)),
        "device": "cpu",
        "data": str(FOLDER / "squad/train.json"),
        "validation_data": str(head_of_validation("qa", tmp_path)),
        "output": str(tmp_path / "run"),
        "training": {"token_budget": BUDGET, "max_steps": STEPS},
    }
    file = tmp_path / "recipe.yaml"
    file.write_text(yaml.safe_dump(recipe))
    started = time.monotonic()
    planned = run_ftkit("plan", str(file), "--json", timeout=1800)
    seconds = time.monotonic() - started
    assert planned.status == 0, planned.err
    trained = run_python(str(PROGRAM), str(file), timeout=3000, HF_HUB_OFFLINE="1")
    assert trained.status == 0, trained.err
    plan, real = planned.json, trained.json
    memory = plan["peak_memory_bytes"] / real["peak"]
    step = plan["step_seconds"] / real["step_seconds"]
    missed = [
        name
        for name, ratio, bar in (("memory", memory, MEMORY), ("time", step, TIME))
        if abs(ratio - 1) > bar
    ]
    print(
        f"\n| {CHECKPOINTS[backbone]} | {method} | {plan['peak_memory_bytes'] / 1e9:.2f} "
        f"| {real['peak'] / 1e9:.2f} | {memory:.2f} "
        f"| {plan['step_seconds']:.2f} | {real['step_seconds']:.2f} | {step:.2f} "
        f"| {' and '.join(missed) or '-'} | {seconds:.0f} |",
        flush=True,
    )
    print(json.dumps({"plan": plan["memory"], "steps": real["steps"]}), file=sys.stderr, flush=True)
