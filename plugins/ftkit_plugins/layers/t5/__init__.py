"""T5's layers computed with less memory traffic than transformers' own, and to the same values.

transformers writes T5's attention, norm and activation as chains of small operations, each of which reads
and writes whole activations and keeps them for the backward pass.
"""

from __future__ import annotations

from types import MethodType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def use_fast_layers(model: PreTrainedModel) -> None:
    """Let a T5 model's modules compute by `attention`, `norm` and torch's own GELU.

    The forward methods of the modules are replaced, not their classes: the adapters library, which replaces
    classes, finds those that it knows and leaves the methods in place.
    """
    from torch import nn  # noqa: PLC0415 - torch takes seconds, and whoever has a model has paid them
    from transformers.activations import NewGELUActivation  # noqa: PLC0415
    from transformers.models.t5.modeling_t5 import T5Attention, T5LayerNorm  # noqa: PLC0415

    from ftkit_plugins.layers.t5.attention import attention_forward  # noqa: PLC0415 - likewise
    from ftkit_plugins.layers.t5.norm import norm_forward  # noqa: PLC0415

    for module in model.modules():
        if isinstance(module, T5Attention):
            module.forward = MethodType(attention_forward, module)
        elif isinstance(module, T5LayerNorm):
            module.forward = MethodType(norm_forward, module)
        elif isinstance(getattr(module, "act", None), NewGELUActivation):
            module.act = nn.GELU(approximate="tanh").train(module.training)  # the same formula, at once
