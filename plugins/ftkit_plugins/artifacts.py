"""Checks that the adapter-like methods share: what may be wrapped, and what a saved folder holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ftkit import CheckpointError, OptionsError

if TYPE_CHECKING:
    from transformers import PreTrainedModel

_WHOSE = {"peft_config": "PEFT", "adapters_config": "the adapters library"}


def demand_unwrapped(model: PreTrainedModel) -> None:
    """Refuse a model that PEFT or adapters already changed: neither library notices the other.

    Raises:
        OptionsError: The model is no plain one any more.
    """
    for mark, library in _WHOSE.items():
        if hasattr(model, mark):
            raise OptionsError([f"method: the model was already changed by {library}; load a fresh one"])


def read_artifact_config(directory: Path, weights: str) -> Mapping[str, Any]:
    """Read `adapter_config.json`, which both libraries call so, after checking that the weights are there.

    Without the check both would look for a pickle next.

    Args:
        directory: A saved artifact.
        weights: Name of its safetensors file.

    Raises:
        CheckpointError: The folder is no such artifact.
    """
    file = directory / "adapter_config.json"
    for needed in (file, directory / weights):
        if not needed.is_file():
            raise CheckpointError(f"{directory} is not an artifact of this method: it has no {needed.name}")
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{file} can't be read: {error}") from error
    if not isinstance(config, dict):
        raise CheckpointError(f"{file} must be a JSON object, not {config!r:.80}")
    return config


def misfit(directory: Path, error: Exception) -> CheckpointError:
    """What to raise where a library can't put an artifact into a model."""
    return CheckpointError(
        f"{directory} doesn't fit this backbone; --model must name the checkpoint that it was trained on: "
        f"{error}"
    )


def demand_same_tensors(expected: set[str], directory: Path, weights: str) -> None:
    """Refuse an artifact with more or fewer tensors than the model has places for.

    Raises:
        CheckpointError: With the first names.
    """
    from safetensors import safe_open  # noqa: PLC0415 - imports torch

    with safe_open(directory / weights, framework="pt") as file:
        found = set(file.keys())
    for names, fault in ((expected - found, "lacks"), (found - expected, "has, and the model doesn't,")):
        if names:
            shown = ", ".join(sorted(names)[:3])
            raise CheckpointError(f"{directory / weights} {fault} {len(names)} tensors: {shown}")
