"""Telling the user's Ctrl-C from a `KeyboardInterrupt` that a plugin raises by itself."""

from __future__ import annotations

import signal
import threading
from types import FrameType

from ftkit.registry.guard.state import Watcher


class UserInterrupt(KeyboardInterrupt):
    """The user pressed Ctrl-C while a plugin's code ran; never blamed on the plugin."""


class Interrupts(Watcher):
    """While guarded, SIGINT raises `UserInterrupt`."""

    def __init__(self) -> None:
        self._before: object = None
        if threading.current_thread() is threading.main_thread():
            self._before = signal.getsignal(signal.SIGINT)
            # A caller with a handler of its own keeps it; only Python's default is refined.
            if self._before is signal.default_int_handler:
                signal.signal(signal.SIGINT, _interrupt)

    def restore(self) -> list[str]:
        """Put Python's handler back if ours is still there; another one is not ours to judge."""
        if self._before is signal.default_int_handler:
            if signal.getsignal(signal.SIGINT) is not _interrupt:
                signal.signal(signal.SIGINT, signal.default_int_handler)
                return ["replaced the handler of SIGINT"]
            signal.signal(signal.SIGINT, signal.default_int_handler)
        return []


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise UserInterrupt
