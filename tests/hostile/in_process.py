"""Runs as a script: load a neighbour, the culprit and the neighbours again; tell how the process changed.

Arguments: `tolerable` or `fatal` (the culprit is left out), and the culprit's kind. The report is a line of
JSON on stdout, and the line behind it shows that stdout works.
"""

import builtins
import importlib.metadata
import inspect
import io
import json
import logging
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
import warnings

import pluggy

from ftkit import BrokenPlugin, PluginError, list_plugins, load_plugins
from ftkit.registry.catalogue import read_catalogue

_HOLDERS = [
    *(
        builtins,
        importlib.metadata,
        inspect,
        io,
        json,
        os,
        signal,
        subprocess,
        sys,
        tempfile,
        threading,
        time,
    ),
    *(pathlib.Path, pluggy.PluginManager, threading.Thread),
]
_COPIES = [(holder, dict(vars(holder))) for holder in _HOLDERS]
_WRITTEN_BY_PYTHON = {"__warningregistry__", "stdout", "stderr", "stdin", "last_exc", "tempdir", "_cached"}
_MODULES = {}
_KEYS = []


def changed_names():
    """Functions, and other callable things, that are no longer what they were."""
    return [
        f"{holder.__name__}.{name}"
        for holder, before in _COPIES
        for name, value in before.items()
        if callable(value) and vars(holder).get(name) is not value and name not in _WRITTEN_BY_PYTHON
    ]


def umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def state():
    root = logging.getLogger()
    return {
        "directory": str(pathlib.Path.cwd()),
        "argv": list(sys.argv),
        "stdout": [sys.stdout is sys.__stdout__, sys.stdout.closed, sys.stderr is sys.__stderr__],
        "stdin": sys.stdin is sys.__stdin__,
        "handlers": [str(signal.getsignal(number)) for number in sorted(signal.valid_signals())],
        "timers": [signal.getitimer(which)[0] > 0 for which in (0, 1, 2)],
        "names": changed_names(),
        "temporary": tempfile.gettempdir(),
        "filters": list(map(str, warnings.filters)),
        "logging": [root.level, len(root.handlers), root.manager.disable],
        "limits": [sys.getrecursionlimit(), umask()],
        "tracing": [str(sys.gettrace()), str(sys.getprofile())],
        "path": list(sys.path),
        "finders": [finder in sys.meta_path for finder in _FINDERS],
        "path hooks": [hook in sys.path_hooks for hook in _PATH_HOOKS],
        "modules": sorted(name for name, module in _MODULES.items() if sys.modules.get(name) is not module),
        "environment": {key: os.environ.get(key) for key in _KEYS},
        "variables of ftkit": sorted(key for key in os.environ if key.startswith("FTKIT")),
    }


def parsed(name):
    return load_plugins(task=name).manager.hook.parse_output(text="x", options={})


def load_culprit(axis):
    """Load it; what was said about it, as an error or in warnings."""
    said = []
    try:
        load_plugins(**{axis: "culprit"})
    except BrokenPlugin as error:
        said += [f"{each.distribution} {each.version}: {each.hook} {each.problem}" for each in error.faults]
    except PluginError as error:
        said.append(str(error))
    return said


def survivors():
    """Plugins of the culprit that are not disabled: by its own name all, by a plugin's name that plugin."""

    def culprits(**variables):
        return [r for r in read_catalogue(variables).records if r.distribution.name == "culprit"]

    left = [r.name for r in culprits(FTKIT_DISABLE_PLUGINS="culprit") if r.status != "disabled"]
    for name in [r.name for r in culprits() if r.kind]:
        named = [r for r in culprits(FTKIT_DISABLE_PLUGINS=name) if r.name == name]
        left += [r.name for r in named if r.status != "disabled"]
    return left


with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    results = [parsed("echo")]
    list_plugins()
    tempfile.gettempdir()
    _MODULES.update(sys.modules)
    _KEYS.extend(os.environ)
    _FINDERS, _PATH_HOOKS = list(sys.meta_path), list(sys.path_hooks)
    before = state()
    blamed = load_culprit(sys.argv[2]) if sys.argv[1] == "tolerable" else []
    results += [parsed("echo"), parsed("fresh")]
    after = state()
blamed += [str(each.message) for each in caught if each.category.__name__ == "PluginWarning"]
report = {"before": before, "after": after, "blamed": "\n".join(blamed), "parsed": results}
print(json.dumps(report | {"survivors": survivors()}))
print("stdout works", flush=True)
