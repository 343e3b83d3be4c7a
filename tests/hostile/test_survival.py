"""Every kind of broken plugin: its neighbour works, the culprit is named, the process stays as it was."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from hostile.corpus import CORPUS, IMPORTS, METADATA, Kind
from support.program import run_ftkit, run_python
from support.wheels import install, task_distribution

TIMEOUT = "6"

_IN_PROCESS = """
import json, os, signal, sys, threading, warnings, logging, importlib.metadata
from ftkit import PluginError, list_plugins, load_plugins
from ftkit.registry.catalogue import read_catalogue

def state():
    handlers = [str(signal.getsignal(n)) for n in sorted(signal.valid_signals())]
    functions = [id(f) for f in (print, open, importlib.metadata.distributions, sys.excepthook, os._exit)]
    root = logging.getLogger()
    return [os.getcwd(), list(sys.argv), sys.stdout is sys.__stdout__, sys.stdout.closed, handlers, functions,
            list(map(str, warnings.filters)), root.level, len(root.handlers), root.manager.disable,
            sys.getrecursionlimit(), len(sys.path)]

load_plugins(task="echo")
before = state()
blamed = ""
if sys.argv[1] == "tolerable":
    try:
        load_plugins(task="culprit")
    except PluginError as error:
        blamed = str(error)
load_plugins(task="echo").manager.hook.parse_output(text="x", options={})
after = state()

def culprits(**variables):
    return [r for r in read_catalogue(variables).records if r.distribution.name == "culprit"]

# By the distribution's name all of it, by a plugin's name that plugin.
survivors = [r.name for r in culprits(FTKIT_DISABLE_PLUGINS="culprit") if r.status != "disabled"]
for name in [r.name for r in culprits() if r.kind]:
    survivors += [r.name for r in culprits(FTKIT_DISABLE_PLUGINS=name)
                  if r.name == name and r.status != "disabled"]
print(json.dumps({"before": before, "after": after, "blamed": blamed, "survivors": survivors}))
"""


@pytest.fixture(scope="session")
def neighbour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install([task_distribution("echo")], tmp_path_factory.mktemp("neighbour"))


@pytest.fixture(params=CORPUS, ids=[kind.title.replace(" ", "-") for kind in CORPUS])
def kind(request: pytest.FixtureRequest) -> Kind:
    chosen: Kind = request.param
    return chosen


def test_neighbour_works_and_culprit_is_named(kind: Kind, neighbour: Path, tmp_path: Path) -> None:
    sites = [install(kind.distributions, tmp_path), neighbour]
    kind.mangle(sites[0])
    _listing_shows_both(kind, sites)
    _neighbour_can_be_shown(sites)
    _process_stays_as_it_was_and_disabling_works(kind, sites, tmp_path)
    _check_blames_the_culprit_alone(kind, sites)


def _listing_shows_both(kind: Kind, sites: list[Path]) -> None:
    listed = run_ftkit("list-plugins", "--json", sites=sites)
    assert listed.status == 0, listed.err
    rows = {(row["distribution"], row["status"]) for row in listed.json}
    assert ("echo", "ok") in rows
    if kind.status != "gone":
        assert ("culprit", kind.status) in rows
    if kind in METADATA:
        table = run_ftkit("list-plugins", sites=sites)
        assert table.status == 0
        assert "\x1b" not in table.out


def _neighbour_can_be_shown(sites: list[Path]) -> None:
    shown = run_ftkit("show", "echo", "--json", sites=sites)
    assert shown.status == 0, shown.err
    assert shown.json["healthy"] is True


def _process_stays_as_it_was_and_disabling_works(kind: Kind, sites: list[Path], folder: Path) -> None:
    tolerable = "fatal" if kind.fatal else "tolerable"
    ran = run_python("-c", _IN_PROCESS, tolerable, sites=sites, cwd=folder)
    assert ran.status == 0, ran.err
    told = json.loads(ran.out)
    assert told["before"] == told["after"]
    assert told["survivors"] == []
    if kind in IMPORTS and not kind.fatal:
        assert "culprit 1.0" in told["blamed"]


def _check_blames_the_culprit_alone(kind: Kind, sites: list[Path]) -> None:
    checked = run_ftkit("check-plugins", "--json", "--timeout", TIMEOUT, sites=sites)
    rows = checked.json
    [echo] = [row for row in rows if row["distribution"] == "echo"]
    assert echo["healthy"] is True, echo
    if kind.status == "gone":
        return
    faults = [fault for row in rows if row["distribution"] == "culprit" for fault in row["faults"]]
    if not kind.problem:
        assert faults == []
        assert checked.status == 0
        return
    assert checked.status == 1
    blamed = [fault for fault in faults if re.search(kind.problem, f"{fault['hook']} {fault['problem']}")]
    assert blamed, faults
    assert all(fault["distribution"] == "culprit" and fault["target"] is not None for fault in faults)
    places = [f"{fault['file']}:{fault['line']}" if fault["line"] else str(fault["file"]) for fault in blamed]
    assert any(place.endswith(kind.place) for place in places), places
