"""Full fine-tuning: all parameters train but for fixed ones; the artifact is a model folder as any other."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from ftkit import BackboneInfo, MethodInfo, hookimpl, load_pretrained_model

if TYPE_CHECKING:
    from transformers import PreTrainedModel


@hookimpl
def describe_method() -> MethodInfo:
    """Describe full fine-tuning."""
    return MethodInfo(mergeable=True, artifact_format="transformers", learning_rate=1e-4)


@hookimpl
def apply_method(model: PreTrainedModel) -> PreTrainedModel:
    """Let train whatever the backbone leaves free, which is all but fixed positions and their like."""
    return model


@hookimpl
def save_artifact(model: PreTrainedModel, directory: Path) -> None:
    """Write the model in transformers' format, which stores shared tensors once."""
    with warnings.catch_warnings():
        # Published configs hold generation settings; transformers moves them where they belong, and says so.
        warnings.filterwarnings("ignore", "Moving the following attributes", UserWarning)
        model.save_pretrained(directory, safe_serialization=True)


@hookimpl
def load_artifact(model: PreTrainedModel, backbone: BackboneInfo, directory: Path) -> PreTrainedModel:
    """Load the folder in place of the backbone's own weights, in their precision."""
    dtype = str(model.dtype).removeprefix("torch.")
    loaded = load_pretrained_model(str(directory), backbone, dtype)
    free = {name for name, weight in model.named_parameters() if weight.requires_grad}
    for name, weight in loaded.named_parameters():
        weight.requires_grad_(requires_grad=name in free)
    return loaded


@hookimpl
def merge_artifact(model: PreTrainedModel) -> PreTrainedModel:
    """Give the model as it is: its weights are the backbone's own."""
    return model
