"""What a resolved recipe says of the run before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from ftkit import Column, Metric, RowError, TaskInfo, hookimpl
from ftkit.registry.registration import create_manager
from ftkit.runs.recipe import Recipe
from ftkit.runs.resolving import Setup, resolve_recipe

PAIR = TaskInfo((Column("one", "a text"), Column("other", "a text")), (Metric("exact", "…"),), 8)


class Halves:
    """A task of two columns that takes a bare text apart at its comma."""

    @hookimpl
    def row_of_text(self, text: str) -> Mapping[str, str]:
        one, comma, other = text.partition(",")
        if not comma:
            raise RowError("the text has no comma")
        return {"one": one, "other": other}


def set_up(task: object) -> Setup:
    """What a run of a task of two columns is resolved to."""
    setup = resolve_recipe(Recipe(model="t5", method="full", task="translation"))
    plugins = replace(setup.plugins, manager=create_manager({"task": task}))
    return replace(setup, plugins=plugins, task_info=PAIR)


@pytest.mark.parametrize(
    ("task", "arguments"), [(Halves(), '"TEXT"'), (object(), '--one "TEXT" --other "TEXT"')]
)
def test_a_task_that_makes_rows_of_texts_is_asked_with_a_text_whichever_texts_it_refuses(
    task: object, arguments: str
) -> None:
    assert set_up(task).prediction_arguments == arguments


def test_a_text_becomes_the_row_that_the_task_makes_of_it_or_is_not_enough() -> None:
    assert set_up(Halves()).row_of_text("a,b") == {"one": "a", "other": "b"}
    with pytest.raises(RowError, match="the text has no comma"):
        set_up(Halves()).row_of_text("a")
    with pytest.raises(RowError, match="one text is not enough: the task needs one and other"):
        set_up(object()).row_of_text("a")
