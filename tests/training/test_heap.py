"""Memory that a training frees stays with the process until it ends, and no longer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

import ftkit
from ftkit.evaluating import evaluation
from ftkit.memory import held_memory
from ftkit.training import heap
from ftkit.training.heap import give_back_freed_memory, kept_memory
from support import killed

BLOCKS, BLOCK = 8, 48 << 20  # bytes; each larger than what glibc ever takes from its heap by itself

needs_glibc = pytest.mark.skipif(heap._glibc() is None, reason="another C library, which is left as it is")


def held_after_use() -> int:
    for _ in range(BLOCKS):
        blocks = [torch.ones(BLOCK, dtype=torch.uint8) for _ in range(BLOCKS)]
        del blocks
    return held_memory()


@needs_glibc
def test_what_is_freed_is_kept_within_the_context_and_given_back_at_its_end() -> None:
    give_back_freed_memory()
    before = held_memory()
    with kept_memory():
        within = held_after_use()
    assert BLOCKS * BLOCK * 0.9 < within - before < BLOCKS * BLOCK * 2  # held once, and used again and again
    assert held_memory() - before < BLOCK


def interrupted() -> None:
    with kept_memory():
        held_after_use()
        raise ValueError("within")


@needs_glibc
def test_an_error_within_gives_it_back_as_well() -> None:
    give_back_freed_memory()
    before = held_memory()
    with pytest.raises(ValueError, match="within"):
        interrupted()
    assert held_memory() - before < BLOCK


def test_another_c_library_is_not_asked_for_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heap.ctypes, "CDLL", lambda _: object())  # any call of it is an error
    with kept_memory():
        held = held_after_use()
        give_back_freed_memory()
    assert held > 0


@needs_glibc
def test_what_an_evaluation_took_is_not_counted_as_the_trainings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluate, taken = evaluation.evaluate_examples, []

    def costly(*arguments: Any) -> Any:
        taken.append(held_after_use())
        return evaluate(*arguments)

    monkeypatch.setattr(evaluation, "evaluate_examples", costly)
    run = ftkit.train(killed.recipe("lora", tmp_path / "run", eval_steps=1, max_steps=3), quiet=True)
    assert len(taken) == 3
    memory = run.result["memory"]
    assert memory["peak"] + memory["before"] < max(taken) - BLOCKS * BLOCK / 2
