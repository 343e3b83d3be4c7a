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
    base = affine_of(project.base_layer) if _has_updates(project) else None
    if base is None or base.weight.dtype != torch.float32:
        return None
    names = [name for name in project.active_adapters if name in project.lora_A]
    if not all(_is_product(project, name) for name in names):
        return None
    return Affine(sum(map(project.get_delta_weight, names), start=base.weight), base.bias)


def _is_plain(linear: nn.Linear) -> bool:
    """Whether a linear layer is its weight and bias and nothing else: no update, hook or form of its own."""
    own = type(linear).forward is not nn.Linear.forward
    if own and getattr(linear, "loras", True):  # in the adapters library, a layer without updates is plain
        return False
    return type(linear.weight.data) is torch.Tensor and not _is_watched(linear)  # nor packed, nor spread


def _has_updates(project: Any) -> bool:
    """Whether PEFT adds LoRA to a linear layer's output just now, in a precision that the sum can have.

    In bfloat16 the sum of a weight and a small update would lose the update.
    """
    return (
        isinstance(getattr(project, "lora_A", None), nn.ModuleDict)
        and isinstance(project.base_layer, nn.Linear)
        and not (project.merged or project.disable_adapters or _is_watched(project))
        and not torch.is_autocast_enabled(project.base_layer.weight.device.type)
    )


def _is_product(project: Any, name: str) -> bool:
    """Whether an update is its two matrices: without dropout, a bias, or a form such as DoRA's."""
    matrices = [affine_of(each[name]) for each in (project.lora_A, project.lora_B)]
    return (
        (isinstance(project.lora_dropout[name], nn.Identity) or not project.training)
        and name not in project.lora_variant
        and all(
            each is not None and each.bias is None and each.weight.dtype == torch.float32 for each in matrices
        )
    )


def _is_watched(module: nn.Module) -> bool:
    """Whether something happens when it is called that its weights don't say."""
    hooks = "_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks"
    return "forward" in vars(module) or any(getattr(module, name) for name in hooks)
