"""The packages of docs/examples as wheels, and what they bring."""

from __future__ import annotations

import atexit
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
PACKAGES = ("ftkit-csv-tracker", "ftkit-ia3", "ftkit-pegasus", "ftkit-summarisation")
PLUGINS = {
    "backbone": "pegasus",
    "method": "ia3",
    "task": "summarisation",
    "extension": "csv-tracker",
}
"""What they bring, a name of each kind."""

_HOME = tempfile.TemporaryDirectory(prefix="ftkit-examples-")
atexit.register(_HOME.cleanup)


@cache
def wheels() -> tuple[Path, ...]:
    """The packages built by their build backend, without a network; once a process."""
    folder = Path(_HOME.name) / "wheels"
    # A copy, or setuptools would leave its own folders beside the sources.
    sources = Path(_HOME.name) / "sources"
    for name in PACKAGES:
        shutil.copytree(EXAMPLES / name, sources / name, ignore=shutil.ignore_patterns("build", "*.egg-info"))
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    command += ["--disable-pip-version-check", "--wheel-dir", str(folder)]
    subprocess.run([*command, *(str(sources / name) for name in PACKAGES)], check=True, capture_output=True)
    return tuple(sorted(folder.glob("*.whl")))


@cache
def site() -> Path:
    """A folder that they are installed in, to be put on the path."""
    target = Path(_HOME.name) / "site"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-compile"]
    command += ["--disable-pip-version-check", "--target", str(target), *map(str, wheels())]
    subprocess.run(command, check=True, capture_output=True)
    return target
