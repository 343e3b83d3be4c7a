"""Descriptions refuse what makes no sense and travel as JSON unharmed."""

from __future__ import annotations

import json
from typing import Any

import pytest

import ftkit
from ftkit import (
    BackboneInfo,
    Checkpoint,
    Column,
    Example,
    ExtensionInfo,
    MethodInfo,
    Metric,
    Option,
    Sample,
    TaskInfo,
)
from ftkit.descriptions import from_json, to_json

RANK = Option("rank", "int", 8, "rank of the decomposition", minimum=1)
ROLES = Option("roles", "str", ("query", "value"), "roles", choices=("query", "value"), repeated=True)
BACKBONE: dict[str, Any] = {
    "model_type": "t5",
    "architectures": ("T5ForConditionalGeneration",),
    "checkpoints": {"t5-a": Checkpoint("x/a", 12), "t5-tiny": Checkpoint("/tiny", embedded=True)},
    "default_checkpoint": "t5-a",
    "rehearsal_checkpoint": "t5-tiny",
    "roles": {"query": ("SelfAttention.q", "EncDecAttention.q")},
    "options": (RANK,),
}
TASK: dict[str, Any] = {
    "columns": (Column("text", "a text"),),
    "metrics": (Metric("exact", "equal"),),
    "max_output_tokens": 8,
}


@pytest.mark.parametrize(
    "info",
    [
        BackboneInfo(**BACKBONE),
        MethodInfo(requires_roles=("query",), mergeable=True, options=(RANK, ROLES)),
        TaskInfo(**TASK, labels=("a", "b"), sample=Sample("/train", "/validation")),
        TaskInfo(**TASK),
        ExtensionInfo(options=(ROLES,)),
    ],
)
def test_a_description_comes_back_from_json_as_it_was(info: Any) -> None:
    assert from_json(type(info), json.loads(json.dumps(to_json(info)))) == info


@pytest.mark.parametrize(
    ("kind", "changes", "said"),
    [
        (BackboneInfo, BACKBONE | {"default_checkpoint": "t5-b"}, "'t5-b' is not among its checkpoints"),
        (BackboneInfo, BACKBONE | {"rehearsal_checkpoint": "x"}, "'x' is not among its checkpoints"),
        (BackboneInfo, BACKBONE | {"roles": {"query": "q"}}, r"roles\[.query.\] is a str, not a tuple"),
        (BackboneInfo, BACKBONE | {"options": (RANK, RANK)}, "declared twice"),
        (TaskInfo, TASK | {"columns": ()}, "at least one column"),
        (TaskInfo, TASK | {"metrics": ()}, "at least one metric"),
        (Option, {"name": "a b", "type": "int", "default": 1, "help": "x"}, "is not an identifier"),
        (Option, {"name": "name", "type": "str", "default": "x", "help": "x"}, "can't be called 'name'"),
        (Option, {"name": "a", "type": "complex", "default": 1, "help": "x"}, "no type 'complex'"),
        (Option, {"name": "a", "type": "int", "default": 1, "help": " "}, "help is empty"),
        (
            Option,
            {"name": "a", "type": "int", "default": "one", "help": "x"},
            "default 'one' is not of type int",
        ),
        (
            Option,
            {"name": "a", "type": "int", "default": True, "help": "x"},
            "default True is not of type int",
        ),
        (Option, {"name": "a", "type": "int", "default": 0, "help": "x", "minimum": 1}, "below its minimum"),
        (Option, {"name": "a", "type": "str", "default": "x", "help": "x", "choices": ("y",)}, "not among"),
        (Option, {"name": "a", "type": "str", "default": "x", "help": "x", "repeated": True}, "has a tuple"),
        (Option, {"name": "a", "type": "str", "default": "x", "help": "x", "choices": "xy"}, "not a tuple"),
        (TaskInfo, TASK | {"columns": ["text"]}, "columns is a list, not a tuple"),
        (TaskInfo, TASK | {"columns": ("text",)}, r"columns\[0\] is a str, not a Column"),
        (TaskInfo, TASK | {"labels": "abc"}, "labels is a str, not a tuple"),
        (TaskInfo, TASK | {"max_output_tokens": 8.5}, "max_output_tokens is a float, not an int"),
        (TaskInfo, TASK | {"sample": "/x"}, "sample is a str, not a Sample or None"),
        (Metric, {"name": "f1", "help": "x", "minimum": None}, "minimum is None, not a float"),
        (Metric, {"name": "f1", "help": "x", "maximum": float("inf")}, "maximum is"),
        (BackboneInfo, BACKBONE | {"checkpoints": {"t5-a": "x/a"}}, r"checkpoints\['t5-a'\] is a str"),
        (BackboneInfo, BACKBONE | {"checkpoints": {3: Checkpoint("x")}}, "has the key 3, not a str"),
        (MethodInfo, {"requires_features": "peft"}, "requires_features is a str, not a tuple"),
        (Example, {"input": None}, "input is None, not a str"),
        (Example, {"input": "in", "target": 7}, "target is an int, not a str or None"),
        (Example, {"input": "in", "target": "a", "references": "abc"}, "references is a str, not a tuple"),
        (Example, {"input": "in", "references": ("a", None)}, r"references\[1\] is None, not a str"),
        (Example, {"input": "in", "window": ("0", 1)}, "window is a tuple, not"),
        (Example, {"input": "in", "window": (0, 3)}, "the window must lie in the input"),
        (MethodInfo, {"learning_rate": 0}, "learning_rate must be positive"),
    ],
)
def test_a_description_that_makes_no_sense_is_refused(kind: Any, changes: dict[str, Any], said: str) -> None:
    with pytest.raises((ValueError, TypeError), match=said):
        kind(**changes)


def test_the_target_is_the_only_reference_where_none_is_given() -> None:
    assert Example("in", "out").references == ("out",)
    assert Example("in", "out", ("one", "two")).references == ("one", "two")
    assert Example("in").references == ()


def test_every_public_name_can_be_imported_and_nothing_else() -> None:
    for name in ftkit.__all__:
        assert getattr(ftkit, name) is not None
    assert dir(ftkit) == sorted(ftkit.__all__)
    with pytest.raises(AttributeError, match="no attribute 'resolve'"):
        _ = ftkit.resolve  # type: ignore[attr-defined]
