"""Full fine-tuning: all parameters train but for fixed ones; the artifact is a model folder as any other."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from ftkit import BackboneInfo, CheckpointError, Claim, MethodInfo, hookimpl, load_pretrained_model

if TYPE_CHECKING:
    from transformers import PreTrainedModel


@hookimpl
def describe_method() -> MethodInfo:
    """Describe full fine-tuning."""
    return MethodInfo(
        mergeable=True,
        artifact_format="transformers",
        learning_rate=1e-4,
        claims=(
            Claim("needs the most memory", "memory", "highest"),
            Claim("performs best", "quality", "highest"),
        ),
    )


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
    """Put the folder's weights in place of the backbone's own, in their precision."""
    dtype = str(model.dtype).removeprefix("torch.")
    saved = load_pretrained_model(str(directory), backbone, dtype)
    try:
        model.load_state_dict(saved.state_dict(), assign=True)
    except RuntimeError as error:
        raise CheckpointError(f"{directory} doesn't fit this checkpoint: {error}") from error
    model.tie_weights()  # which assigning undoes; what is frozen stays so
    return model


@hookimpl
def merge_artifact(model: PreTrainedModel) -> PreTrainedModel:
    """Give the model as it is: its weights are the backbone's own."""
    return model
