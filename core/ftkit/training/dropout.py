"""Dropout on a CPU at the speed of memory: the same distribution, from a faster generator.

torch draws a CPU's dropout masks one number after the other, in one thread, which made it the largest
single cost of a training step after padding. Here threads fill blocks of a mask, each of which has a
generator of its own (SFC64, 16 random bits an element), seeded by its place and one draw from torch's:
whoever restores torch's random state, as a resumed run and a recomputed activation do, gets the same masks,
on any number of threads.

Rates are rounded to 1/65,536, and what is kept is scaled by the rounded rate, so that the mean is exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

BLOCK = 1 << 18
"""Elements that share a generator; of smaller blocks, threads would wait for each other's Python."""

_LEVELS = 1 << 16  # of 16 random bits
_ONE = np.uint16(0x3F80)  # in bfloat16
_PER_WORD = 4  # elements that 64 random bits do for


@contextmanager
def fast_dropout() -> Iterator[None]:
    """Replace torch's dropout on CPU tensors, wherever it is called from, while the context lasts.

    It stands in at torch's dispatcher, because dropout is reached from modules, from functions and from
    within the attention kernels, of models and methods that ftkit has never seen.
    """
    with ThreadPoolExecutor(torch.get_num_threads()) as threads:

        def dropout(values: torch.Tensor, rate: float, train: bool) -> torch.Tensor:  # noqa: FBT001 - torch's own signature
            if not train or not round(rate * _LEVELS) or not values.numel():
                return values
            dropped: torch.Tensor = _Dropout.apply(values, rate, threads)
            return dropped

        library = torch.library.Library("aten", "IMPL")
        library.impl("dropout", dropout, "AutogradCPU")
        try:
            yield
        finally:
            library._destroy()  # noqa: SLF001 - torch has no public way back


class _Dropout(torch.autograd.Function):  # type: ignore[misc]  # torch's is untyped
    @staticmethod
    def forward(ctx: Any, values: torch.Tensor, rate: float, threads: Executor) -> torch.Tensor:
        dropped_levels = round(rate * _LEVELS)
        seed = int(torch.randint(torch.iinfo(torch.int64).max, ()))
        drawn = draw_mask(values.numel(), dropped_levels, seed, threads)
        kept = torch.from_numpy(drawn).view(torch.bfloat16).view(values.shape)
        ctx.save_for_backward(kept)
        ctx.scale = _LEVELS / max(1, _LEVELS - dropped_levels)
        return (values * kept).mul_(ctx.scale).to(values.dtype)

    @staticmethod
    def backward(ctx: Any, gradients: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        (kept,) = ctx.saved_tensors
        return (gradients * kept).mul_(ctx.scale).to(gradients.dtype), None, None


def draw_mask(count: int, dropped_levels: int, seed: int, threads: Executor) -> NDArray[np.uint16]:
    """Which elements are kept, as the bits of bfloat16 numbers: of all masks the fastest to multiply by.

    Args:
        count: How many elements there are.
        dropped_levels: Of 65,536 random values, how many drop an element.
        seed: Decides the mask, together with `count` and `dropped_levels`.
        threads: What fills the blocks.

    Returns:
        (count,), the bits of 1 where kept and of 0 where not.
    """
    kept = np.empty(count, dtype=np.uint16)
    lowest = np.int16(dropped_levels - _LEVELS // 2 - 1)

    def fill(start: int) -> None:
        block = kept[start : start + BLOCK]
        # 64 bits each, as this generator makes them
        words = np.random.SFC64([seed, start]).random_raw(-(-len(block) // _PER_WORD))
        np.multiply(words.view(np.int16)[: len(block)] > lowest, _ONE, out=block)

    starts = range(0, count, BLOCK)
    if len(starts) == 1:
        fill(0)
    else:
        for _ in threads.map(fill, starts):
            pass
    return kept
