"""Memory that a training frees stays with the process until it ends, and no longer."""

from __future__ import annotations

import pytest
import torch

from ftkit.memory import held_memory
from ftkit.training import heap
from ftkit.training.heap import kept_memory

BLOCKS, BLOCK = 8, 48 << 20  # bytes; each larger than what glibc ever takes from its heap by itself

needs_glibc = pytest.mark.skipif(heap._glibc() is None, reason="another C library, which is left as it is")


def held_after_use() -> int:
    for _ in range(BLOCKS):
        blocks = [torch.ones(BLOCK, dtype=torch.uint8) for _ in range(BLOCKS)]
        del blocks
    return held_memory()


@needs_glibc
def test_what_is_freed_is_kept_within_the_context_and_given_back_at_its_end() -> None:
    before = held_memory()
    assert held_after_use() - before < BLOCK
    with kept_memory():
        within = held_after_use()
    assert BLOCKS * BLOCK * 0.9 < within - before < BLOCKS * BLOCK * 2  # held once, and used again and again
    assert held_memory() - before < BLOCK
    assert held_after_use() - before < BLOCK


def interrupted() -> None:
    with kept_memory():
        held_after_use()
        raise ValueError("within")


@needs_glibc
def test_an_error_within_gives_it_back_as_well() -> None:
    before = held_memory()
    with pytest.raises(ValueError, match="within"):
        interrupted()
    assert held_memory() - before < BLOCK


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heap, "_glibc", lambda: None)
    before = held_memory()
    with kept_memory():
        assert held_after_use() - before < BLOCK
