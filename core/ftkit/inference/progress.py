"""What a person sees on stderr while rows are answered."""

from __future__ import annotations

import sys
import time
from typing import Any

from tqdm import tqdm

from ftkit.memory import peak_memory

_SECONDS_BETWEEN_LINES = 15.0


class RowProgress:
    """A bar on a terminal, a line now and then in a pipe."""

    def __init__(self, total: int | None, done: int, *, quiet: bool) -> None:
        """Open the bar.

        Args:
            total: All rows, if they were counted.
            done: Rows that were dealt with before.
            quiet: Whether nothing is to be shown.
        """
        self._quiet = quiet
        self._bar: tqdm[Any] = tqdm(
            total=total,
            initial=done,
            unit="row",
            file=sys.stderr,
            disable=True if quiet else None,  # None: only where stderr is a terminal
            desc="answering",
            leave=False,
        )
        self._total, self._done, self._at_first = total, done, done
        self._began = self._said_at = time.monotonic()

    def advance(self, rows: int) -> None:
        """So many more rows are dealt with."""
        self._done += rows
        self._bar.update(rows)
        now = time.monotonic()
        if self._bar.disable and not self._quiet and now - self._said_at >= _SECONDS_BETWEEN_LINES:
            self._said_at = now
            self._say((self._done - self._at_first) / (now - self._began))

    def close(self) -> None:
        """Close the bar."""
        self._bar.close()

    def _say(self, speed: float) -> None:
        figures = f"{speed:,.1f} rows/s, {peak_memory() / 1e9:.1f} GB"
        known = self._total is not None
        of = f" of {self._total:,}, {(self._total - self._done) / speed / 60:.0f} min left" if known else ""  # type: ignore[operator]
        tqdm.write(f"row {self._done:,}{of}: {figures}", file=sys.stderr)
