"""How much memory is used, and what to do when it runs out."""

from __future__ import annotations

import gc
import resource
import sys
from contextlib import suppress
from pathlib import Path

_KIB = 1024


def peak_memory() -> int:
    """Most memory held so far, in bytes: the GPUs' if used, else this process's resident size."""
    import torch  # noqa: PLC0415 - seconds, and whoever asks has loaded a model

    on_gpus = sum(torch.cuda.max_memory_allocated(each) for each in range(torch.cuda.device_count()))
    if on_gpus:
        return int(on_gpus)
    return _resident_peak()


def _resident_peak() -> int:
    """Linux says it of the program alone; elsewhere it may be that of the program that started this one."""
    with suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM:")).split()[1]) * _KIB
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * _KIB


def held_memory() -> int:
    """Memory held now, in bytes: the GPUs' if used, else this process's resident size."""
    import psutil  # noqa: PLC0415 - as above
    import torch  # noqa: PLC0415 - as above

    on_gpus = sum(torch.cuda.memory_allocated(each) for each in range(torch.cuda.device_count()))
    return int(on_gpus or psutil.Process().memory_info().rss)


def ran_out_of_memory(error: RuntimeError) -> bool:
    """Whether an error says that memory ran out, on whatever device."""
    import torch  # noqa: PLC0415 - as above
    from accelerate.utils.memory import should_reduce_batch_size  # noqa: PLC0415

    return isinstance(error, torch.OutOfMemoryError) or should_reduce_batch_size(error)


def release_memory() -> None:
    """Give back what the failed attempt held."""
    import torch  # noqa: PLC0415 - as above

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
