"""A run's hooks: one plugin of a kind, extensions as wrappers, and each mismatch found beforehand."""

from __future__ import annotations

import functools
import types
from typing import Any

import pytest

from ftkit import hookimpl
from ftkit.kinds import KINDS
from ftkit.registry.registration import create_manager, implementations, problems


class Task:
    """A task as an instance, with methods for hooks."""

    @hookimpl
    def parse_output(self, text: str) -> str:
        return text.upper()


class Loud:
    """An extension that wraps a task's hook."""

    @hookimpl(wrapper=True)
    def parse_output(self) -> Any:
        result = yield
        return result + "!"


def test_an_extension_wraps_the_hook_of_another_kind() -> None:
    manager = create_manager({"task:t": Task(), "extension:loud": Loud()})
    assert manager.hook.parse_output(text="a", options={}) == "A!"


def test_a_wrapper_is_no_fault_in_an_extension_and_one_in_a_task() -> None:
    assert [p.text for p in problems(Loud(), KINDS["extension"]) if p.hook == "parse_output"] == []
    wraps = [p.text for p in problems(Loud(), KINDS["method"]) if p.hook == "parse_output"]
    assert wraps == ["belongs to kind task, and this entry point declares a method"]


def test_all_problems_of_a_plugin_are_found_at_once_each_with_its_line() -> None:
    module = types.ModuleType("many")
    source = (
        "from ftkit import hookimpl\n"
        "@hookimpl\ndef describe_metod(): ...\n"
        "@hookimpl\ndef apply_method(modle): ...\n"
        "def save_artifact(model, directory): ...\n"
    )
    exec(compile(source, "many.py", "exec"), module.__dict__)  # noqa: S102 - a plugin's source
    found = {(p.hook, p.line, p.text) for p in problems(module, KINDS["method"])}
    assert found == {
        ("describe_metod", 2, "is not a hook of ftkit"),
        ("apply_method", 4, "takes an unknown argument 'modle'"),
        ("save_artifact", 6, "is not implemented"),
        ("describe_method", None, "is not implemented"),
        ("load_artifact", None, "is not implemented"),
    }


def test_static_and_class_methods_and_other_function_names_count_as_implementations() -> None:
    class Plugin:
        @staticmethod
        @hookimpl
        def describe_task() -> None: ...

        @classmethod
        @hookimpl
        def parse_output(cls, text: str) -> str:
            return text

        @hookimpl(specname="score")
        def figures(self, predictions: Any) -> dict[str, float]:
            return dict(predictions)

    found = implementations(Plugin())
    assert {one.hook for one in found} == {"describe_task", "parse_output", "score"}
    names = {one.hook: [parameter.name for parameter in one.parameters] for one in found}
    assert names == {"describe_task": [], "parse_output": ["text"], "score": ["predictions"]}


def test_a_required_hook_that_is_only_wrapped_is_missing() -> None:
    class Plugin:
        @hookimpl(wrapper=True)
        def parse_output(self) -> Any:
            return (yield)

    found = {(p.hook, p.text) for p in problems(Plugin(), KINDS["task"])}
    assert ("parse_output", "is not implemented") in found


def test_marked_things_that_pluggy_would_not_call_are_named() -> None:
    class Callable:
        def __call__(self, text: str) -> str:
            return text

    class Plugin:
        score = hookimpl(functools.lru_cache(lambda predictions: predictions))
        parse_output = hookimpl(Callable())  # type: ignore[call-overload]

    found = [p.hook for p in problems(Plugin(), KINDS["task"]) if "is not a plain function" in p.text]
    assert found == ["parse_output", "score"]


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_every_hook_has_a_docstring_and_takes_its_arguments_by_name(kind: Any) -> None:
    for hook in kind.hook_names:
        function = getattr(kind.hooks, hook)
        assert function.__doc__, hook
        assert function.ftkit_spec is not None
    assert kind.describe in kind.required
