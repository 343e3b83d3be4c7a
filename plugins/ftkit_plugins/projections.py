"""A projection as the matrix that it multiplies by, where that is all it does."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import nn


class Affine(NamedTuple):
    """y = W x + b.

    Attributes:
        weight: W, (width, d_model).
        bias: b, (width,), or None.
    """

    weight: torch.Tensor
    bias: torch.Tensor | None


def affine_of(project: Any) -> Affine | None:
    """The matrix of a linear layer, with PEFT's low-rank updates added; None where it does anything else.

    The sum is differentiable: gradients of it reach the updates' own matrices.
    """
    if isinstance(project, nn.Linear):
        return Affine(project.weight, project.bias) if _is_plain(project) else None
    updates = _updates(project)
    base = None if updates is None else affine_of(project.base_layer)
    if base is None or updates is None or base.weight.dtype != torch.float32:
        return None
    return Affine(sum(updates, start=base.weight), base.bias)


def _is_plain(linear: nn.Linear) -> bool:
    """Whether a linear layer is its weight and bias and nothing else: no update, no hook of a method."""
    return (
        linear.weight.is_floating_point()  # not packed into integers
        and not getattr(linear, "loras", None)  # of the adapters library
        and not _is_watched(linear)
    )


def _updates(project: Any) -> list[torch.Tensor] | None:
    """What PEFT's LoRA adds to a weight in float32; None where that isn't all it does, or isn't LoRA at all.

    In bfloat16 the sum of a weight and a small update would lose the update.
    """
    rules = getattr(project, "lora_A", None)
    if not isinstance(rules, nn.ModuleDict) or project.merged or project.disable_adapters:
        return None
    if _is_watched(project) or torch.is_autocast_enabled(project.base_layer.weight.device.type):
        return None
    names = [name for name in project.active_adapters if name in rules]
    if not all(_is_product(project, name) for name in names):
        return None
    return [project.get_delta_weight(name) for name in names]


def _is_product(project: Any, name: str) -> bool:
    """Whether an update is its two matrices: without dropout, a bias, or a form such as DoRA's."""
    return (
        isinstance(project.lora_dropout[name], nn.Identity)
        and name not in project.lora_variant
        and all(
            type(each) is nn.Linear and each.bias is None and each.weight.dtype == torch.float32
            for each in (project.lora_A[name], project.lora_B[name])
        )
    )


def _is_watched(module: nn.Module) -> bool:
    """Whether something happens when it is called that its weights don't say."""
    return bool(module._forward_hooks or module._forward_pre_hooks or "forward" in vars(module))  # noqa: SLF001
