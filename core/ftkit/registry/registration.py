"""One run's hooks: each implementation checked against its spec, then registered with pluggy.

pluggy finds some mismatches while it registers, one at a time, and some never (a misspelt hook, an argument
with a default). Here all of a plugin's are found before anything is registered, each with its line.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from inspect import Parameter
from typing import Any

import pluggy

from ftkit.hookspecs import PROJECT
from ftkit.kinds import KINDS, Kind
from ftkit.spelling import nearest, suggestion

_MARK = f"{PROJECT}_impl"
_OWNERS = {hook: kind for kind in KINDS.values() for hook in kind.hook_names}


@dataclass(frozen=True)
class Problem:
    """One mismatch between a plugin's implementation and the hook specs."""

    text: str
    remedy: str
    hook: str | None = None
    file: str | None = None
    line: int | None = None


@dataclass(frozen=True)
class Implementation:
    """A function that a plugin marked as implementing a hook."""

    hook: str
    function: Callable[..., Any]
    bound: bool
    wrapper: bool
    old_wrapper: bool

    def problem(self, text: str, remedy: str) -> Problem:
        """A mismatch at this function's first line."""
        code = inspect.unwrap(self.function).__code__
        return Problem(text, remedy, self.hook, code.co_filename, code.co_firstlineno)

    @property
    def parameters(self) -> list[Parameter]:
        """Its parameters without `self`."""
        return list(inspect.signature(self.function).parameters.values())[self.bound :]


def create_manager(plugins: Mapping[str, object]) -> pluggy.PluginManager:
    """The hooks of one run: exactly these plugins (by label), each without `problems`."""
    manager = _Manager(PROJECT)
    for kind in KINDS.values():
        manager.add_hookspecs(kind.hooks)
    for label, plugin in plugins.items():
        manager.register(plugin, label)
    return manager


def call_hook(implementation: object, hook: str) -> Any:
    """Call one argument-free hook of one plugin that is not registered anywhere yet."""
    manager = _Manager(PROJECT)
    manager.add_hookspecs(_OWNERS[hook].hooks)
    manager.register(implementation)
    return getattr(manager.hook, hook)()


def implementations(plugin: object) -> list[Implementation]:
    """The functions of a plugin that carry ftkit's mark, found without running its properties."""
    found = []
    for name in dir(plugin):
        static, function = _behind(plugin, name)
        mark = vars(function).get(_MARK) if inspect.isfunction(function) else None
        if not isinstance(mark, dict):
            continue
        # A plain function found on an instance's class, or a class method, takes self or cls first.
        plain = isinstance(static, staticmethod) or name in getattr(plugin, "__dict__", {})
        found.append(
            Implementation(
                hook=mark.get("specname") or name,
                function=function,
                bound=isinstance(static, classmethod) or not plain,
                wrapper=mark.get("wrapper", False),
                old_wrapper=mark.get("hookwrapper", False),
            )
        )
    return found


def _behind(plugin: object, name: str) -> tuple[Any, Any]:
    """An attribute as it is stored, no property run, and the function inside a static or class method."""
    static = inspect.getattr_static(plugin, name, None)
    return static, static.__func__ if isinstance(static, (staticmethod, classmethod)) else static


def problems(plugin: object, kind: Kind) -> list[Problem]:
    """Everything about a plugin's hooks that doesn't match its kind's specs."""
    if inspect.isclass(plugin):
        remedy = "let it name a module or an instance"
        return [Problem(f"its target is the class {plugin.__name__}", remedy)]
    found = implementations(plugin)
    mismatches = [each for one in found for each in _mismatches(one, kind)]
    mismatches += [
        again.problem("is implemented more than once", "keep one of the functions")
        for number, again in enumerate(found)
        if again.hook in {one.hook for one in found[:number]}
    ]
    present = {one.hook for one in found if not one.wrapper}
    return [*mismatches, *_marked_otherwise(plugin), *_missing(plugin, present, kind)]


def _missing(plugin: object, present: set[str], kind: Kind) -> Iterator[Problem]:
    for hook in kind.required:
        if hook not in present:
            function = inspect.getattr_static(plugin, hook, None)
            remedy = f"a {kind.name} must implement it, marked with @ftkit.hookimpl"
            if inspect.isfunction(function):
                remedy = "the function is there: mark it with @ftkit.hookimpl"
                code = function.__code__
                file, line = code.co_filename, code.co_firstlineno
                yield Problem("is not implemented", remedy, hook, file, line)
            else:
                yield Problem("is not implemented", remedy, hook)


def _marked_otherwise(plugin: object) -> Iterator[Problem]:
    """Marked things that pluggy would not call, such as a function behind `functools.lru_cache`."""
    for name in dir(plugin):
        _, inner = _behind(plugin, name)
        if not inspect.isfunction(inner) and isinstance(getattr(inner, "__dict__", {}).get(_MARK), dict):
            yield Problem("is marked but is not a plain function", "mark a plain function", name)


def _mismatches(one: Implementation, kind: Kind) -> Iterator[Problem]:
    owner = _OWNERS.get(one.hook)
    if owner is None:
        hint = suggestion(nearest(one.hook, _OWNERS)) or "see ftkit.hookspecs"
        yield one.problem("is not a hook of ftkit", hint)
        return
    if owner is not kind and not (kind.name == "extension" and one.wrapper):
        yield one.problem(
            f"belongs to kind {owner.name}, and this entry point declares a {kind.name}",
            "give each kind an entry point with a module or object of its own",
        )
    yield from _wrong_nature(one)
    yield from _wrong_arguments(one, owner)


def _wrong_nature(one: Implementation) -> Iterator[Problem]:
    function = inspect.unwrap(one.function)
    if one.old_wrapper:
        yield one.problem("is an old-style hookwrapper", "use @hookimpl(wrapper=True)")
    elif inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        yield one.problem("is asynchronous", "hooks are plain functions: remove async")
    elif inspect.isgeneratorfunction(function) and not one.wrapper:
        yield one.problem("is a generator", "return a value, or mark it as a wrapper")
    elif one.wrapper and not inspect.isgeneratorfunction(function):
        yield one.problem("is a wrapper that never yields", "yield once: `result = yield`")


def _wrong_arguments(one: Implementation, owner: Kind) -> Iterator[Problem]:
    spec = inspect.signature(getattr(owner.hooks, one.hook))
    known = list(spec.parameters)[1:]
    offered = f"the hook offers ({', '.join(known)})"
    for parameter in one.parameters:
        if parameter.kind in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD):
            yield one.problem(f"takes {parameter}, which pluggy never fills", "name the arguments")
        elif parameter.name not in known:
            if parameter.default is Parameter.empty:
                yield one.problem(f"takes an unknown argument {parameter.name!r}", offered)
        elif parameter.default is not Parameter.empty:
            yield one.problem(
                f"gives {parameter.name!r} a default, so that pluggy would never pass it",
                "remove the default",
            )
        elif parameter.kind is Parameter.KEYWORD_ONLY:
            yield one.problem(f"takes {parameter.name!r} by keyword only", "remove the `*`")


class _Manager(pluggy.PluginManager):
    """pluggy's manager, looking at nothing of a plugin but its marked functions.

    The stock one reads every attribute, so that a property that raises, or a lazy import behind
    `__getattr__`, would run.
    """

    def parse_hookimpl_opts(self, plugin: object, name: str) -> Any:
        _, function = _behind(plugin, name)
        if not inspect.isfunction(function) or _MARK not in function.__dict__:
            return None
        return super().parse_hookimpl_opts(plugin, name)
