"""Importing one plugin under the guard, and blaming what goes wrong on its own line of code."""

from __future__ import annotations

import importlib
import json
import re
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from ftkit.descriptions import BackboneInfo, Info, from_json, to_json
from ftkit.errors import BrokenPlugin, Fault
from ftkit.kinds import KINDS
from ftkit.registry.catalogue import PluginRecord
from ftkit.registry.distributions import canonical
from ftkit.registry.faults import fault_of
from ftkit.registry.guard import Guard
from ftkit.registry.guard.interrupts import UserInterrupt
from ftkit.registry.registration import Implementation, Problem, call_hook, implementations, problems
from ftkit.registry.sources import module_file, own_place
from ftkit.spelling import normalise

_Result = TypeVar("_Result")

_LONGEST = 500  # characters of an exception's text that are shown


@dataclass(frozen=True)
class LoadedPlugin:
    """A plugin whose code was imported, checked and asked to describe itself.

    Attributes:
        record: Where it comes from.
        implementation: The module or object with its hook implementations.
        info: What its describe hook returned.
        file: Source file of its module, if it has one.
        disturbances: What it did on import that a plugin may not; contained, and to be reported.
        seconds: Wall time that import and description took.
        modules: How many modules its import added to the process.
    """

    record: PluginRecord
    implementation: object
    info: Info
    file: Path | None
    disturbances: tuple[Fault, ...]
    seconds: float
    modules: int


def load_plugin(record: PluginRecord) -> LoadedPlugin:
    """Import a plugin, check its hooks and let it describe itself.

    Raises:
        BrokenPlugin: Its code fails, or its hooks don't match their specs.
    """
    blame = Blame(record)
    start, modules = time.perf_counter(), len(sys.modules)
    implementation = blame.run(lambda: _imported(record), "import")
    kind = KINDS[record.kind]
    found = blame.run(lambda: problems(implementation, kind), "import")
    if found:
        raise blame.broken([blame.fault_of(problem) for problem in found])
    info = blame.run(lambda: call_hook(implementation, kind.describe), kind.describe)
    unfit = blame.run(lambda: _unfit_description(info, implementation, record), kind.describe)
    if unfit:
        raise blame.broken([blame.fault_of(unfit)])
    return LoadedPlugin(
        record=record,
        implementation=implementation,
        info=info,
        file=module_file(record.module),
        disturbances=tuple(blame.disturbances),
        seconds=time.perf_counter() - start,
        modules=len(sys.modules) - modules,
    )


def _imported(record: PluginRecord) -> object:
    found: Any = importlib.import_module(record.module)
    for attribute in filter(None, record.target.partition(":")[2].split(".")):
        found = getattr(found, attribute)
    return found


def _unfit_description(info: object, implementation: object, record: PluginRecord) -> Problem | None:
    """Why what a describe hook returned can't be used, at that hook's line."""
    kind = KINDS[record.kind]
    [hook] = [one for one in implementations(implementation) if one.hook == kind.describe and not one.wrapper]
    if type(info) is not kind.info:  # a subclass could behave in its own way
        return hook.problem(
            f"returned {type(info).__name__}, not {kind.info.__name__}", f"return a {kind.info.__name__}"
        )
    try:
        described: Any = kind.info
        same = from_json(described, json.loads(json.dumps(to_json(info), allow_nan=False))) == info
    except Exception as error:  # noqa: BLE001 - it was not made by its constructor, or holds odd objects
        return hook.problem(f"returned a description that is not plain data: {error}", "it travels as JSON")
    if not same:
        return hook.problem("returned a description that JSON changes", "it travels as JSON")
    return _unfit_checkpoints(info, hook, record) if isinstance(info, BackboneInfo) else None


def _unfit_checkpoints(info: BackboneInfo, hook: Implementation, record: PluginRecord) -> Problem | None:
    """Checkpoints are asked for by name, which must lead to the backbone and compare as names do."""
    for name in info.checkpoints:
        if name != normalise(name) or not any(name.startswith(f"{own}-") for own in record.names):
            return hook.problem(
                f"names a checkpoint {name!r}",
                f"begin its name with {record.name}- and write it in lower case with dashes",
            )
    return None


@dataclass
class Blame:
    """Runs a plugin's code under the guard and turns whatever happens into faults of that plugin."""

    record: PluginRecord
    disturbances: list[Fault] = field(default_factory=list)

    def run(self, action: Callable[[], _Result], doing: str) -> _Result:
        """Run `action`; `doing` is `import` or the name of a hook.

        Raises:
            BrokenPlugin: The action raised anything at all but the user's own Ctrl-C.
        """
        guard = Guard()
        hook = None if doing == "import" else doing
        cause: BaseException | None = None
        with guard:
            try:
                result = action()
            except UserInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001 - SystemExit and its like are what is awaited
                cause = error
        self.disturbances += [fault_of(self.record, each, hook=hook) for each in guard.disturbances]
        if cause is not None:
            raise self.broken([self._fault_of_error(cause, hook)]) from cause
        return result

    def broken(self, faults: Sequence[Fault]) -> BrokenPlugin:
        """The error for these faults, together with whatever else the plugin did so far."""
        return BrokenPlugin([*faults, *self.disturbances])

    def broken_by(self, error: Exception, hook: str, place: str) -> BrokenPlugin:
        """The error for what a hook raised in a run.

        Args:
            error: What it raised.
            hook: The hook.
            place: What it was working on.
        """
        fault = self._fault_of_error(error, hook)
        return self.broken([replace(fault, problem=f"{fault.problem}, for {place}")])

    def fault_of(self, problem: Problem) -> Fault:
        """A mismatch between an implementation and its spec, as this plugin's fault."""
        return fault_of(
            self.record, problem.text, problem.remedy, hook=problem.hook, file=problem.file, line=problem.line
        )

    def _fault_of_error(self, error: BaseException, hook: str | None) -> Fault:
        try:
            (problem, remedy), (file, line) = _in_words(error, self.record), _place(error, self.record)
        except BaseException:  # noqa: BLE001 - an exception of the plugin's own can be as hostile as the rest
            kind = _kind_name(type(error))
            return fault_of(self.record, f"raised {kind}, which can't be shown", hook=hook)
        return fault_of(self.record, problem, remedy, hook=hook, file=file, line=line)


def _in_words(error: BaseException, record: PluginRecord) -> tuple[str, str]:
    """What happened and what would mend it."""
    missing = getattr(error, "name", None)
    if isinstance(error, ModuleNotFoundError) and isinstance(missing, str) and missing:
        if record.module == missing or record.module.startswith(f"{missing}."):
            return (
                f"its module {record.module} does not exist",
                f"reinstall {record.distribution.name}: its entry point leads nowhere",
            )
        return f"needs the module {missing}, which is not installed", _install_line(missing, record)
    if isinstance(error, SystemExit):
        return f"ended the program (SystemExit: {_text(error.code)})", "raise an exception instead"
    return f"raised {_kind_name(type(error))}: {_text(error)}", ""


def _kind_name(kind: type) -> str:
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _text(value: object) -> str:
    """What `str` gives, on one line; a plugin's own exception may fail to be written."""
    try:
        return " ".join(str(value).split())[:_LONGEST]
    except BaseException:  # noqa: BLE001 - whatever its __str__ raises
        return "(it can't be shown)"


def _install_line(module: str, record: PluginRecord) -> str:
    """The `pip install` line for a missing module, from what the distribution requires."""
    wanted = canonical(module.partition(".")[0])
    for requirement in record.distribution.requirements:
        name = re.match(r"[\w.-]+", requirement)
        if name and canonical(name[0]) == wanted:
            extra = re.search(r"extra\s*==\s*['\"]([^'\"]+)", requirement)
            owner = record.distribution.name
            return f'pip install "{owner}[{extra[1]}]"' if extra else f"pip install {name[0]}"
    return f"pip install {wanted}"


def _place(error: BaseException, record: PluginRecord) -> tuple[str | None, int | None]:
    """The innermost line of the plugin's own code that led to the error."""
    if isinstance(error, SyntaxError) and isinstance(error.filename, str) and Path(error.filename).is_file():
        return error.filename, error.lineno if isinstance(error.lineno, int) else None
    frames = reversed(list(traceback.walk_tb(_traceback(error))))
    return own_place(((frame.f_code.co_filename, line) for frame, line in frames), record.module)


def _traceback(error: BaseException) -> TracebackType | None:
    # By way of the base class: an exception of the plugin's own may hide its traceback behind a property.
    read: Any = vars(BaseException)["__traceback__"]
    found: TracebackType | None = read.__get__(error)
    return found
