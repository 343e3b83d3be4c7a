"""What a command does when a signal has stopped it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from ftkit.cli.output import complain


@contextmanager
def told_when_stopped() -> Iterator[None]:
    """What a signal stopped says how to go on, and ends with the status that shells expect."""
    from ftkit.interrupts import Interrupted

    try:
        yield
    except Interrupted as stopped:
        complain("stopped", str(stopped))
        raise SystemExit(128 + stopped.signal) from None
    except KeyboardInterrupt:  # while there was nothing yet to go on with
        complain("stopped", signal.SIGINT.name)
        raise SystemExit(128 + signal.SIGINT) from None
