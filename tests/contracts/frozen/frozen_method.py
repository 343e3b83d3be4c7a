"""Train the projections of some roles and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ftkit import BackboneInfo, CheckpointError, MethodInfo, Option, OptionsError, hookimpl

if TYPE_CHECKING:
    from transformers import PreTrainedModel

FILE = "projections.safetensors"


@hookimpl
def describe_method() -> MethodInfo:
    return MethodInfo(
        requires_roles=("value",),
        requires_features=(),
        mergeable=True,
        artifact_format="safetensors",
        learning_rate=1e-3,
        citation="none",
        options=(Option("roles", "str", ("value",), "roles of the modules that train", repeated=True),),
    )


@hookimpl
def apply_method(
    model: PreTrainedModel, backbone: BackboneInfo, options: Mapping[str, Any]
) -> PreTrainedModel:
    unknown = [role for role in options["roles"] if not backbone.roles.get(role)]
    if unknown or not options["roles"]:
        raise OptionsError([f"method.roles: {unknown or 'none'}; the backbone has {', '.join(backbone.roles)}"])
    suffixes = tuple(f".{suffix}" for role in options["roles"] for suffix in backbone.roles[role])
    model.requires_grad_(requires_grad=False)
    for name, module in model.named_modules():
        if f".{name}".endswith(suffixes):
            module.requires_grad_(requires_grad=True)
    model.frozen_method_roles = list(options["roles"])
    return model


@hookimpl
def save_artifact(model: PreTrainedModel, directory: Path) -> None:
    from safetensors.torch import save_file

    trained = {name: weight.data for name, weight in model.named_parameters() if weight.requires_grad}
    save_file(trained, directory / FILE)
    (directory / "roles.json").write_text(json.dumps(model.frozen_method_roles), encoding="utf-8")


@hookimpl
def load_artifact(model: PreTrainedModel, backbone: BackboneInfo, directory: Path) -> PreTrainedModel:
    from safetensors.torch import load_file

    if not (directory / FILE).is_file():
        raise CheckpointError(f"{directory} holds no projections: it has no {FILE}")
    saved = load_file(directory / FILE)
    roles = json.loads((directory / "roles.json").read_text(encoding="utf-8"))
    model = apply_method(model, backbone, {"roles": roles})
    trained = {name: weight for name, weight in model.named_parameters() if weight.requires_grad}
    if {name: weight.shape for name, weight in saved.items()} != {n: w.shape for n, w in trained.items()}:
        raise CheckpointError(f"{directory} is for another backbone")
    for name, weight in trained.items():
        weight.data.copy_(saved[name])
    return model


@hookimpl
def merge_artifact(model: PreTrainedModel) -> PreTrainedModel:
    return model
