"""How much memory is used."""

from __future__ import annotations

import resource
import sys


def peak_memory() -> int:
    """Most memory held so far, in bytes: the GPU's where there is one, else this process's resident size."""
    import torch  # noqa: PLC0415 - seconds, and whoever asks has loaded a model

    if torch.cuda.is_available():
        return int(torch.cuda.max_memory_allocated())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # Linux counts in KiB
