"""Preparing data as a run does, and what came of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ftkit.data.prepared import PreparedData, prepare
from ftkit.data.reading import Reading
from ftkit.plugins import SelectedPlugins, load_plugins

ENGLISH_TO_GERMAN = {"source": "en", "target": "de"}


def plugins(task: str) -> SelectedPlugins:
    """A built-in task with its hooks."""
    return load_plugins(task=task)


def prepared(
    task: str, data: Path | str, validation: Path | str | None = None, **reading: Any
) -> PreparedData:
    """Data made ready; `reading` are fields of `Reading`, seed 0."""
    options = ENGLISH_TO_GERMAN if task == "translation" else {}
    valid = None if validation is None else str(validation)
    return prepare(str(data), valid, Reading(**reading), 0, plugins(task), options)


def rejected(data: PreparedData) -> list[dict[str, Any]]:
    """The rows that were set aside."""
    lines = data.rejected_rows.read_text(encoding="utf-8").split("\n")[:-1]
    return [json.loads(line) for line in lines]


def inputs_of_reviews(data: str) -> list[str]:
    """All inputs of prepared reviews; stands here so that another process can import it without torch."""
    found = prepared("sentiment", data)
    return [each.input for part in (found.training, found.validation) for each in part]
