"""Plugins that change the process for everyone in it."""

from __future__ import annotations

from hostile.corpus.builders import Kind, disturbing, importing

_THREAD = "import threading, time\n{}\nthreading.Thread(target={}).start()"
_NO_DIRECTORY = "import os, tempfile; d = tempfile.mkdtemp(); os.chdir(d); os.rmdir(d)"
_STALE_DIRECTORY = "import os; os.getcwd = lambda before=os.getcwd(): before; os.chdir('/')"
_NO_FTKIT = "import sys\nfor n in [n for n in sys.modules if n.startswith('ftkit')]: del sys.modules[n]"
_SEVERAL_KEYS = "import os; os.environ.update(PATH='/none', PYTHONPATH='/x', FTKIT_DISABLE_PLUGINS='echo')"
_FINDER = (
    "import sys\nclass F:\n    def find_spec(self, name, path=None, target=None): raise SystemExit(name)\n"
    "sys.meta_path.insert(0, F())"
)


def _patching(holder: str, name: str, value: str = "lambda *_, **__: 1 / 0") -> Kind:
    """A plugin that replaces something of a module or a class."""
    module = ".".join(part for part in holder.split(".") if part.islower())
    code = f"import {module}; {holder}.{name} = {value}"
    said = rf"replaced [\w.]*{holder.rpartition('.')[2]}\.{name}"
    return disturbing(f"replaces {holder}.{name}", code, said)


PATCHES = [
    _patching("importlib.metadata", "distributions", "lambda **_: []"),
    _patching("builtins", "print", "lambda *_, **__: 0"),
    _patching("sys", "excepthook", "lambda *_: 0"),
    _patching("json", "dumps"),
    _patching("json", "loads", "lambda *_, **__: '{}'"),
    _patching("os", "replace"),
    _patching("os", "environ", "{}"),
    _patching("io", "StringIO", "None"),
    _patching("inspect", "getattr_static", "lambda *_, **__: None"),
    _patching("inspect", "isfunction", "lambda *_: False"),
    _patching("signal", "getsignal"),
    _patching("tempfile", "TemporaryFile"),
    _patching("subprocess", "Popen", "None"),
    _patching("threading", "enumerate"),
    _patching("pathlib.Path", "open"),
    _patching("pathlib.Path", "write_text"),
    _patching("pluggy.PluginManager", "register"),
    disturbing(
        "replaces json.dumps by a liar", "import json; json.dumps = lambda *_, **__: '{}'", "json.dumps"
    ),
    disturbing("replaces dataclasses.asdict", "import dataclasses; dataclasses.asdict = None", ""),
    disturbing(
        "replaces time.perf_counter", "import time; time.perf_counter = lambda: 'x'", "time.perf_counter"
    ),
    disturbing(
        "replaces Thread.start",
        "import threading; threading.Thread.start = None",
        r"replaced .*Thread\.start",
    ),
    disturbing(
        "moves temporary files to nowhere",
        "import tempfile; tempfile.tempdir = '/nowhere'",
        "tempfile.tempdir",
    ),
]

SETTINGS = [
    disturbing("changes the directory", "import os; os.chdir('/')", "changed the working directory to /"),
    disturbing("deletes the directory it changed to", _NO_DIRECTORY, "changed the working directory"),
    disturbing("hides a change of directory", _STALE_DIRECTORY, "replaced os.getcwd|changed the working dir"),
    disturbing("changes sys.argv", "import sys; sys.argv[:] = ['x']", "changed sys.argv"),
    disturbing("replaces sys.argv", "import sys; sys.argv = ['x']", "changed sys.argv"),
    disturbing("empties sys.path", "import sys; sys.path[:] = []", "took entries away"),
    disturbing(
        "empties the environment", "import os; os.environ.clear()", "changed the environment variable"
    ),
    disturbing("changes variables", _SEVERAL_KEYS, "changed the environment variable"),
    disturbing(
        "disables a neighbour", "import os; os.environ['FTKIT_BUILTIN_ONLY'] = '1'", "FTKIT_BUILTIN_O"
    ),
    disturbing("adds a variable of its own", "import os; os.environ['CULPRIT_HOME'] = '/x'", ""),
    disturbing("silences warnings", "import warnings; warnings.simplefilter('ignore')", "warnings filter"),
    disturbing(
        "sets a warnings filter for no category",
        "import warnings; warnings.filters.insert(0, ('ignore', None, None, None, 0))",
        "warnings filter",
    ),
    disturbing(
        "sets a warnings filter that is none",
        "import warnings; warnings.filters.insert(0, ('x',))",
        "warnings filter",
    ),
    disturbing("sets up logging", "import logging; logging.basicConfig(level=1)", "root logger"),
    disturbing("switches logging off", "import logging; logging.disable()", "root logger"),
    disturbing("takes SIGINT", "import signal; signal.signal(2, signal.SIG_IGN)", "handler of SIGINT"),
    disturbing("takes SIGTERM", "import signal; signal.signal(15, lambda *_: 0)", "handler of SIGTERM"),
    disturbing(
        "takes a real-time signal", "import signal; signal.signal(40, lambda *_: 0)", "handler of .*40"
    ),
    disturbing("sets an alarm", "import signal; signal.alarm(1)", "set an alarm"),
    disturbing("sets a timer", "import signal; signal.setitimer(signal.ITIMER_PROF, 60)", "timer|alarm"),
    disturbing("raises the recursion limit", "import sys; sys.setrecursionlimit(10**6)", "recursion limit"),
    disturbing("sets a trace function", "import sys; sys.settrace(lambda *_: None)", "set a trace function"),
    disturbing(
        "sets a profile function", "import sys; sys.setprofile(lambda *_: 0)", "set a profile function"
    ),
    disturbing("changes the umask", "import os; os.umask(0o777)", "changed the umask"),
]

IMPORT_SYSTEM = [
    disturbing(
        "removes ftkit from sys.modules", _NO_FTKIT, "removed modules|returned TaskInfo, not|not a Column"
    ),
    disturbing(
        "removes all of sys.modules",
        "import sys; sys.modules.clear()",
        "removed modules|raised|returned TaskInfo|needs the module",
    ),
    disturbing(
        "replaces a module in sys.modules",
        "import sys; sys.modules['json'] = None",
        "removed modules from sys.modules|raised|needs the module",
    ),
    disturbing(
        "takes the import finders away",
        "import sys; sys.meta_path.clear()",
        "took finders away|raised|needs the module",
    ),
    disturbing(
        "takes the path hooks away",
        "import sys; sys.path_hooks.clear(); sys.path_importer_cache.clear()",
        "path_hooks|raised|needs the module",
    ),
    disturbing("adds a finder that exits", _FINDER, r"ended the program|sys\.meta_path|raised"),
]

AFTERWARDS = [
    importing(
        "forks a copy that goes on", "import os\nif os.fork() == 0: pass", "forked", line=3, child_only=True
    ),
    disturbing(
        "leaves a thread that never ends",
        _THREAD.format("def mole(): time.sleep(600)", "mole, name='mole'"),
        "left a thread running: 'mole'|keeps the process",
        fatal=True,
    ),
    disturbing(
        "leaves a thread that prints",
        "import threading, time\ndef chat():\n    while True: print('chat'); time.sleep(.01)\n"
        "threading.Thread(target=chat, daemon=True).start()",
        "left a thread running|a thread raised|to stdout",
        fatal=True,
    ),
    disturbing(
        "leaves a thread that raises",
        _THREAD.format("def late():\n    time.sleep(.3); 1 / 0", "late"),
        "left a thread running|a thread raised",
    ),
    importing(
        "raises at exit",
        "import atexit\ndef late(): 1 / 0\natexit.register(late)",
        "raised while ending",
        line=3,
        child_only=True,
    ),
    importing(
        "ends at exit",
        "import atexit, os\natexit.register(lambda: os._exit(7))",
        r"called os._exit\(7\)",
        line=3,
        fatal=True,
    ),
    disturbing(
        "prints at exit",
        "import atexit\natexit.register(print, 'bye')",
        "to stdout after its import",
        fatal=True,
    ),
]

STATE = [*PATCHES, *SETTINGS, *IMPORT_SYSTEM, *AFTERWARDS]
