"""What a plugin may not change while its code runs on import and on describing itself.

    with Guard() as guard:
        module = importlib.import_module(name)
    guard.disturbances      # ["changed the working directory to /tmp", …], already undone

Exceptions pass through: the loading blames them. What each watcher keeps, it puts back on the way out,
whatever happened inside.
"""

from __future__ import annotations

from types import TracebackType

from ftkit.registry.guard.interrupts import Interrupts
from ftkit.registry.guard.state import (
    Arguments,
    LoggingSetup,
    PatchedFunctions,
    SearchPath,
    SignalHandlers,
    Threads,
    WarningFilters,
    Watcher,
    WorkingDirectory,
)
from ftkit.registry.guard.streams import Streams

# Streams is entered first and left last: what the others report goes to the right place.
_WATCHERS: tuple[type[Watcher], ...] = (
    Streams,
    PatchedFunctions,
    WorkingDirectory,
    Arguments,
    SearchPath,
    WarningFilters,
    LoggingSetup,
    SignalHandlers,
    Interrupts,
    Threads,
)


class Guard:
    """Context manager that keeps the process as it was; not reentrant, for the main thread.

    Attributes:
        disturbances: What the guarded code did that it may not, in words; filled on exit.
    """

    def __init__(self) -> None:
        self.disturbances: list[str] = []
        self._watchers: list[Watcher] = []

    def __enter__(self) -> Guard:
        self._watchers = [watcher() for watcher in _WATCHERS]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for watcher in reversed(self._watchers):
            self.disturbances.extend(watcher.restore())
        self._watchers.clear()
