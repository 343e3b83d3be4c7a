"""Every kind of broken plugin: its neighbours work, the culprit is named, the process stays as it was.

    pytest -m "slow or not slow" tests/hostile

tries them all; four programs are run for each, which is why the default suite takes every sixth.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NoReturn

import pytest

from hostile.corpus import CORPUS, Kind
from support.program import Outcome, run_ftkit, run_python
from support.wheels import install, task_distribution, unpack

TIMEOUT = "6"
EVERY = 6
WITHOUT_BUILTINS = {"FTKIT_DISABLE_PLUGINS": "ftkit"}
_LONGEST = 2000  # characters of a problem's text

_IN_PROCESS = Path(__file__).with_name("in_process.py").read_text(encoding="utf-8")


def _param(number: int, kind: Kind) -> Any:
    """Every sixth kind is tried by default, all of them by name."""
    marks = () if number % EVERY == 0 else pytest.mark.slow
    return pytest.param(kind, id=kind.title.replace(" ", "-"), marks=marks)


@pytest.fixture(scope="session")
def neighbours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two healthy tasks: `echo` is loaded before and after the culprit, `fresh` only after it."""
    both = [task_distribution("echo"), task_distribution("fresh")]
    return install(both, tmp_path_factory.mktemp("neighbours"))


@pytest.fixture(params=[_param(number, kind) for number, kind in enumerate(CORPUS)])
def kind(request: pytest.FixtureRequest) -> Kind:
    chosen: Kind = request.param
    return chosen


def test_neighbours_work_and_culprit_is_named(kind: Kind, neighbours: Path, tmp_path: Path) -> None:
    sites = [unpack(kind.distributions, tmp_path), neighbours]
    kind.mangle(sites[0])
    _listing_shows_both(kind, sites)
    _neighbour_can_be_shown(sites)
    _process_stays_as_it_was_and_disabling_works(kind, sites, tmp_path)
    _check_blames_the_culprit_alone(kind, sites)
    if kind.printed:
        _every_command_prints_text_that_any_terminal_takes(sites)


def test_titles_of_the_corpus_are_unique_so_that_each_kind_counts_once() -> None:
    titles = [kind.title for kind in CORPUS]
    assert sorted(set(titles)) == sorted(titles)


def _listing_shows_both(kind: Kind, sites: list[Path]) -> None:
    listed = run_ftkit("list-plugins", "--json", sites=sites)
    assert listed.status == 0, listed.err
    rows = {(row["distribution"], row["status"]) for row in _strict_json(listed)}
    assert {("echo", "ok"), ("fresh", "ok")} <= rows
    if kind.status != "gone":
        assert ("culprit", kind.status) in rows


def _neighbour_can_be_shown(sites: list[Path]) -> None:
    shown = run_ftkit("show", "echo", "--json", sites=sites)
    assert shown.status == 0, shown.err
    assert _strict_json(shown)["healthy"] is True


def _process_stays_as_it_was_and_disabling_works(kind: Kind, sites: list[Path], folder: Path) -> None:
    tolerable = "fatal" if kind.fatal else "tolerable"
    ran = run_python("-c", _IN_PROCESS, tolerable, kind.axis, sites=sites, cwd=folder)
    assert ran.status == 0, ran.err
    report, last_line = ran.out.splitlines()
    assert last_line == "stdout works"
    told = json.loads(report)
    assert told["after"] == told["before"]
    assert told["parsed"] == ["x", "x", "x"]
    assert told["survivors"] == []
    if kind.status == "ok" and kind.problem and not kind.fatal and not kind.child_only:
        assert "culprit 1.0" in told["blamed"]
        assert re.search(kind.problem, told["blamed"]), told["blamed"]


def _check_blames_the_culprit_alone(kind: Kind, sites: list[Path]) -> None:
    checked = run_ftkit("check-plugins", "--json", "--timeout", TIMEOUT, sites=sites, **WITHOUT_BUILTINS)
    rows = _strict_json(checked)
    healthy = {row["distribution"]: row["healthy"] for row in rows}
    assert (healthy["echo"], healthy["fresh"]) == (True, True), rows
    if kind.status == "gone":
        return
    faults = [fault for row in rows if row["distribution"] == "culprit" for fault in row["faults"]]
    if not kind.problem:
        assert faults == []
        assert checked.status == 0
        return
    assert checked.status == 1
    assert faults
    for fault in faults:
        said = f"{fault['hook']} {fault['problem']}"
        assert re.search(kind.problem, said), said
        assert len(said) < _LONGEST
        assert (fault["distribution"], fault["target"] is None) == ("culprit", False)
    places = [f"{fault['file']}:{fault['line']}" if fault["line"] else str(fault["file"]) for fault in faults]
    named = re.escape(kind.place) + ("" if re.search(r":\d+$", kind.place) else r"(:\d+)?")
    assert any(re.search(f"{named}$", place) for place in places), places


def _every_command_prints_text_that_any_terminal_takes(sites: list[Path]) -> None:
    json_commands = [["list-plugins", "--json"], ["show", "culprit", "--json"], ["check-plugins", "--json"]]
    texts = [["list-plugins"], ["show", "culprit"], ["check-plugins"]]
    for encoding in ("utf-8", "ascii"):
        env = WITHOUT_BUILTINS | {"PYTHONIOENCODING": encoding}
        for command in json_commands + texts:
            printed = run_ftkit(*command, sites=sites, **env)
            assert printed.status in (0, 1, 2), printed.err
            assert "\x1b" not in printed.out + printed.err, command
            assert "Traceback" not in printed.err, printed.err
            if command in json_commands and printed.out:
                _strict_json(printed)


def _strict_json(printed: Outcome) -> Any:
    """What other readers of JSON take: no NaN, no Infinity."""

    def refuse(word: str) -> NoReturn:
        raise ValueError(f"{word} is no JSON")

    return json.loads(printed.out, parse_constant=refuse)
