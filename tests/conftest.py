"""What the whole suite shares: one thread, a cache of its own, and the closing line of the hostile corpus."""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Sequence
from typing import Any

import hypothesis
import pytest

from support.program import CACHE

_KINDS = pytest.StashKey[set[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Give this process and those that it starts one thread, and a cache that is gone at the end.

    One thread each, because tests run side by side and start programs of their own: threads that wait for
    each other on cores that are taken make a step take ten times as long.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    folder = tempfile.TemporaryDirectory(prefix="ftkit-cache-")
    config.add_cleanup(folder.cleanup)
    os.environ[CACHE] = folder.name
    hypothesis.settings.register_profile(
        "ftkit", deadline=None
    )  # no test asserts a time, drawn ones included
    hypothesis.settings.load_profile("ftkit")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Keep which kinds of broken plugin are to be tried; spare collections of garbage what is there by now.

    Trainings collect garbage, and would look through a million objects of tests and imported libraries.
    """
    gc.collect()
    gc.freeze()
    _keep(session.config, [item.nodeid for item in session.items])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any, ids: Sequence[str]) -> None:
    """Keep the same where only the workers collect."""
    _keep(node.config, ids)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print how many kinds of broken plugin ftkit survived, of all that were to be tried."""
    kinds = config.stash.get(_KINDS, set())
    passed, failed = (
        {report.nodeid for outcome in outcomes for report in terminalreporter.getreports(outcome)}
        for outcomes in (("passed",), ("failed", "error"))
    )
    if kinds & (passed | failed):
        survived = len(kinds & passed - failed)
        terminalreporter.write_line(f"hostile plugins survived: {survived}/{len(kinds)}")


def _keep(config: pytest.Config, tests: Sequence[str]) -> None:
    kinds = {each for each in tests if "test_survival.py::test_neighbours_work" in each}
    config.stash.setdefault(_KINDS, set()).update(kinds)
