"""Whatever a cell does to its process is an outcome with a reason."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from ftkit.comparing import process
from ftkit.comparing.folder import FAILED, FINISHED, read_outcome
from ftkit.comparing.process import CellJob, Stopped

FINISH = """
import json, sys
open(sys.argv[1], "w").write(json.dumps({"status": "finished", "error": "", "seconds": 3.5, "threads": 1}))"""


def job(folder: Path, timeout: float = 30) -> CellJob:
    return CellJob(Path("cell.yaml"), Path("cell.json"), Path("cell.log"), folder, timeout, threads=1)


def wait_for_the_end_of(pid: int) -> None:
    """Return once a process, which nobody may be left to reap, computes no more."""
    deadline = time.monotonic() + 100
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Let a cell's process run some code instead."""

    def use(code: str, timeout: float = 30) -> CellJob:
        command = [sys.executable, "-c", code, str(tmp_path / "cell.json")]
        monkeypatch.setattr(process, "module_command", lambda *_: command)
        return job(tmp_path, timeout)

    return use


def test_a_cell_that_ends_well_has_finished(running) -> None:
    outcome = running(FINISH).run()
    assert (outcome.status, outcome.error, outcome.seconds) == (FINISHED, "", 3.5)


def test_a_process_that_crashes_once_its_run_is_done_has_finished(running) -> None:
    assert running(f"{FINISH}; import os; os.abort()").run().status == FINISHED


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import os; os.abort()", "the process crashed (SIGABRT)"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "the process crashed (SIGSEGV)"),
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
            "the process was killed (SIGKILL), as the operating system does where memory runs out",
        ),
        ("import os; os._exit(0)", "the process ended with status 0"),
        ("raise MemoryError('no room')", "the process ended with status 1: MemoryError: no room"),
        (
            "import sys; print('a warning\\nerror: out of memory\\nlower it', file=sys.stderr); sys.exit(2)",
            "out of memory\nlower it",
        ),
    ],
)
def test_a_cell_that_doesnt_end_well_says_why(running, code: str, said: str) -> None:
    wanted = running(code)
    outcome = wanted.run()
    assert (outcome.status, outcome.error) == (FAILED, said)
    assert (wanted.working_directory / "cell.json").is_file()


@pytest.mark.parametrize("cut", ["", '{"status": "fini', "[]", '{"stat": "finished"}'])
def test_an_outcome_that_is_not_whole_is_none(running, tmp_path: Path, cut: str) -> None:
    (tmp_path / "cell.json").write_text(cut)
    assert read_outcome(tmp_path / "cell.json") is None
    failed = running("import os; os._exit(0)").run()
    assert (failed.status, read_outcome(tmp_path / "cell.json")) == (FAILED, failed)
    assert not list(tmp_path.glob(".*"))


def test_a_cell_that_hangs_is_ended_with_all_that_it_started(
    running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid = tmp_path / "pid"
    start = iter((0.0, 0.0))  # of the cell, and of its patience

    def monotonic() -> float:
        """A clock that stands still until the cell is where it hangs, however slow this machine is."""
        return next(start, 1e6 if pid.exists() and pid.read_text() else 0.0)

    monkeypatch.setattr(process, "time", SimpleNamespace(monotonic=monotonic))
    child = "import subprocess, sys, time; child = subprocess.Popen(['sleep', '600']); "
    child += f"open({str(pid)!r}, 'w').write(str(child.pid)); time.sleep(600)"
    assert running(child, timeout=2).run().error == "it hung: no result within 2 s"
    wait_for_the_end_of(int(pid.read_text()))


def test_a_cell_that_is_stopped_is_asked_to_save_and_has_no_outcome(running, tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    code = f"""
import signal, sys, time
def save(*_):
    open({str(saved)!r}, "w").close()
    sys.exit(143)
signal.signal(signal.SIGTERM, save)
open({str(tmp_path / "ready")!r}, "w").close()
time.sleep(600)
"""
    stop = threading.Event()

    def stop_once_ready() -> None:
        while not (tmp_path / "ready").exists():
            time.sleep(0.02)
        stop.set()

    threading.Thread(target=stop_once_ready).start()
    with pytest.raises(Stopped):
        running(code).run(stop)
    assert saved.exists()
    assert not (tmp_path / "cell.json").exists()


def test_a_cell_ends_when_whoever_started_it_is_killed(tmp_path: Path) -> None:
    waiting = (
        "import os, threading, time; from ftkit.comparing.cell import _end_with_parent; "
        "threading.Thread(target=_end_with_parent, daemon=True).start(); "
        f"open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    )
    cell = f"[sys.executable, '-c', {waiting!r}], stdin=subprocess.PIPE, start_new_session=True"
    start = f"subprocess.Popen({cell})"
    parent = subprocess.Popen(
        [sys.executable, "-c", f"import subprocess, sys, time; {start}; time.sleep(600)"]
    )
    deadline = time.monotonic() + 200
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    parent.kill()
    parent.wait()
    wait_for_the_end_of(int((tmp_path / "pid").read_text()))
