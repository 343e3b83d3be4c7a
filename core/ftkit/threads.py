"""As many threads as there are cores to be had."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_QUOTA = Path("/sys/fs/cgroup/cpu.max")  # microseconds a period, and the period: Linux' cgroup v2


@contextmanager
def fitting_threads(*, tiny: bool) -> Iterator[None]:
    """Let torch compute in as many threads as this process may use cores, while the context lasts.

    torch counts the machine's cores. In a container that may use two of 64, threads wait for one another
    most of the time.

    Args:
        tiny: The model is a tiny one. It gains nothing from more than one thread, and on a machine whose
            cores are busy their waiting for one another made a step 14 times as long.
    """
    import torch  # noqa: PLC0415 - seconds, and whoever computes has paid them

    before = torch.get_num_threads()
    torch.set_num_threads(1 if tiny else min(before, usable_cores()))
    try:
        yield
    finally:
        torch.set_num_threads(before)


def usable_cores(quota: Path = _QUOTA) -> int:
    """Cores that this process may use: those it is bound to, or the share of time that its container has."""
    bound = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        allowed, period = quota.read_text(encoding="ascii").split()
        return max(1, min(bound, math.ceil(int(allowed) / int(period))))
    except (OSError, ValueError):  # no such file, or "max": no quota
        return bound
