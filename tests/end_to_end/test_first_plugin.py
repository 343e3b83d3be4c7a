"""From nothing to a trained run with a task of one's own: commands, minutes and lines are counted.

pytest -m slow tests/end_to_end/test_first_plugin.py -s        # prints the figures

By default the README's plugin and the tutorial's are tried, in the same way.
"""

from __future__ import annotations

import difflib
import json
import subprocess
import time
from pathlib import Path

import pytest

from support.venvs import create_venv

COMMANDS = (
    "ftkit new-plugin task headline",
    "pip install --no-deps -e ftkit-headline",
    "ftkit train --model t5 --method lora --task headline --output run",
    'ftkit predict run "Yesterday I saw that the old king sings in the garden."',
)
"""`--no-deps` since the tests install without a network."""

# What the author writes: another input, and a second metric with the code that computes it.
EDITS = {
    'Example(f"headline: {text}", target)': 'Example(f"write a headline: {text}", target)',
    'metrics=(Metric("exact", "share of answers that equal a reference", mean_of_rows=True),),': """metrics=(
            Metric("exact", "share of answers that equal a reference", mean_of_rows=True),
            Metric("first_word", "share of answers with the right first word", mean_of_rows=True),
        ),""",
    'return {"exact": hits / len(predictions)}': """firsts = sum(
        answer is not None and answer.split()[0] in {each.split()[0] for each in right}
        for answer, right in zip(predictions, references)
    )
    return {"exact": hits / len(predictions), "first_word": firsts / len(predictions)}""",
}


def edit(module: Path) -> int:
    """Make the edits; how many lines the author wrote."""
    before = module.read_text(encoding="utf-8")
    after = before
    for old, new in EDITS.items():
        assert old in after
        after = after.replace(old, new)
    module.write_text(after, encoding="utf-8")
    changes = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return sum(line.startswith("+") and not line.startswith("+++") for line in changes)


@pytest.mark.slow
def test_four_commands_and_three_minutes_lead_to_a_trained_run_of_a_new_task(tmp_path: Path) -> None:
    env = {**create_venv(tmp_path / "venv"), "HF_HUB_OFFLINE": "1"}
    lines, start = 0, time.perf_counter()
    for number, command in enumerate(COMMANDS, start=1):
        ended = subprocess.run(
            ["bash", "-c", command], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, f"$ {command}\n{ended.stdout}{ended.stderr}"
        if number == 1:
            lines = edit(tmp_path / "ftkit-headline" / "ftkit_headline" / "__init__.py")
    seconds = time.perf_counter() - start
    print(
        f"\nnew task to trained run: {len(COMMANDS)} commands, {seconds:.0f} s, {lines} lines of the author's"
    )
    result = json.loads((tmp_path / "run" / "result.json").read_text(encoding="utf-8"))
    assert set(result["metrics"]) == {"exact", "first_word"}
    assert len(COMMANDS) <= 4
    assert lines <= 15
