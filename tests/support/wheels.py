"""Real plugin distributions for tests: written as wheels, installed by pip into a folder of their own.

The wheels are written here (PEP 427: a zip with metadata) and not by a build backend, because a backend
would refuse much of what a broken distribution contains.
"""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

ECHO_HOOKS = """
from ftkit import Column, Example, Metric, TaskInfo, hookimpl


@hookimpl
def describe_task():
    return TaskInfo(
        columns=(Column("text", "the text to give back"),),
        metrics=(Metric("exact", "share of equal texts"),),
        max_output_tokens=8,
    )


@hookimpl
def format_example(row):
    return Example(row["text"], row["text"])


@hookimpl
def parse_output(text):
    return text


@hookimpl
def score(predictions, references):
    equal = sum(p in r for p, r in zip(predictions, references))
    return {"exact": equal / len(predictions)}
"""
"""The hooks of a whole task plugin, which other modules put text before or behind."""

ECHO = '"""Echo: the task of giving a text back."""\n' + ECHO_HOOKS


@dataclass
class PluginDistribution:
    """A distribution to build and install.

    Attributes:
        name: Its name; the module is the same with underscores.
        entry_points: The text of its `entry_points.txt`.
        modules: Source text by path.
        version: Its version.
        requires: Its `Requires-Dist` lines.
        summary: Its one-line summary.
    """

    name: str
    entry_points: str
    modules: dict[str, str] = field(default_factory=dict)
    version: str = "1.0"
    requires: tuple[str, ...] = ()
    summary: str = "A test plugin."

    @property
    def escaped(self) -> str:
        return self.name.replace("-", "_").replace(".", "_")

    def metadata(self) -> str:
        lines = ["Metadata-Version: 2.1", f"Name: {self.name}", f"Version: {self.version}"]
        lines += [f"Summary: {self.summary}"]
        lines += [f"Requires-Dist: {each}" for each in self.requires]
        return "\n".join(lines) + "\n"

    def write_wheel(self, folder: Path) -> Path:
        info = f"{self.escaped}-{self.version}.dist-info"
        wheel = "Wheel-Version: 1.0\nGenerator: ftkit tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        files = dict(self.modules)
        files[f"{info}/METADATA"] = self.metadata()
        files[f"{info}/WHEEL"] = wheel
        files[f"{info}/entry_points.txt"] = self.entry_points
        record = "".join(f"{path},{_digest(text)},{len(text.encode())}\n" for path, text in files.items())
        files[f"{info}/RECORD"] = record + f"{info}/RECORD,,\n"
        path = folder / f"{self.escaped}-{self.version}-py3-none-any.whl"
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)
        return path


def task_distribution(name: str, body: str = ECHO, **changes: object) -> PluginDistribution:
    """A distribution with one task of the same name; `body` is its module."""
    module = name.replace("-", "_")
    values = {
        "name": name,
        "entry_points": f"[ftkit.tasks]\n{name} = {module}\n",
        "modules": {f"{module}.py": body},
    }
    return PluginDistribution(**(values | changes))  # type: ignore[arg-type]


def install(distributions: list[PluginDistribution], folder: Path) -> Path:
    """Build the wheels and let pip install them into `folder/site`, which it returns."""
    paths = [str(path) for path in _wheels(distributions, folder)]
    site = folder / "site"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-compile"]
    command += ["--disable-pip-version-check", "--target", str(site), *paths]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return site


def unpack(distributions: list[PluginDistribution], folder: Path) -> Path:
    """Build the wheels and unpack them into `folder/site`: what `install` does, in a fiftieth of the time."""
    site = folder / "site"
    for path in _wheels(distributions, folder):
        with zipfile.ZipFile(path) as archive:
            archive.extractall(site)
    return site


def _wheels(distributions: list[PluginDistribution], folder: Path) -> list[Path]:
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    return [each.write_wheel(wheels) for each in distributions]


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return "sha256=" + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
