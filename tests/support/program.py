"""Running the `ftkit` program as a person would: in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CACHE = "FTKIT_CACHE"
"""The suite sets it to a folder of its own: no test writes to the home folder."""


@dataclass(frozen=True)
class Outcome:
    """What a program left: its exit status and both outputs."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def environment(sites: Sequence[Path] = (), **changes: str) -> dict[str, str]:
    """This environment with folders of installed plugins on the path and, of ftkit's variables, its cache."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("FTKIT_") or key == CACHE}
    kept["PYTHONPATH"] = os.pathsep.join([*map(str, sites), os.environ.get("PYTHONPATH", "")]).rstrip(":")
    kept["COLUMNS"] = "80"
    return kept | changes


def run_python(
    *arguments: str, sites: Sequence[Path] = (), cwd: Path | None = None, timeout: float = 120, **env: str
) -> Outcome:
    """Run this Python with arguments; `env` are extra variables."""
    ended = subprocess.run(
        [sys.executable, *arguments],
        env=environment(sites, **env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Outcome(ended.returncode, ended.stdout, ended.stderr)


def without_torch(folder: Path) -> Path:
    """A folder for `sites`, under which a program that imports torch ends with a message that says so."""
    (folder / "torch.py").write_text("raise SystemExit('torch was imported')\n", encoding="utf-8")
    return folder


def run_ftkit(
    *arguments: str, sites: Sequence[Path] = (), cwd: Path | None = None, timeout: float = 120, **env: str
) -> Outcome:
    """Run `ftkit` with arguments."""
    return run_python("-m", "ftkit", *arguments, sites=sites, cwd=cwd, timeout=timeout, **env)
