"""What the built-in backbones let a person say about any of their checkpoints."""

from __future__ import annotations

from pathlib import Path

from ftkit import Checkpoint, Option

OPTIONS = (
    Option("revision", "str", None, "branch, tag or commit of a hub id; none means its main branch"),
    Option(
        "allow_pickle", "bool", default=False, help="read pytorch_model.bin where there are no safetensors"
    ),
    Option("dropout", "float", None, "dropout rate; none means the checkpoint's own", minimum=0, maximum=0.9),
    Option(
        "layers",
        "str",
        "fast",
        "fast: fewer operations and less memory traffic, the same within rounding; stock: transformers' own",
        ("fast", "stock"),
    ),
)


def tiny_checkpoint(name: str, parameters: int) -> Checkpoint:
    """A tiny pretrained checkpoint that comes with the package."""
    return Checkpoint(str(Path(__file__).parent / "tiny" / "checkpoints" / name), parameters, embedded=True)
