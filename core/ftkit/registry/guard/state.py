"""Watchers over the process's global state: each keeps it on entry and puts it back on exit."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import warnings
from abc import ABC, abstractmethod
from typing import Any

from ftkit.processes import signal_name

_NAMED = 5  # changed variables that are named one by one


class Watcher(ABC):
    """Keeps one part of the process's state when made, puts it back on `restore`."""

    @abstractmethod
    def restore(self) -> list[str]:
        """Undo what was changed; say in words what that was, `[]` where nothing."""


class WorkingDirectory(Watcher):
    """The current directory."""

    def __init__(self) -> None:
        self._before = _current_directory()

    def restore(self) -> list[str]:
        """Go back if the directory was changed."""
        now = _current_directory()
        if now == self._before or self._before is None:
            return []
        os.chdir(self._before)
        return [f"changed the working directory to {now}"]


class Arguments(Watcher):
    """`sys.argv`."""

    def __init__(self) -> None:
        self._list = sys.argv
        self._before = list(sys.argv)

    def restore(self) -> list[str]:
        """Put the list and its content back."""
        changed = sys.argv is not self._list or sys.argv != self._before
        sys.argv = self._list
        sys.argv[:] = self._before
        return ["changed sys.argv"] if changed else []


class SearchPath(Watcher):
    """`sys.path`: a plugin may add to it (it may need that later), not take away."""

    def __init__(self) -> None:
        self._list = sys.path
        self._before = list(sys.path)

    def restore(self) -> list[str]:
        """Put back the entries that were there if any is gone."""
        if sys.path is self._list and all(entry in sys.path for entry in self._before):
            return []
        sys.path = self._list
        sys.path[:] = self._before
        return ["took entries away from sys.path"]


class WarningFilters(Watcher):
    """The warnings filters.

    Libraries add narrow filters when imported, which is harmless and undone in silence; a filter that
    catches every warning is a disturbance.
    """

    def __init__(self) -> None:
        self._before = list(warnings.filters)
        self._keeper = warnings.catch_warnings()
        self._keeper.__enter__()

    def restore(self) -> list[str]:
        """Put the filters back."""
        added = [each for each in warnings.filters if each not in self._before]
        self._keeper.__exit__(None, None, None)
        blanket = any(_catches_everything(each) for each in added)
        return ["set a warnings filter that catches every warning"] if blanket else []


class LoggingSetup(Watcher):
    """The root logger, `logging.disable`, and which loggers are switched off."""

    def __init__(self) -> None:
        root = logging.getLogger()
        self._root = (list(root.handlers), list(root.filters), root.level, root.disabled)
        self._threshold = root.manager.disable
        self._on = [logger for logger in _known_loggers() if not logger.disabled]

    def restore(self) -> list[str]:
        """Put the root logger back and switch on what was on."""
        root = logging.getLogger()
        now = (list(root.handlers), list(root.filters), root.level, root.disabled)
        silenced = [logger for logger in self._on if logger.disabled]
        changed = now != self._root or root.manager.disable != self._threshold or bool(silenced)
        root.handlers[:], root.filters[:] = self._root[0], self._root[1]
        root.setLevel(self._root[2])
        root.disabled = self._root[3]
        logging.disable(self._threshold)
        for logger in silenced:
            logger.disabled = False
        return ["changed the set-up of the root logger"] if changed else []


class SignalHandlers(Watcher):
    """Handlers of all signals, and the alarm clock."""

    def __init__(self) -> None:
        self._active = threading.current_thread() is threading.main_thread()
        self._before = _handlers() if self._active else {}
        self._timers_before = _running_timers()

    def restore(self) -> list[str]:
        """Put the handlers back and stop an alarm that was not set before."""
        if not self._active:
            return []
        now = _handlers()
        changed = [number for number, handler in self._before.items() if now.get(number) != handler]
        for number in changed:
            signal.signal(number, self._before[number])
        said = [f"replaced the handler of {signal_name(number)}" for number in changed]
        for timer in _running_timers() - self._timers_before:
            signal.setitimer(timer, 0)
            said.append("set an alarm")
        return said


class Environment(Watcher):
    """Environment variables: a plugin may add some (libraries are set up so), not change what is there.

    Variables of ftkit's own may not even be added: they would switch other plugins off.
    """

    def __init__(self) -> None:
        self._before = dict(os.environ)

    def restore(self) -> list[str]:
        """Put changed and deleted variables back."""
        now = dict(os.environ)
        changed = [name for name, value in self._before.items() if now.get(name) != value]
        added = [name for name in now if name.startswith("FTKIT_") and name not in self._before]
        for name in changed:
            os.environ[name] = self._before[name]
        for name in added:
            del os.environ[name]
        return [f"changed the environment variable {name}" for name in [*changed, *added][:_NAMED]]


class ProcessSettings(Watcher):
    """The recursion limit, trace and profile functions, and the file mode mask."""

    def __init__(self) -> None:
        self._recursion_limit = sys.getrecursionlimit()
        self._trace, self._profile = sys.gettrace(), sys.getprofile()
        self._umask = _umask()

    def restore(self) -> list[str]:
        """Set each back."""
        said = []
        if sys.getrecursionlimit() != self._recursion_limit:
            sys.setrecursionlimit(self._recursion_limit)
            said.append("changed the recursion limit")
        if sys.gettrace() is not self._trace:
            sys.settrace(self._trace)
            said.append("set a trace function")
        if sys.getprofile() is not self._profile:
            sys.setprofile(self._profile)
            said.append("set a profile function")
        if _umask() != self._umask:
            os.umask(self._umask)
            said.append("changed the umask")
        return said


class Threads(Watcher):
    """Threads that were started and still run: they can't be stopped, only named."""

    def __init__(self) -> None:
        self._before = set(threading.enumerate())

    def restore(self) -> list[str]:
        """Name what runs on."""
        started = [thread for thread in threading.enumerate() if thread not in self._before]
        return [f"left a thread running: {thread.name!r}" for thread in started]


def _current_directory() -> str | None:
    try:
        return os.getcwd()  # noqa: PTH109 - a Path would normalise what must come back unchanged
    except OSError:  # the directory was deleted
        return None


def _catches_everything(entry: object) -> bool:
    """Whether a warnings filter, which a plugin may have written by hand, catches every warning."""
    if not isinstance(entry, tuple) or len(entry) != 5:  # noqa: PLR2004 - as warnings.filters documents
        return True
    _action, message, category, module, _line = entry
    return message is None and module is None and category in (Warning, Exception, BaseException, None)


def _umask() -> int:
    # It can only be read by setting it.
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _known_loggers() -> list[logging.Logger]:
    known = logging.getLogger().manager.loggerDict.values()
    return [logger for logger in known if isinstance(logger, logging.Logger)]


def _running_timers() -> set[int]:
    timers = ("ITIMER_REAL", "ITIMER_VIRTUAL", "ITIMER_PROF")
    known = [getattr(signal, name) for name in timers if hasattr(signal, name)]
    return {timer for timer in known if signal.getitimer(timer)[0] > 0}


def _handlers() -> dict[int, Any]:
    # A handler that was not installed from Python reads as None and can't be put back from Python.
    read = {number: signal.getsignal(number) for number in signal.valid_signals()}
    return {number: handler for number, handler in read.items() if handler is not None}
