"""What a saved folder must hold before PEFT reads it: a stranger's folder is checked as plain data first."""

from __future__ import annotations

import json
from pathlib import Path

from ftkit import CheckpointError

WEIGHTS = "adapter_model.safetensors"
CONFIG = "adapter_config.json"


def read_config(directory: Path) -> None:
    """Refuse a folder that holds no IA³, or one that would make PEFT import something of its choice.

    Without a safetensors file PEFT would look for a pickle next.

    Raises:
        CheckpointError: With the reason.
    """
    for needed in (CONFIG, WEIGHTS):
        if not (directory / needed).is_file():
            raise CheckpointError(f"{directory} is not an artifact of this method: it has no {needed}")
    try:
        config = json.loads((directory / CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{directory / CONFIG} can't be read: {error}") from error
    kind = config.get("peft_type") if isinstance(config, dict) else None
    if kind != "IA3":
        raise CheckpointError(f"{directory} holds no IA³: its peft_type is {kind!r}")
    if config.get("auto_mapping"):
        raise CheckpointError(f"{directory}: its {CONFIG} is refused for auto_mapping")


def demand_same_tensors(expected: set[str], directory: Path) -> None:
    """Refuse vectors for more or fewer places than the model has.

    Raises:
        CheckpointError: With the first names.
    """
    from safetensors import safe_open

    with safe_open(directory / WEIGHTS, framework="pt") as file:
        found = set(file.keys())
    for names, fault in ((expected - found, "lacks"), (found - expected, "has, and the model doesn't,")):
        if names:
            shown = ", ".join(sorted(names)[:3])
            raise CheckpointError(f"{directory / WEIGHTS} {fault} {len(names)} tensors: {shown}")
