"""Which precision `auto` means."""

from __future__ import annotations

import torch


def in_bfloat16(precision: str, device: torch.device) -> bool:
    """Whether to compute in bfloat16: where asked for, and under `auto` on a GPU that has it."""
    on_gpu = device.type == "cuda"
    return precision == "bf16" or (precision == "auto" and on_gpu and torch.cuda.is_bf16_supported())
