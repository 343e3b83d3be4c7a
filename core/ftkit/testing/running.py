"""All properties of one plugin tried, and what came of it."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib import import_module
from typing import Any

from ftkit.errors import BrokenPlugin, Fault
from ftkit.kinds import KINDS
from ftkit.registry.catalogue import PluginRecord, read_catalogue
from ftkit.registry.faults import fault_of
from ftkit.registry.loading import Blame
from ftkit.registry.registration import Problem
from ftkit.registry.resolution import resolve
from ftkit.testing.properties import Property, properties_of
from ftkit.testing.subject import Given, Rows, Subject
from ftkit.testing.violations import CannotTry, Violation

PASSED, FAILED, SKIPPED, NOT_CALLED_FOR = "passed", "failed", "skipped", "not called for"

_SUBJECTS = {
    "backbone": ("backbone_subject", "BackboneSubject"),
    "method": ("method_subject", "MethodSubject"),
    "task": ("task_subject", "TaskSubject"),
    "extension": ("extension_subject", "ExtensionSubject"),
}


@dataclass(frozen=True)
class Outcome:
    """What came of one property.

    Attributes:
        name: The property.
        status: `passed`, `failed`, `skipped` (called for, and couldn't be tried) or `not called for`.
        reason: Why it was skipped or isn't called for; empty otherwise.
        faults: What is wrong where it failed.
    """

    name: str
    status: str
    reason: str = ""
    faults: tuple[Fault, ...] = ()

    @property
    def message(self) -> str:
        """Why it didn't pass; empty where it did."""
        return "\n".join(map(str, self.faults)) or self.reason


@dataclass(frozen=True)
class Conformance:
    """What came of all properties of a plugin.

    Attributes:
        plugin: The plugin as `kind:name`.
        outcomes: One for each property of its kind.
    """

    plugin: str
    outcomes: tuple[Outcome, ...]

    @property
    def expected(self) -> int:
        """How many properties the plugin's description calls for."""
        return sum(each.status != NOT_CALLED_FOR for each in self.outcomes)

    @property
    def ran(self) -> int:
        """How many of them were tried."""
        return sum(each.status in (PASSED, FAILED) for each in self.outcomes)

    @property
    def failed(self) -> Sequence[Outcome]:
        """The properties that the plugin lacks."""
        return [each for each in self.outcomes if each.status == FAILED]

    @property
    def skipped(self) -> Mapping[str, str]:
        """The properties that were not tried, with the reason of each."""
        untried = (SKIPPED, NOT_CALLED_FOR)
        return {each.name: each.reason for each in self.outcomes if each.status in untried}

    @property
    def passed(self) -> bool:
        """Whether every property that is called for was tried and found."""
        return not self.failed and self.ran == self.expected

    def as_json(self) -> dict[str, Any]:
        """The same as JSON types."""
        return {
            "plugin": self.plugin,
            "passed": self.passed,
            "ran": self.ran,
            "expected": self.expected,
            "outcomes": [asdict(each) for each in self.outcomes],
        }

    def __str__(self) -> str:
        lines = [f"{self.plugin}: {len(self.failed)} failed, ran {self.ran} of {self.expected} expected"]
        lines += [f"  {each.status}: {each.name}: {each.message}" for each in self.outcomes if each.message]
        return "\n".join(lines)


def check_backbone(plugin: str | PluginRecord, *, checkpoint: str | None = None) -> Conformance:
    """Try every property of a backbone.

    Args:
        plugin: An installed backbone, by name or as `ftkit.list_plugins` gives it.
        checkpoint: Folder or hub id to load; None: the embedded one, else a tiny one of the architecture.

    Raises:
        PluginError: The name finds no plugin.
    """
    return Trial(plugin, "backbone", Given(checkpoint=checkpoint)).run()


def check_method(plugin: str | PluginRecord, *, trains: str | None = None) -> Conformance:
    """Try every property of a method, on tiny models of two architectures.

    Args:
        plugin: An installed method, by name or as `ftkit.list_plugins` gives it.
        trains: A pattern that the names of exactly the trained parameters contain; None: not compared.

    Raises:
        PluginError: The name finds no plugin.
    """
    return Trial(plugin, "method", Given(trains=trains)).run()


def check_task(plugin: str | PluginRecord, *, rows: Rows = ()) -> Conformance:
    """Try every property of a task.

    Args:
        plugin: An installed task, by name or as `ftkit.list_plugins` gives it.
        rows: Rows with answers, at least three, or a file of them; none: the task's own sample.

    Raises:
        PluginError: The name finds no plugin.
    """
    return Trial(plugin, "task", Given(rows=rows)).run()


def check_extension(plugin: str | PluginRecord) -> Conformance:
    """Try every property of an extension.

    Args:
        plugin: An installed extension, by name or as `ftkit.list_plugins` gives it.

    Raises:
        PluginError: The name finds no plugin.
    """
    return Trial(plugin, "extension", Given()).run()


class Trial:
    """One plugin and the properties of its kind.

    Attributes:
        record: The plugin.
        properties: Its properties, whether its description calls for them or not.
    """

    def __init__(
        self, plugin: str | PluginRecord, kind: str | None = None, given: Given | None = None
    ) -> None:
        self.record = plugin if isinstance(plugin, PluginRecord) else _record_of(plugin, kind)
        self.properties = properties_of(self.record.kind)
        self._given = given or Given()

    @cached_property
    def _subject(self) -> Subject:
        module, name = _SUBJECTS[self.record.kind]
        made: Subject = getattr(import_module(f"ftkit.testing.{module}"), name)(self.record, self._given)
        return made

    def run(self) -> Conformance:
        """Try each property."""
        return Conformance(self.record.label, tuple(map(self.attempt, self.properties)))

    def attempt(self, each: Property) -> Outcome:
        """Try one property, with the guard round the plugin's code."""
        blame = Blame(self.record)
        try:
            with warnings.catch_warnings():
                # A library's remark is no fault, whatever a test run makes of it.
                warnings.simplefilter("ignore")
                subject = self._subject
                found = blame.run(lambda: self._outcome(each, subject), self._hook_of(each) or "import")
        except BrokenPlugin as error:
            return Outcome(each.name, FAILED, faults=error.faults)
        if each.undisturbed and found.status == PASSED and blame.disturbances:
            return Outcome(each.name, FAILED, faults=tuple(blame.disturbances))
        return found

    def _outcome(self, each: Property, subject: Subject) -> Outcome:
        try:
            if not each.when(subject):
                return Outcome(each.name, NOT_CALLED_FOR, each.otherwise)
            with subject.around():
                each.check(subject)
        except CannotTry as error:
            return Outcome(each.name, SKIPPED, str(error))
        except Violation as error:
            return Outcome(each.name, FAILED, faults=(self._fault(each, error),))
        return Outcome(each.name, PASSED)

    def _hook_of(self, each: Property) -> str | None:
        return KINDS[self.record.kind].describe if each.hook == "describe" else each.hook

    def _fault(self, each: Property, error: Violation) -> Fault:
        """The violation at the first line of the hook that answers for the property."""
        hook = self._hook_of(each)
        named = (one for one in self._subject.implementations if one.hook == hook)
        place = next((one.problem("", "") for one in named), Problem("", ""))
        return fault_of(self.record, error.problem, error.remedy, hook=hook, file=place.file, line=place.line)


def _record_of(name: str, kind: str | None) -> PluginRecord:
    return resolve(read_catalogue(), name, kind).record
