"""Which precision `auto` means, and a model's weights held in it.

bfloat16 here is mixed precision (Micikevicius et al., 2018, https://arxiv.org/abs/1710.03740): what is
trained stays in float32, matrices are multiplied in bfloat16, and what is sensitive is computed in float32,
as torch's autocast has it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

_NARROW = 256  # features; below, casts cost what the multiplication saves, and what a probe finds is chance
_FIRST_TOKENS, _FIRST_SECONDS = 64, 0.1  # a CPU that lacks bfloat16 shows: it may take 200 times as long
_HOPELESS = 2  # times as long as float32
_PROBED_TOKENS, _PROBE_SECONDS = 1024, 1.0
_PROBES = 20  # at most
_PAYS = 0.8  # of the time in float32: the rest of a step gains less than its multiplications


def chosen_precision(precision: str, model: nn.Module) -> str:
    """`fp32` or `bf16`: what is asked for, and under `auto` what is faster here.

    On a GPU that is bfloat16 wherever the chip has it. CPUs that lack it compute it several times slower than
    float32, and nobody lists those that have it, so that a CPU is asked, by multiplying as the model does.

    Args:
        precision: `auto`, `fp32` or `bf16`.
        model: The model, on its device.
    """
    device = next(model.parameters()).device
    pays = precision == "auto" and device.type == "cpu" and _pays_on_cpu(model)
    return "bf16" if pays or in_bfloat16(precision, device) else "fp32"


def in_bfloat16(precision: str, device: torch.device) -> bool:
    """Whether to compute in bfloat16 without asking a CPU: where told to, or where a GPU has it."""
    on_gpu = device.type == "cuda"
    return precision == "bf16" or (precision == "auto" and on_gpu and torch.cuda.is_bf16_supported())


@contextmanager
def held_in_bfloat16(model: nn.Module, *, trained: bool) -> Iterator[None]:
    """Hold matrices in bfloat16, which autocast would otherwise cast at each use; the same values.

    At the end each module has its own weights again.

    Args:
        model: Any model; only its linear layers change.
        trained: Whether weights that require gradients are held so too, which training can't do.
    """
    own = [
        (module, name, parameter)
        for module in model.modules()
        if isinstance(module, nn.Linear)
        for name, parameter in module.named_parameters(recurse=False)
        if trained or not parameter.requires_grad
    ]
    for module, name, parameter in own:  # of the module alone: an embedding may share the matrix
        held = nn.Parameter(parameter.detach().bfloat16(), requires_grad=False)
        module.register_parameter(name, held)
    try:
        yield
    finally:
        for module, name, parameter in own:
            module.register_parameter(name, parameter)


def _pays_on_cpu(model: nn.Module) -> bool:
    """Whether the model's largest common matrix is multiplied sooner in bfloat16, backward pass included."""
    shapes = [module.weight.shape for module in model.modules() if isinstance(module, nn.Linear)]
    inner = [shape for shape in shapes if min(shape) >= _NARROW]
    if len(inner) < len(shapes) / 2:
        return False
    weight = torch.randn(max(set(inner), key=inner.count))
    if _share_of_float32(weight, _FIRST_TOKENS, _FIRST_SECONDS) > _HOPELESS:
        return False
    return _share_of_float32(weight, _PROBED_TOKENS, _PROBE_SECONDS) < _PAYS


def _share_of_float32(weight: torch.Tensor, tokens: int, seconds: float) -> float:
    """How long multiplying in bfloat16 takes, beside float32.

    The two are timed in turn: a machine that is busy for a moment is so for both.
    """
    narrow, end = weight.bfloat16(), time.perf_counter() + seconds
    full = low = math.inf
    for _ in range(_PROBES):
        full = min(full, _seconds(weight, tokens))
        low = min(low, _seconds(narrow, tokens))
        if time.perf_counter() > end:
            break
    return low / full


def _seconds(weight: torch.Tensor, tokens: int) -> float:
    """What two multiplications take, as they occur in a frozen layer's forward and backward pass."""
    inputs = torch.randn(tokens, weight.shape[1]).to(weight.dtype)
    start = time.perf_counter()
    (inputs @ weight.T) @ weight
    return time.perf_counter() - start
