"""Functions and modules that ftkit and every library rely on: a plugin may not replace them for all."""

from __future__ import annotations

import builtins
import importlib.metadata
import inspect
import io
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
from typing import Any

import pluggy

from ftkit.registry.guard.state import Watcher

_HOLDERS: tuple[Any, ...] = (
    *(builtins, importlib.metadata, io, json, os, signal, subprocess, sys, tempfile, threading),
    *(time, pathlib.Path, threading.Thread, pluggy.PluginManager),
)
_INSPECTED = ("getattr_static", "isfunction", "signature", "unwrap")
"""What ftkit uses of `inspect`; torch replaces another of its functions, and means no harm."""

_NAMED = 5  # replaced functions that are named one by one
_MISSING = object()


class PatchedFunctions(Watcher):
    """The functions of some modules and classes of the standard library, and of pluggy."""

    def __init__(self) -> None:
        self._before = [
            (holder, name, value)
            for holder in _HOLDERS
            for name, value in list(vars(holder).items())
            if callable(value)
        ]
        self._before += [(inspect, name, getattr(inspect, name)) for name in _INSPECTED]
        self._before.append((tempfile, "tempdir", tempfile.tempdir))
        self._environ = os.environ

    def restore(self) -> list[str]:
        """Put each function back."""
        replaced = []
        for holder, name, before in self._before:
            if vars(holder).get(name, _MISSING) is not before:
                setattr(holder, name, before)
                replaced.append(f"replaced {holder.__name__}.{name}")
        if os.environ is not self._environ:
            os.environ = self._environ  # noqa: B003 - the very object that was there
            replaced.append("replaced os.environ")
        return replaced[:_NAMED]


class ModuleTable(Watcher):
    """`sys.modules` and the import finders: imports add to both, which is fine."""

    def __init__(self) -> None:
        self._modules = dict(sys.modules)
        self._finders = list(sys.meta_path)
        self._path_hooks = list(sys.path_hooks)

    def restore(self) -> list[str]:
        """Put back the modules and finders that were there."""
        said = []
        lost = {name: each for name, each in self._modules.items() if _is_lost(name, each)}
        if lost:
            sys.modules.update(lost)
            said.append(f"removed modules from sys.modules: {', '.join(sorted(lost)[:_NAMED])}")
        if any(finder not in sys.meta_path for finder in self._finders):
            sys.meta_path[:] = self._finders
            said.append("took finders away from sys.meta_path")
        elif sys.meta_path[: len(self._finders)] != self._finders:
            sys.meta_path[:] = self._finders
            said.append("put a finder before those of sys.meta_path")
        if any(hook not in sys.path_hooks for hook in self._path_hooks):
            sys.path_hooks[:] = self._path_hooks
            sys.path_importer_cache.clear()
            said.append("took hooks away from sys.path_hooks")
        return said


def _is_lost(name: str, module: object) -> bool:
    """Whether a module is gone, or replaced where that is nobody's business.

    Some libraries put a lazy module in their own place, also later than on their import.
    """
    if name not in sys.modules:
        return True
    top = name.partition(".")[0]
    return sys.modules[name] is not module and (top in sys.stdlib_module_names or top in ("ftkit", "pluggy"))
