"""Freed memory kept for the next step of a training, in place of being given back and asked for again.

glibc maps each large block apart and unmaps it when it is freed: every step's activations and gradients are
fresh memory, which the kernel clears page by page before they are written to.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager, suppress

# Parameters of mallopt(3), and what it says of -1: never trimmed.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _MMAP_MAX = -1, -3, -4
_NEVER = -1
# What glibc's own adaptation comes to in a process that has freed large blocks.
_ADAPTED = {_MMAP_MAX: 65_536, _MMAP_THRESHOLD: 32 << 20, _TRIM_THRESHOLD: 64 << 20}


@contextmanager
def kept_memory() -> Iterator[None]:
    """Within the context the C library keeps what is freed; at its end all of that is given back.

    The whole process has it so, and its thresholds are fixed from then on, near where glibc's own adaptation
    ends that is switched off by any setting. Other C libraries are left as they are.
    """
    library = _glibc()
    if library is None:
        yield
        return
    library.mallopt(_MMAP_MAX, 0)
    library.mallopt(_TRIM_THRESHOLD, _NEVER)
    try:
        yield
    finally:
        for parameter, value in _ADAPTED.items():
            library.mallopt(parameter, value)
        give_back_freed_memory()


def give_back_freed_memory() -> None:
    """Have the C library give back to the system what is free."""
    library = _glibc()
    if library is not None:
        library.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    """The process's C library, if it is that of GNU."""
    with suppress(OSError, TypeError):  # where there is no such thing as the process's own symbols
        library = ctypes.CDLL(None)
        return library if hasattr(library, "gnu_get_libc_version") else None
    return None
