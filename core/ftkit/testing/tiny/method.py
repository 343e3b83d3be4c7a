"""Train the attention's query projections and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ftkit.descriptions import BackboneInfo, MethodInfo
from ftkit.errors import CheckpointError
from ftkit.hookspecs import hookimpl

if TYPE_CHECKING:
    from transformers import PreTrainedModel

_FILE = "queries.safetensors"


@hookimpl
def describe_method() -> MethodInfo:
    """Describe the method; what it trains are the backbone's own weights, so that merging is nothing."""
    return MethodInfo(requires_roles=("query",), mergeable=True, artifact_format="safetensors")


@hookimpl
def apply_method(model: PreTrainedModel, backbone: BackboneInfo) -> PreTrainedModel:
    """Freeze everything but the query projections."""
    model.requires_grad_(requires_grad=False)
    for _, weight in _queries(model, backbone):
        weight.requires_grad_(requires_grad=True)
    return model


@hookimpl
def save_artifact(model: PreTrainedModel, directory: Path) -> None:
    """Write what requires gradients."""
    from safetensors.torch import save_file  # noqa: PLC0415 - imports torch

    trained = {name: weight.data for name, weight in model.named_parameters() if weight.requires_grad}
    save_file(trained, directory / _FILE)


@hookimpl
def load_artifact(model: PreTrainedModel, backbone: BackboneInfo, directory: Path) -> PreTrainedModel:
    """Put what was saved in its place."""
    from safetensors.torch import load_file  # noqa: PLC0415 - likewise

    if not (directory / _FILE).is_file():
        raise CheckpointError(f"{directory} is not an artifact of this method: it has no {_FILE}")
    saved = load_file(directory / _FILE)
    trained = dict(_queries(apply_method(model, backbone), backbone))
    if saved.keys() != trained.keys():
        raise CheckpointError(f"{directory} doesn't fit this backbone: its tensors have other names")
    for name, weight in trained.items():
        weight.data.copy_(saved[name])
    return model


@hookimpl
def merge_artifact(model: PreTrainedModel) -> PreTrainedModel:
    """Give the model as it is."""
    return model


def _queries(model: PreTrainedModel, backbone: BackboneInfo) -> Iterator[tuple[str, Any]]:
    ends = tuple(f".{suffix}.{part}" for suffix in backbone.roles["query"] for part in ("weight", "bias"))
    return ((name, weight) for name, weight in model.named_parameters() if f".{name}".endswith(ends))
