"""How much memory there is for a run, and what sets the limit: the machine, its container, or the GPU."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import psutil
import torch

RESERVE = 0.15
"""Share of the memory that a plan leaves free: a prediction may be wrong by as much."""

_CGROUPS = Path("/sys/fs/cgroup")
_OWN = Path("/proc/self/cgroup")


@dataclass(frozen=True)
class Limit:
    """Memory that a run can have.

    Attributes:
        bytes: What is free for it now.
        whose: `machine`, `container` or `gpu`.
    """

    bytes: int
    whose: str

    @property
    def usable(self) -> int:
        """What a plan may fill."""
        return int(self.bytes * (1 - RESERVE))


def memory_limit(device: torch.device) -> Limit:
    """What a process on this device could hold now, with what this process holds already."""
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        return Limit(int(free + torch.cuda.memory_reserved(device)), "gpu")
    own = psutil.Process().memory_info().rss
    limits = [Limit(psutil.virtual_memory().available + own, "machine")]
    limits += [Limit(free + own, "container") for free in container_free(_OWN, _CGROUPS)]
    return min(limits, key=lambda each: each.bytes)


def container_free(own: Path, cgroups: Path) -> list[int]:
    """What each control group that this process is in has left, in bytes; those without a limit are left out.

    Args:
        own: A file such as `/proc/self/cgroup`: a line for each hierarchy, `number:controllers:path`.
        cgroups: Where the groups are mounted.
    """
    try:
        lines = own.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    free = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            root, names = cgroups, _VERSION_2
        elif "memory" in controllers.split(","):
            root, names = cgroups / "memory", _VERSION_1
        else:
            continue
        group = root / path.lstrip("/")
        # Within a container its own group is mounted at the root, whatever its path outside.
        for folder in {group, *group.parents} if group.is_dir() else {root}:
            if folder.is_relative_to(root):
                free += _free(folder, names)
    return free


@dataclass(frozen=True)
class _Names:
    """How a version of control groups names its files, and file pages that can be dropped."""

    limit: str
    usage: str
    droppable: str


_VERSION_1 = _Names("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
_VERSION_2 = _Names("memory.max", "memory.current", "inactive_file")
_NO_LIMIT = 1 << 60  # version 1 writes the largest number of pages that there could be


def _free(folder: Path, names: _Names) -> list[int]:
    try:
        limit, usage = ((folder / name).read_text().strip() for name in (names.limit, names.usage))
        statistics = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
    except OSError:
        return []
    if limit == "max" or int(limit) >= _NO_LIMIT:
        return []
    return [int(limit) - int(usage) + int(statistics.get(names.droppable, 0))]
