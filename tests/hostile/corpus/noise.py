"""Plugins that write, read or close what is the program's own."""

from __future__ import annotations

from hostile.corpus.builders import disturbing, importing

_LATE_WRITER = (
    "import os, threading, time\nos.dup2(1, 9)\ndef late():\n    time.sleep(.3); os.write(9, b'late')\n"
    "threading.Thread(target=late).start()"
)
_REPLACED = r"replaced sys\.__?std|replaced sys\.std|closed sys\.std"

NOISE = [
    disturbing("prints", "print('hello')", "wrote 6 bytes to stdout: 'hello"),
    disturbing("prints ten megabytes", "print('x' * 10_000_000)", "wrote 10000001 bytes"),
    disturbing("prints what steers the terminal", r"print('\x1b[2J red \udcff')", "wrote", printed=True),
    disturbing("writes to descriptor 1", "import os; os.write(1, b'raw')", "wrote 3 bytes"),
    disturbing("lets a child print", "import os; os.system('echo hi')", "wrote 3 bytes"),
    disturbing("floods stderr", "import sys; sys.stderr.write('x' * 10_000_000)", ""),
    disturbing(
        "warns of what is deprecated", "import warnings; warnings.warn('old', DeprecationWarning)", ""
    ),
    disturbing("closes sys.stdout", "import sys; sys.stdout.close()", "closed sys.stdout"),
    disturbing("closes sys.__stdout__", "import sys; sys.__stdout__.close()", "closed"),
    disturbing("closes descriptor 1", "import os; os.close(1)", "closed file descriptor 1"),
    disturbing("closes descriptor 2", "import os; os.close(2)", "closed file descriptor 2"),
    disturbing(
        "closes all but the standard streams", "import os; os.closerange(3, 4096)", "close", fatal=True
    ),
    disturbing("closes every descriptor", "import os; os.closerange(0, 4096)", "close", fatal=True),
    disturbing("points descriptor 1 at stderr", "import os; os.dup2(2, 1)", ""),
    disturbing("points descriptor 1 at nothing", "import os; os.dup2(os.open(os.devnull, 1), 1)", ""),
    disturbing("writes late to a copy of stdout", _LATE_WRITER, "left a thread running|to stdout"),
    disturbing("replaces sys.stdout", "import io, sys; sys.stdout = io.StringIO()", "replaced sys.stdout"),
    disturbing("takes all streams away", "import sys; sys.stdin = sys.stdout = sys.stderr = None", _REPLACED),
    importing("reads stdin", "input('name? ')", "raised EOFError|wrote 6 bytes"),
]
