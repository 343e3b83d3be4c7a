"""What plugins say of themselves: plain data that travels as JSON and needs no library.

Each plugin has one describe hook that returns one of the four `…Info` objects below. From these alone
ftkit lists options, names checkpoints, finds a method's target modules on a backbone that it has never
seen, and says which method works on which backbone before a byte is downloaded.

options      an option, which every kind of plugin may have
backbones    a backbone, with its checkpoints and the standard names for what it has and can do
methods      a fine-tuning method, with what is commonly said of it
tasks        a task, with its columns, metrics and examples
extensions   an extension
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, TypeVar

from ftkit.descriptions.backbones import FEATURES, ROLES, BackboneInfo, Checkpoint
from ftkit.descriptions.extensions import ExtensionInfo
from ftkit.descriptions.methods import CLAIM_FIGURES, MODEL_FOLDER, STANDINGS, Claim, MethodInfo
from ftkit.descriptions.options import OPTION_TYPES, Option, OptionValue
from ftkit.descriptions.tasks import Column, Example, Metric, Sample, TaskInfo
from ftkit.typed_data import rebuilt

__all__ = [
    "CLAIM_FIGURES",
    "FEATURES",
    "MODEL_FOLDER",
    "OPTION_TYPES",
    "ROLES",
    "STANDINGS",
    "BackboneInfo",
    "Checkpoint",
    "Claim",
    "Column",
    "Example",
    "ExtensionInfo",
    "Info",
    "MethodInfo",
    "Metric",
    "Option",
    "OptionValue",
    "Sample",
    "TaskInfo",
    "from_json",
    "to_json",
]

Info = BackboneInfo | MethodInfo | TaskInfo | ExtensionInfo

_Info = TypeVar("_Info", BackboneInfo, MethodInfo, TaskInfo, ExtensionInfo)


def to_json(info: Info) -> dict[str, Any]:
    """The description as JSON types; `from_json` takes it back."""
    return asdict(info)


def from_json(kind: type[_Info], data: Mapping[str, Any]) -> _Info:
    """Rebuild what `to_json` gave.

    Raises:
        TypeError: The data is no description of the kind.
        ValueError: It is one that makes no sense.
        KeyError: A field is missing.
    """
    info: _Info = rebuilt(kind, data)
    return info
