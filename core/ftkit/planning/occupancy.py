"""How much memory a process takes for the tensors of a step, gaps between them included.

What is given back doesn't return to the system while something lies behind it, so that a process grows
beyond what it holds, by a fifth and more; how much depends on the allocator and on the order of sizes. So
the allocator itself is watched while it serves a step that takes memory and never writes to it: the process's
address space grows as its memory would.
"""

from __future__ import annotations

import mmap
import weakref
from pathlib import Path
from typing import Protocol

import torch

_WORTH_A_LOOK = 1 << 18  # bytes: smaller blocks move nothing
_SIZES = Path("/proc/self/statm")
_WRITABLE = 5  # which of its numbers counts pages that the process may write to and shares with nobody


class Occupancy(Protocol):
    """Watches memory from when it is made."""

    def took(self, tensor: torch.Tensor) -> None:
        """Be told of a new tensor."""

    @property
    def grown(self) -> int:
        """Most bytes so far beyond those at the beginning."""


def watch_occupancy(device: torch.device) -> Occupancy:
    """What watches best here: a GPU's allocator, Linux, or a count of what is alive."""
    if device.type == "cuda":
        return _OnGpu(device)
    return _InAddressSpace() if address_space() is not None else Alive()


class Alive:
    """Counts the bytes of all tensors that are alive."""

    def __init__(self) -> None:
        self.grown = 0
        self._alive = 0

    def took(self, tensor: torch.Tensor) -> None:
        """Count it until its memory is given back."""
        storage = tensor.untyped_storage()
        self._alive += storage.nbytes()
        self.grown = max(self.grown, self._alive)
        weakref.finalize(storage, self._gave_back, storage.nbytes()).atexit = False

    def _gave_back(self, size: int) -> None:
        self._alive -= size


class _InAddressSpace:
    """Asks Linux how much the process may write to."""

    def __init__(self) -> None:
        self._before = self._most = address_space() or 0

    def took(self, tensor: torch.Tensor) -> None:
        """Look, unless it is small."""
        if tensor.untyped_storage().nbytes() >= _WORTH_A_LOOK:
            self._most = max(self._most, address_space() or 0)

    @property
    def grown(self) -> int:
        return self._most - self._before


class _OnGpu:
    """Asks PyTorch's own allocator, which counts as it goes."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        torch.cuda.reset_peak_memory_stats(device)
        self._before = int(torch.cuda.memory_allocated(device))

    def took(self, tensor: torch.Tensor) -> None:
        """Nothing to do."""

    @property
    def grown(self) -> int:
        return int(torch.cuda.max_memory_allocated(self._device)) - self._before


def address_space() -> int | None:
    """Bytes that this process may write to and shares with nobody; None where the system doesn't say."""
    try:
        return int(_SIZES.read_text(encoding="ascii").split()[_WRITABLE]) * mmap.PAGESIZE
    except (OSError, IndexError, ValueError):
        return None
