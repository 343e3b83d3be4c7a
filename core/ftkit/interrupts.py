"""SIGINT and SIGTERM in a run: finish the step, save, leave; a second one leaves at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(KeyboardInterrupt):
    """A run was told to stop.

    Attributes:
        signal: The signal's number.
        resume_command: What goes on with the run; None where nothing was written yet.
    """

    def __init__(self, number: int, resume_command: str | None = None) -> None:
        super().__init__(number, resume_command)
        self.signal = number
        self.resume_command = resume_command

    def __str__(self) -> str:
        command = self.resume_command
        going_on = f"go on with: {command}" if command else "nothing was written yet"
        return f"{signal.Signals(self.signal).name}; {going_on}"


class Interrupts:
    """Hears the signals of a run.

    Attributes:
        pending: The signal that waits for the end of a step; None: there is none.
    """

    def __init__(self) -> None:
        self.pending: int | None = None
        self._deferring = False

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Hear signals within this context, the handlers of before afterwards.

        Only the main thread can: elsewhere signals stay as they are.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self._hear) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """Within this context the first signal only becomes `pending`; it is raised at the end.

        Raises:
            Interrupted: A signal came.
        """
        self._deferring = True
        try:
            yield
        finally:
            self._deferring = False
        if self.pending is not None:
            raise Interrupted(self.pending)

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        if not self._deferring or self.pending is not None:
            raise Interrupted(number)
        self.pending = number
