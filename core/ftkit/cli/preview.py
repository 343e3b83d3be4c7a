"""What a run would do, as `ftkit train --dry-run` and `ftkit plan` both say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ftkit.cli.output import print_line
from ftkit.counting import counted


def print_counts(seen: Mapping[str, Any]) -> None:
    """Print what `ftkit.finetuning.preview` counts."""
    print_line(f"{seen['checkpoint']}, {seen['method']}, {seen['task']}: nothing was trained or written")
    print_line(
        f"{counted(seen['examples'], 'training example')}, {seen['validation_examples']:,} for validation, "
        f"{seen['truncated']:,} truncated"
    )
    for side in ("input", "target"):
        figures = ", ".join(f"{name} {length}" for name, length in seen[f"{side}_tokens"].items())
        print_line(f"{side} tokens: {figures}")
    padding = f"{seen['padding_fraction']:.1%} padding"
    seconds = seen["recipe"]["training"]["max_seconds"]
    steps = f"{counted(seen['steps'], 'step')} in all" if seconds is None else f"{seconds:g} s of training"
    print_line(f"{counted(seen['batches'], 'batch', 'batches')} an epoch, {padding}; {steps}")
    print_line(
        f"{seen['trainable_parameters']:,} of {seen['total_parameters']:,} parameters would be trained, "
        f"artifact about {seen['artifact_bytes']:,} bytes"
    )
