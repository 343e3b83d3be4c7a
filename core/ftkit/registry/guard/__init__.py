"""What a plugin may not change while its code runs on import and on describing itself.

    with Guard() as guard:
        module = importlib.import_module(name)
    guard.disturbances      # ["changed the working directory to /tmp", …], already undone

Exceptions pass through: the loading blames them. What each watcher keeps, it puts back on the way out,
whatever happened inside and whatever happens to the other watchers.
"""

from __future__ import annotations

import os
from types import TracebackType

from ftkit.registry.guard.interrupts import Interrupts
from ftkit.registry.guard.patches import ModuleTable, PatchedFunctions
from ftkit.registry.guard.state import (
    Arguments,
    Environment,
    LoggingSetup,
    ProcessSettings,
    SearchPath,
    SignalHandlers,
    Threads,
    WarningFilters,
    Watcher,
    WorkingDirectory,
)
from ftkit.registry.guard.streams import Streams

# Entered from top to bottom, left from bottom to top: functions come back first, since putting the rest back
# needs them; streams last, so that nothing that is written meanwhile gets out.
_WATCHERS: tuple[type[Watcher], ...] = (
    Streams,
    WorkingDirectory,
    Arguments,
    Environment,
    SearchPath,
    WarningFilters,
    LoggingSetup,
    SignalHandlers,
    Interrupts,
    ProcessSettings,
    Threads,
    ModuleTable,
    PatchedFunctions,
)


class Guard:
    """Context manager that keeps the process as it was; not reentrant, for the main thread.

    Attributes:
        disturbances: What the guarded code did that it may not, in words; filled on exit.
    """

    def __init__(self) -> None:
        self.disturbances: list[str] = []
        self._watchers: list[Watcher] = []
        self._process = os.getpid()
        self._end_process = os._exit

    def __enter__(self) -> Guard:
        try:
            for watcher in _WATCHERS:
                self._watchers.append(watcher())
        except BaseException:
            self._restore()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._restore()
        if os.getpid() != self._process:
            self._end_process(1)  # the plugin forked: only one of the two may go on as this program

    def _restore(self) -> None:
        while self._watchers:
            watcher = self._watchers.pop()
            try:
                self.disturbances += watcher.restore()
            except Exception as error:  # noqa: BLE001 - the other watchers must still restore
                part = type(watcher).__name__
                self.disturbances.append(f"kept its {part} from being put back: {type(error).__name__}")
