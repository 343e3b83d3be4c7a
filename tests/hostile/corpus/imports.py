"""Plugins whose import fails, or ends the process."""

from __future__ import annotations

from hostile.corpus.builders import importing

_RAISING_STR = "class E(Exception):\n    def __str__(self): {}\nraise E"
_UNTRACEABLE = (
    "class E(Exception):\n    __traceback__ = property(lambda self: 1 / 0)\n"
    "    __class__ = property(lambda self: 1 / 0)\nraise E"
)
_HOSTILE_CLASS = (
    "class M(type):\n    def __instancecheck__(cls, one): 1 / 0\n"
    "    __name__ = property(lambda cls: 1 / 0)\nclass E(Exception, metaclass=M): ...\nraise E"
)
_HOSTILE_CODE = "class W:\n    def __str__(self): 1 / 0\n    __repr__ = __str__\nraise SystemExit(W())"
_FORGED = (
    "import os, pathlib, time\nwords = pathlib.Path('/proc/self/cmdline').read_text().split('\\0')\n"
    "for word in words:\n    if 'ftkit-probe-' in word: pathlib.Path(word, 'report.json').write_text('[]')\n"
    "time.sleep(.3); os._exit(0)"
)
_NO_FILES = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))"
_NO_BYTES = (
    "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))"
)
_BROKEN_FTKIT = (
    "import ftkit, ftkit.errors, ftkit.registry.loading as loading\n"
    "loading.BrokenPlugin = ftkit.TaskInfo = ftkit.errors.Fault = None"
)

IMPORTS = [
    importing("needs a module that is not installed", "import no_such_module", "needs the module no_such_m"),
    importing("has a syntax error", "def broken(:", "SyntaxError"),
    importing("has bytes that are no source", "\0", "SyntaxError|ValueError", line=None),
    importing("raises while imported", "1 / 0", "raised ZeroDivisionError"),
    importing("imports a name that is not there", "from os import no_such_name", "raised ImportError"),
    importing("asserts falsely", "assert False, 'never'", "raised AssertionError: never"),
    importing("exits with SystemExit", "raise SystemExit(0)", r"ended the program \(SystemExit: 0\)"),
    importing("exits with a long message", "import sys; sys.exit('no ' * 1000)", "ended the program"),
    importing("exits with what can't be shown", _HOSTILE_CODE, "ended the program", line=5),
    importing("raises KeyboardInterrupt", "raise KeyboardInterrupt", "raised KeyboardInterrupt"),
    importing("raises GeneratorExit", "raise GeneratorExit", "raised GeneratorExit"),
    importing("raises its own BaseException", "class E(BaseException): ...\nraise E", "culprit.E", line=3),
    importing("raises what can't be shown", _RAISING_STR.format("1 / 0"), "raised culprit.E", line=4),
    importing("exits while shown", _RAISING_STR.format("raise SystemExit(5)"), "raised culprit.E", line=4),
    importing("raises what can't be traced", _UNTRACEABLE, "raised culprit.E", line=None),
    importing("raises a class that raises", _HOSTILE_CLASS, "raised culprit.E", line=6),
    importing(
        "raises a group of exceptions",
        "raise BaseExceptionGroup('g', [SystemExit(1), ValueError('x')])",
        "raised BaseExceptionGroup: g|raised NameError",  # the class is new in Python 3.11
    ),
    importing(
        "raises with a note",
        "e = ValueError('real'); e.__notes__ = ['a note']; raise e",
        "raised ValueError: real",
    ),
    importing(
        "raises fifty megabytes",
        "raise Exception('x' * 50_000_000)",
        "raised Exception: x{100}",
    ),
    importing(
        "steers the terminal from an exception",
        "raise Exception('a\\nb\\n\\x1b[31mred\\n{\"json\": 1}')",
        "raised Exception: a",
        printed=True,
    ),
    importing(
        "raises with a surrogate",
        "raise Exception('\\udcff bad')",
        "raised Exception: .* bad",
        printed=True,
    ),
    importing(
        "misses a module whose name is a number",
        "raise ModuleNotFoundError('gone', name=42)",
        "raised ModuleNotFoundError: gone|needs the module 42",
    ),
    importing(
        "makes up a syntax error",
        "raise SyntaxError('x', ('no file', None, None, None))",
        "raised SyntaxError: x",
        line=None,
    ),
    importing(
        "makes up a syntax error in file 42",
        "e = SyntaxError('x'); e.filename = 42; e.lineno = 'x'; raise e",
        "raised SyntaxError: x",
        line=None,
    ),
    importing("recurses without end", "def f(): f()\nf()", "raised RecursionError"),
    importing("asks for all memory", "bytearray(1 << 62)", "raised (MemoryError|OverflowError)"),
    importing("ends with os._exit(0)", "import os; os._exit(0)", r"called os._exit\(0\)", fatal=True),
    importing("ends with os._exit(3)", "import os; os._exit(3)", r"called os._exit\(3\)", fatal=True),
    importing(
        "forges a report and ends",
        _FORGED,
        r"called os._exit\(0\)|interfered with its own trial",
        line=None,
        fatal=True,
    ),
    importing("reads address zero", "import ctypes; ctypes.string_at(0)", "crashed.*SIGSEGV", fatal=True),
    importing(
        "crashes without a trace",
        "import ctypes, faulthandler; faulthandler.disable(); ctypes.string_at(0)",
        "crashed.*SIGSEGV",
        line=None,
        fatal=True,
    ),
    importing("aborts", "import os; os.abort()", "crashed.*SIGABRT", fatal=True),
    importing("kills itself", "import os; os.kill(os.getpid(), 9)", "sent signal 9", fatal=True),
    importing(
        "sends itself a signal without a name",
        "import os, signal; os.kill(os.getpid(), 40)",
        "sent signal 40 to the process",
        fatal=True,
    ),
    importing(
        "raises a signal without a name",
        "import signal; signal.raise_signal(40)",
        r"crashed the process \(signal 40\)",
        line=None,
        fatal=True,
    ),
    importing(
        "stops itself",
        "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
        "gave no answer|sent signal 19",
        line=None,
        fatal=True,
    ),
    importing(
        "is ended by a timer of its own",
        "import signal; signal.setitimer(signal.ITIMER_PROF, .001)\nwhile True: pass",
        "SIGPROF",
        line=None,
        fatal=True,
    ),
    importing(
        "becomes another program",
        "import os; os.execvp('true', ['true'])",
        "replaced the process",
        fatal=True,
    ),
    importing(
        "forks a child that stays",
        "import os\nif os.fork() == 0: import time; time.sleep(600)",
        "forked",
        line=3,
        fatal=True,
    ),
    importing("sleeps for ever", "import time; time.sleep(10**6)", "gave no answer", fatal=True),
    importing("loops for ever", "while True: pass", "gave no answer", fatal=True),
    importing(
        "leaves no descriptor free",
        _NO_FILES,
        "Too many open files|ended the process with status|back: OSError",
        line=None,
        fatal=True,
    ),
    importing(
        "forbids files with content",
        _NO_BYTES,
        "File too large|ended the process with status|handler of SIGXFSZ|back: OSError",
        line=None,
        fatal=True,
    ),
    importing(
        "breaks ftkit's own modules",
        _BROKEN_FTKIT,
        "raised|ended the process with status|returned",
        line=None,
        fatal=True,
    ),
    importing(
        "empties ftkit's own tables",
        "import ftkit.kinds as k; k.KINDS.clear()",
        "raised|ended the process with status",
        line=None,
        fatal=True,
    ),
]
