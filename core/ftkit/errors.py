"""Every error that ftkit raises on purpose.

    FtkitError                  what was wrong, where, what would be right
    ├── PluginError             about installed plugins
    │   ├── UnknownPlugin       nothing installed answers to the name
    │   ├── AmbiguousName       more than one plugin answers to the name
    │   ├── UnavailablePlugin   installed, but disabled, incompatible or unreadable
    │   └── BrokenPlugin        its own code is at fault; carries the faults
    ├── OptionsError            values that don't fit the declared options; carries the problems
    ├── CheckpointError         a checkpoint that can't be had, or isn't safe to load
    ├── DataError               a file of data that can't be used
    ├── RunError                a run that can't begin or go on
    └── RowError                a row of data that a task can't use

A traceback is for bugs: the command line shows these as one message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class FtkitError(Exception):
    """Base of all errors that ftkit raises on purpose."""


class PluginError(FtkitError):
    """Base of all errors about installed plugins."""


class UnknownPlugin(PluginError):
    """Nothing installed answers to the name; the message lists the nearest names."""


class AmbiguousName(PluginError):
    """Several plugins answer to the name; the message lists the qualified names."""


class UnavailablePlugin(PluginError):
    """The plugin is installed but disabled, incompatible or unreadable."""


class BrokenPlugin(PluginError):
    """A plugin's own code is at fault.

    Attributes:
        faults: Each fault that was found, in the order of finding; never empty.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(self.faults)  # and not their text: pickle makes the error again of this

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


class PluginWarning(UserWarning):
    """A plugin did what it may not, such as printing while imported; it was contained."""


class PluginDeprecation(PluginWarning):
    """A plugin uses what a later ftkit drops, or is given an option that the plugin itself means to drop."""


class OptionsError(FtkitError):
    """Values that don't fit the options that plugins declare.

    Attributes:
        problems: Each problem, in the order of the options given; never empty.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(self.problems)


class CheckpointError(FtkitError):
    """A checkpoint that can't be had, doesn't fit its backbone, or isn't safe to load."""


class DataError(FtkitError):
    """A file of data that can't be used; the message says where and why."""


class RunError(FtkitError):
    """A run that can't begin or go on; nothing that was written is lost."""


class RowError(FtkitError):
    """A row of data that a task can't use; the message says what the row lacks."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a plugin, and whose it is.

    Attributes:
        plugin: The plugin as `kind:name`.
        distribution: Name of the distribution that installed it.
        version: Version of that distribution.
        target: The entry point's value, `module` or `module:attribute`.
        problem: What is wrong, a sentence without its full stop.
        remedy: What would be right; empty where nothing can be advised.
        hook: The hook concerned, where one is.
        file: The plugin's own source file concerned, where there is one.
        line: Line in that file, counted from 1.
    """

    plugin: str
    distribution: str
    version: str
    target: str
    problem: str
    remedy: str = ""
    hook: str | None = None
    file: str | None = None
    line: int | None = None

    @property
    def place(self) -> str:
        """`file:line`, as far as it is known."""
        if self.file is None:
            return ""
        return self.file if self.line is None else f"{self.file}:{self.line}"

    def __str__(self) -> str:
        hook = f", hook {self.hook}" if self.hook else ""
        place = f" ({self.place})" if self.file else ""
        remedy = f"; {self.remedy}" if self.remedy else ""
        return (
            f"plugin {self.plugin} of {self.distribution} {self.version} "
            f"[{self.target}]{hook}: {self.problem}{place}{remedy}"
        )
