"""Plugins whose entry point leads to something odd."""

from __future__ import annotations

import os
from pathlib import Path

from hostile.corpus.builders import Kind, damaged, declaring, disturbing, importing, target
from support.wheels import ECHO_HOOKS, task_distribution

_MODULE_CLASS = (
    "import sys, types\nclass M(types.ModuleType):\n{}"
    "    def {}(self, *_): raise SystemExit(3)\nsys.modules[__name__].__class__ = M"
)
_LAZY = (
    ECHO_HOOKS + "\nclass Plugin:\n    @property\n    def lazy(self): raise SystemExit(9)\n"
    "    describe_task = staticmethod(describe_task)\n    format_example = staticmethod(format_example)\n"
    "    parse_output = staticmethod(parse_output)\n    score = staticmethod(score)\nplugin = Plugin()\n"
)
_DIR = "class Plugin:\n    def __dir__(self): return {}\nplugin = Plugin()\n"


def _as_pipe(site: Path) -> None:
    (site / "culprit.py").unlink()
    os.mkfifo(site / "culprit.py")


TARGETS = [
    disturbing(
        "replaces itself by None", "import sys; sys.modules[__name__] = None", "raised|not implemented"
    ),
    disturbing(
        "replaces itself by an object without hooks",
        "import sys; sys.modules[__name__] = object()",
        "is not implemented",
    ),
    importing(
        "has a module class whose attributes exit",
        _MODULE_CLASS.format("", "__getattribute__"),
        r"ended the program \(SystemExit: 3\)",
        line=4,
    ),
    importing(
        "has a module class whose class exits",
        _MODULE_CLASS.format("    @property\n", "__class__"),
        r"ended the program \(SystemExit: 3\)",
        line=5,
    ),
    disturbing("has a __getattr__ that raises", "def __getattr__(name): raise RuntimeError(name)", ""),
    importing(
        "has a __dir__ that raises", "def __dir__(): raise RuntimeError('no')", "raised RuntimeError: no"
    ),
    target(
        "has a __getattr__ that exits",
        "import sys\ndef __getattr__(name): sys.exit(3)\n",
        r"ended the program \(SystemExit: 3\)",
        place="culprit.py:2",
    ),
    target("has a __dir__ of numbers", _DIR.format("[3]"), "raised TypeError|is not implemented"),
    target("has a __dir__ of anything", _DIR.format("['a' * 10**7, 3]"), "raised TypeError|is not implem"),
    declaring(
        "names a module that is not there",
        "culprit = no_such_module",
        "no_such_module does not exist",
        status="ok",
    ),
    declaring(
        "names an attribute that is not there",
        "culprit = culprit:nothing",
        "has no attribute 'nothing'",
        status="ok",
    ),
    declaring("names a function", "culprit = culprit:score", "is not implemented", status="ok"),
    target(
        "names a class and no instance",
        "class Plugin: ...\n",
        "its target is the class Plugin",
        "culprit:Plugin",
    ),
    target("has a property that raises", _LAZY, ""),
    Kind(
        "lies in a package that raises",
        "raised ZeroDivisionError",
        [
            task_distribution(
                "culprit",
                modules={"pack/__init__.py": "1 / 0\n", "pack/task.py": ECHO_HOOKS},
                entry_points="[ftkit.tasks]\nculprit = pack.task\n",
            )
        ],
        place="pack/__init__.py:1",
    ),
    damaged("is a named pipe", _as_pipe, "does not exist|raised", status="ok", place=""),
]
