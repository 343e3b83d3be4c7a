"""What a guarded plugin changes is put back; what it may change is left alone."""

from __future__ import annotations

import os
import signal
import sys
import threading
import warnings
from pathlib import Path

import pytest

from ftkit.registry.guard import Guard
from ftkit.registry.guard.interrupts import UserInterrupt
from support.program import run_python


def test_nothing_done_is_nothing_said() -> None:
    with Guard() as guard:
        pass
    assert guard.disturbances == []


def test_everything_is_put_back_when_the_plugin_raises(capfd: pytest.CaptureFixture[str]) -> None:
    before = (Path.cwd(), list(sys.argv), sys.stdout)
    guard = Guard()
    with pytest.raises(SystemExit), guard:  # noqa: PT012 - what comes before the end is the point
        os.chdir("/")
        sys.argv.append("x")
        print("noise")
        raise SystemExit
    assert (Path.cwd(), list(sys.argv), sys.stdout) == before
    assert len(guard.disturbances) == 3
    assert capfd.readouterr().out == ""


def test_output_of_the_host_comes_out_in_order_round_a_guarded_plugin(
    capfd: pytest.CaptureFixture[str],
) -> None:
    print("before")
    with Guard():
        print("noise")
    print("after")
    assert capfd.readouterr().out == "before\nafter\n"


_TALKING = """
import os
import threading
from ftkit.registry.guard import Guard

stop = threading.Event()
written = []

def talk():
    while not stop.is_set():
        os.write(1, f"line {len(written)}\\n".encode())  # print writes its line end by itself
        written.append(None)

thread = threading.Thread(target=talk)
thread.start()
while len(written) < 5: pass
with Guard() as guard:
    before = len(written)
    while len(written) < before + 5: pass
    os.write(1, b"noise\\n")
stop.set()
thread.join()
assert guard.disturbances == [], guard.disturbances
print(len(written), "lines")
"""


def test_what_the_hosts_other_threads_print_is_neither_lost_nor_laid_at_the_plugins_door() -> None:
    ran = run_python("-c", _TALKING)
    assert ran.status == 0, ran.err
    *lines, last = ran.out.splitlines()
    aside = ran.err.splitlines()
    assert "noise" in aside
    assert sorted([*lines, *aside]) == sorted(
        ["noise", *(f"line {number}" for number in range(int(last.split()[0])))]
    )


def test_narrow_warnings_filters_are_undone_without_blame() -> None:
    before = list(warnings.filters)
    with Guard() as guard:
        warnings.filterwarnings("ignore", message="numpy.ndarray size changed")
    assert warnings.filters == before
    assert guard.disturbances == []


def test_entries_added_to_the_search_path_stay() -> None:
    with Guard() as guard:
        sys.path.append("/vendored")
    assert sys.path.pop() == "/vendored"
    assert guard.disturbances == []


def test_stdin_is_empty_so_that_a_plugin_can_not_eat_the_users_data() -> None:
    with Guard():
        assert sys.stdin.read() == ""
        assert os.read(0, 1) == b""


def test_the_users_own_interrupt_is_told_from_a_plugins() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
    try:
        with pytest.raises(UserInterrupt), Guard():
            signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_guarding_outside_the_main_thread_works_without_signals() -> None:
    seen: list[list[str]] = []

    def work() -> None:
        with Guard() as guard:
            sys.argv = ["x"]
        seen.append(guard.disturbances)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [["changed sys.argv"]]


@pytest.mark.parametrize(
    "entry", [("ignore", None, None, None, 0), ("x",), "no filter", ("ignore", None, 3, None, 0)]
)
def test_a_warnings_filter_that_is_none_hinders_no_other_restoring(entry: object) -> None:
    before = (Path.cwd(), list(sys.argv), list(warnings.filters))
    with Guard() as guard:
        os.chdir("/")
        sys.argv.append("x")
        warnings.filters.insert(0, entry)  # type: ignore[attr-defined]
    assert (Path.cwd(), list(sys.argv), list(warnings.filters)) == before
    assert {"changed the working directory to /", "changed sys.argv"} <= set(guard.disturbances)


@pytest.mark.skipif(not hasattr(signal, "SIGRTMIN"), reason="no real-time signals on this system")
def test_a_handler_of_a_signal_without_a_name_is_put_back_and_reported() -> None:
    number = signal.SIGRTMIN + 6
    with Guard() as guard:
        signal.signal(number, lambda *_: None)
    assert signal.getsignal(number) is signal.SIG_DFL
    assert guard.disturbances == [f"replaced the handler of signal {int(number)}"]


def test_variables_that_a_plugin_adds_stay_but_ftkits_own_and_what_it_changes_are_put_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KEPT", "before")
    monkeypatch.setenv("LOST", "before")
    monkeypatch.delenv("ADDED", raising=False)
    with Guard() as guard:
        os.environ.update(KEPT="after", ADDED="x", FTKIT_DISABLE_PLUGINS="x")
        del os.environ["LOST"]
    assert (os.environ["KEPT"], os.environ["LOST"], os.environ.pop("ADDED")) == ("before", "before", "x")
    assert "FTKIT_DISABLE_PLUGINS" not in os.environ
    for name in ("KEPT", "LOST", "FTKIT_DISABLE_PLUGINS"):
        said = [each for each in guard.disturbances if name in each]
        assert [each.startswith("changed the environment variable") for each in said] == [True]


_CLOSING = """
import os, sys, warnings
from pathlib import Path
from ftkit.registry.guard import Guard
before = (os.getcwd(), list(sys.argv), list(warnings.filters), sys.stdout)
with Guard() as guard:
    os.chdir("/")
    sys.argv.append("x")
    warnings.simplefilter("ignore")
    os.closerange({first}, 4096)
after = (os.getcwd(), list(sys.argv), list(warnings.filters), sys.stdout)
Path(sys.argv[1]).write_text(f"{{after == before}} {{len(guard.disturbances) > 3}}")
"""


@pytest.mark.parametrize("first", [0, 3])
def test_closed_descriptors_hinder_no_other_restoring(first: int, tmp_path: Path) -> None:
    """What the descriptors led to is lost; all else comes back. Told in a file: stdout may be gone."""
    run_python("-c", _CLOSING.format(first=first), str(tmp_path / "told"))
    assert (tmp_path / "told").read_text() == "True True"


_CHATTING = """
import threading
from ftkit.registry.guard import Guard

def chat():
    for _ in range(3000):
        print("chat")

for _ in range(10):
    with Guard():
        threading.Thread(target=chat, daemon=True).start()
print("the end", flush=True)
import os
os._exit(0)
"""


def test_a_thread_that_goes_on_printing_does_not_crash_the_process() -> None:
    """Python's `print` borrows `sys.stdout`: the stream of the guard must outlive what still uses it."""
    ran = run_python("-c", _CHATTING)
    assert ran.status == 0
    assert "the end" in ran.out


def test_a_fork_inside_goes_on_as_one_process_alone() -> None:
    code = "import os\nfrom ftkit.registry.guard import Guard\nwith Guard():\n    os.fork()\nprint('here')"
    ran = run_python("-c", code)
    assert (ran.status, ran.out) == (0, "here\n")


@pytest.mark.parametrize("library", ["torch", "transformers", "peft", "adapters", "datasets"])
@pytest.mark.slow
def test_importing_a_library_of_the_field_is_no_disturbance(library: str) -> None:
    code = (
        f"from ftkit.registry.guard import Guard\nwith Guard() as g: import {library}\nprint(g.disturbances)"
    )
    assert run_python("-c", code).out == "[]\n"
