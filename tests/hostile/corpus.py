"""Kinds of broken and hostile plugin distributions, each with what must be said of it.

Every kind is a distribution `culprit` that declares a task `culprit`, unless it says otherwise. Its module
is a whole, working task plugin but for the one thing that is wrong with it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from support.wheels import ECHO_HOOKS, PluginDistribution, task_distribution

INFO = "culprit-1.0.dist-info"


@dataclass
class Kind:
    """One kind of broken plugin.

    Attributes:
        title: What is wrong, for the test's name.
        problem: Pattern of the problem that `check-plugins` must name; empty for the harmless ones.
        distributions: What is installed.
        place: End of the `file:line` that must be named, where there is a line to name.
        status: The culprit's status in the listing.
        fatal: Whether importing it ends or hangs a process, so that only a child may try.
        mangle: Damage done to the installed files.
    """

    title: str
    problem: str
    distributions: list[PluginDistribution] = field(default_factory=lambda: [task_distribution("culprit")])
    place: str = ""
    status: str = "ok"
    fatal: bool = False
    mangle: Callable[[Path], None] = lambda _site: None


def importing(title: str, code: str, problem: str, *, line: int | None = 2, fatal: bool = False) -> Kind:
    """A plugin whose module runs `code`, from its second line on, before it defines its hooks."""
    body = f'"""A culprit."""\n{code}\n{ECHO_HOOKS}'
    place = f"culprit.py:{line}" if line else "culprit.py"
    return Kind(title, problem, [task_distribution("culprit", body)], place, fatal=fatal)


def hooks(
    title: str, old: str, new: str, problem: str, *, at: str = "@hookimpl", fatal: bool = False
) -> Kind:
    """A plugin whose hooks have `new` where a right one has `old`.

    The line to name is the one that begins the last `at` up to the end of `new`; none where it is empty.
    """
    assert old in ECHO_HOOKS
    body = '"""A culprit."""\n' + ECHO_HOOKS.replace(old, new)
    changed = body[: body.index(new) + len(new)]
    place = f"culprit.py:{changed[: changed.rindex(at)].count(chr(10)) + 1}" if at else "culprit.py"
    return Kind(title, problem, [task_distribution("culprit", body)], place, fatal=fatal)


def declaring(title: str, line: str, problem: str, *, status: str = "unreadable", **changes: object) -> Kind:
    """A distribution whose entry point is written `line`."""
    distribution = task_distribution("culprit", entry_points=f"[ftkit.tasks]\n{line}\n")
    place = "entry_points.txt" if status != "ok" else ""
    return Kind(title, problem, [distribution], place, status, **changes)  # type: ignore[arg-type]


def damaged(title: str, mangle: Callable[[Path], None], problem: str, **changes: object) -> Kind:
    """A right distribution whose installed files were damaged afterwards."""
    values = {"status": "unreadable", "place": "entry_points.txt", "mangle": mangle}
    return Kind(title, problem, **(values | changes))  # type: ignore[arg-type]


IMPORTS = [
    importing("needs a module that is not installed", "import no_such_module", "needs the module no_such_m"),
    importing("has a syntax error", "def broken(:", "SyntaxError"),
    importing("has bytes that are no source", "\0", "SyntaxError|ValueError", line=None),
    importing("raises while imported", "1 / 0", "raised ZeroDivisionError"),
    importing("imports a name that is not there", "from os import no_such_name", "raised ImportError"),
    importing("asserts falsely", "assert False, 'never'", "raised AssertionError: never"),
    importing("exits with SystemExit", "raise SystemExit(0)", r"ended the program \(SystemExit: 0\)"),
    importing("raises KeyboardInterrupt", "raise KeyboardInterrupt", "raised KeyboardInterrupt"),
    importing("raises GeneratorExit", "raise GeneratorExit", "raised GeneratorExit"),
    importing(
        "raises a BaseException of its own",
        "class E(BaseException): ...\nraise E",
        "raised culprit.E",
        line=3,
    ),
    importing(
        "raises an exception that can't be shown",
        "class E(Exception):\n    def __str__(self): 1 / 0\nraise E",
        "raised",
        line=4,
    ),
    importing("recurses without end", "def f(): f()\nf()", "raised RecursionError"),
    importing("asks for all memory", "bytearray(1 << 62)", "raised (MemoryError|OverflowError)"),
    importing("ends with os._exit(0)", "import os; os._exit(0)", r"called os._exit\(0\)", fatal=True),
    importing("ends with os._exit(3)", "import os; os._exit(3)", r"called os._exit\(3\)", fatal=True),
    importing("reads address zero", "import ctypes; ctypes.string_at(0)", "crashed.*SIGSEGV", fatal=True),
    importing("aborts", "import os; os.abort()", "crashed.*SIGABRT", fatal=True),
    importing("kills itself", "import os; os.kill(os.getpid(), 9)", "sent signal 9", fatal=True),
    importing(
        "becomes another program",
        "import os; os.execvp('true', ['true'])",
        "replaced the process",
        fatal=True,
    ),
    importing(
        "forks", "import os\nif os.fork() == 0: import time; time.sleep(600)", "forked", line=3, fatal=True
    ),
    importing("sleeps for ever", "import time; time.sleep(10**6)", "gave no answer", fatal=True),
    importing("loops for ever", "while True: pass", "gave no answer", fatal=True),
]

NOISE = [
    importing("prints", "print('hello')", "wrote 6 bytes to stdout: 'hello", line=None),
    importing("prints ten megabytes", "print('x' * 10_000_000)", "wrote 10000001 bytes", line=None),
    importing("writes to descriptor 1", "import os; os.write(1, b'raw')", "wrote 3 bytes", line=None),
    importing("lets a child print", "import os; os.system('echo hi')", "wrote 3 bytes", line=None),
    importing("floods stderr", "import sys; sys.stderr.write('x' * 10_000_000)", "", line=None),
    importing("closes sys.stdout", "import sys; sys.stdout.close()", "closed sys.stdout", line=None),
    importing("closes sys.__stdout__", "import sys; sys.__stdout__.close()", "closed", line=None),
    importing("closes descriptor 1", "import os; os.close(1)", "closed file descriptor 1", line=None),
    importing("closes descriptor 2", "import os; os.close(2)", "closed file descriptor 2", line=None),
    importing(
        "replaces sys.stdout", "import io, sys; sys.stdout = io.StringIO()", "replaced sys.stdout", line=None
    ),
    importing("reads stdin", "input('name? ')", "raised EOFError|wrote 6 bytes"),
]

STATE = [
    importing(
        "changes the directory", "import os; os.chdir('/')", "changed the working directory to /", line=None
    ),
    importing("changes sys.argv", "import sys; sys.argv[:] = ['x']", "changed sys.argv", line=None),
    importing("replaces sys.argv", "import sys; sys.argv = ['x']", "changed sys.argv", line=None),
    importing("empties sys.path", "import sys; sys.path[:] = []", "took entries away", line=None),
    importing(
        "silences warnings", "import warnings; warnings.simplefilter('ignore')", "warnings filter", line=None
    ),
    importing("sets up logging", "import logging; logging.basicConfig(level=1)", "root logger", line=None),
    importing("switches logging off", "import logging; logging.disable()", "root logger", line=None),
    importing(
        "takes SIGINT", "import signal; signal.signal(2, signal.SIG_IGN)", "handler of SIGINT", line=None
    ),
    importing(
        "takes SIGTERM", "import signal; signal.signal(15, lambda *_: 0)", "handler of SIGTERM", line=None
    ),
    importing("sets an alarm", "import signal; signal.alarm(1)", "set an alarm", line=None),
    importing(
        "replaces importlib.metadata",
        "import importlib.metadata as m; m.distributions = lambda **_: []",
        "replaced importlib.metadata.distributions",
        line=None,
    ),
    importing(
        "replaces print",
        "import builtins; builtins.print = lambda *_, **__: 0",
        "replaced builtins.print",
        line=None,
    ),
    importing(
        "replaces sys.excepthook",
        "import sys; sys.excepthook = lambda *_: 0",
        "replaced sys.excepthook",
        line=None,
    ),
    importing(
        "raises the recursion limit", "import sys; sys.setrecursionlimit(10**6)", "recursion limit", line=None
    ),
    importing(
        "sets a trace function",
        "import sys; sys.settrace(lambda *_: None)",
        "set a trace function",
        line=None,
    ),
    importing(
        "leaves a thread that never ends",
        "import threading, time\nthreading.Thread(target=time.sleep, args=(600,), name='mole').start()",
        "left a thread running: 'mole'",
        line=None,
        fatal=True,
    ),
    importing(
        "leaves a thread that prints",
        "import threading, time\ndef chat():\n    while True: print('chat'); time.sleep(.01)\n"
        "threading.Thread(target=chat, daemon=True).start()",
        "left a thread running|a thread raised",
        line=None,
        fatal=True,
    ),
    importing(
        "leaves a thread that raises",
        "import threading, time\ndef late():\n    time.sleep(.3); 1 / 0\n"
        "threading.Thread(target=late).start()",
        "left a thread running|a thread raised",
        line=None,
    ),
    importing(
        "raises at exit",
        "import atexit\ndef late(): 1 / 0\natexit.register(late)",
        "raised while ending",
        line=3,
    ),
    importing(
        "ends at exit",
        "import atexit, os\natexit.register(lambda: os._exit(7))",
        r"called os._exit\(7\)",
        line=3,
        fatal=True,
    ),
    importing(
        "prints at exit",
        "import atexit\natexit.register(print, 'bye')",
        "to stdout after its import",
        line=None,
        fatal=True,
    ),
]

TARGETS = [
    importing(
        "replaces itself by None",
        "import sys; sys.modules[__name__] = None",
        "raised|not implemented",
        line=None,
    ),
    importing(
        "replaces itself by an object without hooks",
        "import sys; sys.modules[__name__] = object()",
        "is not implemented",
        line=None,
    ),
    importing(
        "has a __getattr__ that raises", "def __getattr__(name): raise RuntimeError(name)", "", line=None
    ),
    importing(
        "has a __dir__ that raises",
        "def __dir__(): raise RuntimeError('no')",
        "raised RuntimeError: no",
        line=2,
    ),
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
    Kind(
        "names a class and no instance",
        "its target is the class Plugin",
        [
            task_distribution(
                "culprit", "class Plugin: ...\n", entry_points="[ftkit.tasks]\nculprit = culprit:Plugin\n"
            )
        ],
    ),
    Kind(
        "has a property that raises",
        "",
        [
            task_distribution(
                "culprit",
                "import sys\n" + ECHO_HOOKS + "\nclass Plugin:\n"
                "    @property\n    def lazy(self): raise SystemExit(9)\n"
                "    describe_task = staticmethod(describe_task)\n"
                "    format_example = staticmethod(format_example)\n"
                "    parse_output = staticmethod(parse_output)\n"
                "    score = staticmethod(score)\n"
                "plugin = Plugin()\n",
                entry_points="[ftkit.tasks]\nculprit = culprit:plugin\n",
            )
        ],
    ),
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
]

HOOKS = [
    hooks("misspells a hook", "\ndef score(", "\ndef scor(", "is no hook of ftkit"),
    hooks(
        "misspells an argument",
        "def format_example(row)",
        "def format_example(rwo)",
        "unknown argument 'rwo'",
    ),
    hooks(
        "leaves a required hook out",
        "@hookimpl\ndef parse_output(text):\n    return text\n",
        "\n",
        "parse_output|is not implemented",
        at="",
    ),
    hooks(
        "forgets to mark a hook",
        "@hookimpl\ndef parse_output",
        "def parse_output",
        "is not implemented",
        at="def parse",
    ),
    hooks(
        "implements a hook twice",
        "    return {",
        "    return {}\n\n\n@hookimpl(specname='score')\ndef scored(predictions, references):\n    return {",
        "more than once",
    ),
    hooks(
        "writes a hook as a generator",
        "    return text",
        "    yield text",
        "is a generator",
    ),
    hooks(
        "writes a hook as a coroutine",
        "def parse_output",
        "async def parse_output",
        "is asynchronous",
    ),
    hooks(
        "uses the old hookwrapper",
        "@hookimpl\ndef parse_output",
        "@hookimpl(hookwrapper=True)\ndef parse_output",
        "old-style hookwrapper",
    ),
    hooks(
        "wraps without yielding",
        "@hookimpl\ndef parse_output",
        "@hookimpl(wrapper=True)\ndef parse_output",
        "never yields",
    ),
    hooks(
        "gives an argument a default",
        "def parse_output(text)",
        "def parse_output(text='')",
        "a default",
    ),
    hooks(
        "takes anything",
        "def parse_output(text)",
        "def parse_output(text, **rest)",
        "never fills",
    ),
    hooks(
        "implements a hook of another kind",
        "def parse_output(text):\n    return text\n",
        "def parse_output(text):\n    return text\n\n\n"
        "@hookimpl\ndef merge_artifact(model):\n    return model\n",
        "belongs to kind method",
    ),
    hooks(
        "describes itself by a dict",
        "return TaskInfo(",
        "return dict(",
        "returned dict, not TaskInfo",
    ),
    hooks(
        "describes itself by nothing",
        "return TaskInfo(",
        "TaskInfo(",
        "returned NoneType",
    ),
    hooks(
        "raises while it describes itself",
        "    return TaskInfo(",
        "    1 / 0\n    return TaskInfo(",
        "raised ZeroDivisionError",
        at="    1 / 0",
    ),
    hooks(
        "exits while it describes itself",
        "    return TaskInfo(",
        "    raise SystemExit\n    return TaskInfo(",
        "ended the program",
        at="    raise",
    ),
    hooks(
        "hangs while it describes itself",
        "    return TaskInfo(",
        "    while True: pass\n    return TaskInfo(",
        "gave no answer",
        at="    while",
        fatal=True,
    ),
    hooks(
        "prints while it describes itself",
        "    return TaskInfo(",
        "    print('hello')\n    return TaskInfo(",
        "wrote 6 bytes to stdout",
        at="",
    ),
    hooks(
        "describes a negative length",
        "max_output_tokens=8",
        "max_output_tokens=-8",
        "must be positive",
        at="    return TaskInfo",
    ),
    hooks(
        "describes what is no data",
        "max_output_tokens=8",
        "max_output_tokens=8, citation=object()",
        "is no plain data",
    ),
]


def _write(name: str, content: bytes) -> Callable[[Path], None]:
    def mangle(site: Path) -> None:
        (site / INFO / name).write_bytes(content)

    return mangle


def _entry_points_as_folder(site: Path) -> None:
    (site / INFO / "entry_points.txt").unlink()
    (site / INFO / "entry_points.txt").mkdir()


def _stale_copy(site: Path) -> None:
    stale = site / "culprit-0.9.dist-info"
    shutil.copytree(site / INFO, stale)
    (stale / "RECORD").unlink()
    (stale / "entry_points.txt").write_text("[ftkit.tasks]\nculprit = gone\nold = gone\n")


def _linked_site(site: Path) -> None:
    (site / "egg").mkdir()
    info = site / "culprit.egg-info"
    info.mkdir()
    (info / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: culprit\nVersion: 0.1\n")
    (info / "entry_points.txt").write_text("[ftkit.tasks]\nculprit = gone\n")


METADATA = [
    damaged(
        "has an entry-point line that is none",
        _write("entry_points.txt", b"[ftkit.tasks]\nculprit culprit\n"),
        "line 2 of its entry_points.txt",
    ),
    damaged(
        "has entry points that are not UTF-8",
        _write("entry_points.txt", b"[ftkit.tasks]\nculprit = \xff\n"),
        "can't be read",
    ),
    damaged("has METADATA without a name", _write("METADATA", b"Version: 1.0\n"), "gives no Name"),
    damaged("has empty METADATA", _write("METADATA", b""), "gives no Name"),
    damaged("has METADATA that is not UTF-8", _write("METADATA", b"Name: \xff\n"), "can't be read"),
    damaged("lost its METADATA", lambda site: (site / INFO / "METADATA").unlink(), "METADATA is missing"),
    damaged("left a stale copy of its metadata", _stale_copy, "", status="ok"),
    damaged("left an egg-info beside its dist-info", _linked_site, "", status="ok"),
    damaged(
        "left an empty dist-info", lambda site: (site / "culprit-0.1.dist-info").mkdir(), "", status="ok"
    ),
    declaring("has path separators in its name", "../../culprit = culprit", "not made of letters"),
    declaring("has a homoglyph in its name", "culрrit = culprit", "letters outside a-z"),
    declaring("has control characters in its name", "cul\x1b[31mprit = culprit", "not made of letters"),
    declaring("has a name of 300 letters", f"{'c' * 300} = culprit", "has 300 characters"),
    declaring("has code for a value", "culprit = os; print('x')", "is not 'module'"),
    declaring("has an empty value", "culprit =", "is not 'module'"),
    declaring(
        "has a relative module for a value", "culprit = ..culprit:x", "raised|does not exist", status="ok"
    ),
    declaring("has an upper-case name", "CULPRIT = culprit", "", status="ok"),
    declaring("has extras in its entry point", "culprit = culprit [fast]", "", status="ok"),
    Kind(
        "declares one name twice",
        "claimed by culprit 1.0 too",
        [
            task_distribution(
                "culprit", entry_points="[ftkit.tasks]\nculprit = culprit\nCulprit = culprit:x\n"
            )
        ],
        status="conflict",
        place="entry_points.txt",
    ),
    Kind(
        "claims the name of another distribution",
        "claimed by",
        [
            task_distribution("culprit"),
            task_distribution("rival", entry_points="[ftkit.tasks]\nculprit = rival\n"),
        ],
        status="conflict",
        place="entry_points.txt",
    ),
    Kind(
        "requires another ftkit",
        "requires ftkit >=99",
        [task_distribution("culprit", requires=("ftkit>=99",))],
        status="incompatible",
        place="entry_points.txt",
    ),
    Kind(
        "has a requirement that can't be parsed",
        "can't be parsed",
        [task_distribution("culprit", requires=("ftkit >>> 1",))],
        status="unreadable",
        place="entry_points.txt",
    ),
    Kind(
        "steers the terminal from its summary",
        "",
        [task_distribution("culprit", ECHO_HOOKS, summary="\x1b[2J\x1b[31mred")],
    ),
    Kind(
        "has a docstring of ten megabytes",
        "",
        [task_distribution("culprit", f'"""{"x" * 10_000_000}"""\n{ECHO_HOOKS}')],
    ),
]

if hasattr(__import__("os"), "geteuid"):
    METADATA.append(damaged("has a folder for entry points", _entry_points_as_folder, "", status="gone"))

CORPUS = [*IMPORTS, *NOISE, *STATE, *TARGETS, *HOOKS, *METADATA]
