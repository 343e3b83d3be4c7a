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
    with pytest.raises(UserInterrupt), Guard():
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


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


@pytest.mark.parametrize("library", ["torch", "transformers", "peft", "adapters", "datasets"])
@pytest.mark.slow
def test_importing_a_library_of_the_field_is_no_disturbance(library: str) -> None:
    code = (
        f"from ftkit.registry.guard import Guard\nwith Guard() as g: import {library}\nprint(g.disturbances)"
    )
    assert run_python("-c", code).out == "[]\n"
