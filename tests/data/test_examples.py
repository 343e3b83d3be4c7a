"""Rows become examples or are refused with their place, whatever the task's author has thought of."""

from __future__ import annotations

from typing import Any

import pytest

from ftkit import BrokenPlugin
from ftkit.data.examples import Formatter, formatted
from ftkit.data.rows import BadRow, Located
from ftkit.plugins import SelectedPlugins, load_plugins
from ftkit.registry.loading import load_plugin
from ftkit.registry.registration import create_manager
from support.specimens import specimen
from support.wheels import ECHO

SOURCE = ECHO.replace('row["text"],', 'row["text"].strip(),')
TRUSTING = specimen("task", "echo", "trusting_echo", SOURCE)
"""A task that takes for granted that its rows have a text."""


@pytest.fixture(scope="module")
def formatter() -> Formatter:
    task = load_plugin(TRUSTING)
    manager = create_manager({TRUSTING.label: task.implementation})
    return Formatter.of_plugins(SelectedPlugins(manager, task=task), {})


def located(row: Any) -> Located:
    return Located(row, "rows.jsonl", 3, 3)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"txt": "a", "id": 1}, "the row lacks 'text'; it has 'txt', 'id'"),
        ({}, "the row lacks 'text'; it has no fields"),
        (["text"], "the row must be an object, not ['text']"),
    ],
)
def test_a_row_without_a_required_column_is_refused_though_the_task_does_not_look(
    formatter: Formatter, row: Any, reason: str
) -> None:
    refused = formatted(located(row), formatter)
    assert isinstance(refused, BadRow)
    assert (refused.reason, refused.place) == (reason, "rows.jsonl:3")


def test_what_a_task_fails_on_is_told_with_its_line_and_the_row(formatter: Formatter) -> None:
    assert formatted(located({"text": "a"}), formatter).row.input == "a"
    with pytest.raises(BrokenPlugin) as broken:
        formatted(located({"text": 7}), formatter)
    [fault] = broken.value.faults
    assert (fault.plugin, fault.hook) == ("task:echo", "format_example")
    assert fault.problem == "raised AttributeError: 'int' object has no attribute 'strip', for rows.jsonl:3"
    [line] = [number for number, text in enumerate(SOURCE.splitlines(), start=1) if "strip()" in text]
    assert fault.place.endswith(f"trusting_echo.py:{line}")


def test_columns_that_may_be_missing_are_the_tasks_own_matter() -> None:
    plugins = load_plugins(task="translation")
    formatter = Formatter.of_plugins(plugins, {"source": "en", "target": "de"})
    for row in ({"english": "a"}, {"en": "a"}, {"translation": {"en": "a"}}):
        assert formatted(located(row), formatter).row.input.endswith("english: a")
