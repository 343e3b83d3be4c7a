"""Time as it would pass if nobody else used the machine."""

from __future__ import annotations

import time
from pathlib import Path

_ATTEMPTS = 20
_SCHEDULE = Path("/proc/thread-self/schedstat")  # nanoseconds on a core, and waiting for one


def own_seconds() -> float:
    """Seconds since some moment, without those in which this thread waited for a core that others had.

    Only Linux says how long that was; elsewhere it is wall time.
    """
    for _ in range(_ATTEMPTS):
        waited, now = _seconds_waited(), time.perf_counter()
        if _seconds_waited() == waited:  # else it lost its core in between, and the two don't go together
            break
    return now - waited


def _seconds_waited() -> float:
    try:
        return int(_SCHEDULE.read_text(encoding="ascii").split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0
