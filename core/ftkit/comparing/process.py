"""One cell in a process of its own: started, watched, and ended where it hangs.

So that memory is measured from a clean start, and whatever a cell does to its process costs one row.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ftkit.comparing.folder import FAILED, REFUSED, Outcome, read_outcome, write_outcome
from ftkit.processes import end_group, module_command, signal_name

_SECONDS_TO_SAVE = 120.0  # that a cell has to finish its step and write a checkpoint when all is stopped
_LONGEST = 2000  # characters of an error


class Stopped(Exception):
    """The comparison was stopped; the cell has no outcome and is resumed next time."""


@dataclass(frozen=True)
class CellJob:
    """All that a process needs to run a cell, on this machine or another that sees the same files.

    Attributes:
        recipe: The run's recipe, a file.
        outcome: The file that says what came of it.
        log: The file for what it writes.
        working_directory: What relative paths are relative to.
        timeout: Seconds after which it counts as hanging.
        threads: How many threads it computes in.
    """

    recipe: Path
    outcome: Path
    log: Path
    working_directory: Path
    timeout: float
    threads: int

    def run(self, stop: threading.Event | None = None) -> Outcome:
        """Run the cell, and keep what came of it.

        Args:
            stop: Once set, the cell saves what it has done and ends.

        Raises:
            Stopped: It was.
        """
        stop = stop or threading.Event()
        began = time.monotonic()
        place = self.working_directory
        with (place / self.log).open("wb") as log:
            child = subprocess.Popen(
                module_command(
                    "ftkit.comparing.cell", str(self.recipe), str(self.outcome), str(self.threads)
                ),
                cwd=place,
                env={**os.environ, "OMP_NUM_THREADS": str(self.threads)},
                stdin=subprocess.PIPE,  # held and never written to: its end is the child's
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            try:
                status = self._wait(child, stop)
            finally:
                end_group(child)
                if child.stdin is not None:
                    child.stdin.close()
        outcome = read_outcome(place / self.outcome)
        if outcome is not None:  # written last: however the process ended then, its run is done
            return outcome
        if stop.is_set():
            raise Stopped
        failed = Outcome(FAILED, self._error(status), round(time.monotonic() - began, 3), self.threads)
        write_outcome(failed, place / self.outcome)
        return failed

    def _wait(self, child: subprocess.Popen[bytes], stop: threading.Event) -> int | None:
        """The exit status; None where the child was not done in time."""
        deadline, told = time.monotonic() + self.timeout, False
        while time.monotonic() < deadline:
            with suppress(subprocess.TimeoutExpired):
                return child.wait(0.1)
            if stop.is_set() and not told:
                child.send_signal(signal.SIGTERM)
                told, deadline = True, time.monotonic() + _SECONDS_TO_SAVE
        return None

    def _error(self, status: int | None) -> str:
        said = self._last_words()
        if status is None:
            return f"it hung: no result within {self.timeout:g} s"
        if status == -signal.SIGKILL:
            return "the process was killed (SIGKILL), as the operating system does where memory runs out"
        if status < 0:
            return f"the process crashed ({signal_name(-status)})" + (f": {said}" if said else "")
        if status == REFUSED and said:
            return said
        return f"the process ended with status {status}" + (f": {said}" if said else "")

    def _last_words(self) -> str:
        """What ftkit says is wrong, else the last line that the cell wrote."""
        log = (self.working_directory / self.log).read_text(encoding="utf-8", errors="replace").strip()
        *_, refusal = re.split(r"^error: ", log, flags=re.MULTILINE)
        return (refusal if refusal != log else log.split("\n")[-1])[-_LONGEST:].strip()
