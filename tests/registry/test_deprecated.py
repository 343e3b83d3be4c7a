"""A plugin that uses what will be dropped works, and a warning names it, its distribution and its line."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

import ftkit
from ftkit.deprecations import HOOKS, Deprecation
from ftkit.loading import check_options
from ftkit.registry.registration import _OWNERS
from ftkit.runs.resolving import resolve_recipe
from support.program import run_ftkit
from support.wheels import ECHO, ECHO_HOOKS, task_distribution, unpack

OLD = Deprecation("0.2", "0.4", "read them from the rows")
WITH_OPTION = (
    ECHO_HOOKS.replace("import Column,", "import Option, Column,")
    .replace("max_output_tokens=8,", "max_output_tokens=8, options=(OLD,),")
    .replace(
        "@hookimpl", 'OLD = Option("size", "int", 1, "how big", deprecated="say width")\n\n\n@hookimpl', 1
    )
)
# What a later release would have in its table.
SCHEDULED = """
import ftkit.deprecations as d
d.HOOKS["score.predictions"] = d.Deprecation("0.2", "0.4", "read them from the rows")
"""


@pytest.fixture
def old_score(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A task on the path, one of whose hooks is deprecated as a whole; gives its module."""
    monkeypatch.setitem(HOOKS, "score", OLD)
    monkeypatch.delitem(sys.modules, "aged", raising=False)
    site = unpack([task_distribution("aged", version="1.5")], tmp_path)
    monkeypatch.syspath_prepend(site)
    return site / "aged.py"


def line_of(file: Path, text: str) -> int:
    """The first line that holds a text, counted from 1."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


def test_a_deprecated_hook_warns_at_the_plugins_own_line_and_still_works(old_score: Path) -> None:
    with pytest.warns(ftkit.PluginDeprecation) as caught:
        plugins = ftkit.load_plugins(task="aged")
    [warned] = caught
    assert warned.filename == str(old_score)
    assert warned.lineno == line_of(old_score, "def score") - 1  # with its decorator
    assert str(warned.message) == (
        "plugin task:aged of aged 1.5 [aged], hook score: is deprecated since ftkit 0.2 and goes with 0.4 "
        f"({old_score}:{warned.lineno}); read them from the rows"
    )
    given = {"predictions": ["a"], "references": [["a"]], "options": {}}
    assert plugins.manager.hook.score(**given) == {"exact": 1.0}


def test_a_deprecated_argument_warns_only_who_takes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(HOOKS, "format_example.options", OLD)
    takes = ECHO.replace("def format_example(row)", "def format_example(row, options)")
    both = [task_distribution("takes", takes), task_distribution("leaves")]
    monkeypatch.syspath_prepend(unpack(both, tmp_path))
    with pytest.warns(ftkit.PluginDeprecation, match=r"task:takes .*: its argument 'options' is deprecated"):
        ftkit.load_plugins(task="takes")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ftkit.load_plugins(task="leaves")


@pytest.fixture
def scheduled(tmp_path: Path) -> Path:
    """A site with a task, in which every Python has an argument of one of its hooks deprecated."""
    site = unpack([task_distribution("told")], tmp_path)
    (site / "sitecustomize.py").write_text(SCHEDULED, encoding="utf-8")
    return site


def test_the_command_line_tells_it_once_in_one_line(scheduled: Path) -> None:
    train = ["train", "--model", "t5", "--method", "lora", "--task", "told"]
    ran = run_ftkit(*train, sites=[scheduled])
    assert ran.err.count("deprecated") == 1
    assert ran.err.startswith("warning: plugin task:told of told 1.0 [told], hook score: its argument")


def test_check_plugins_notes_it_and_the_plugin_stays_healthy(scheduled: Path) -> None:
    ended = run_ftkit("check-plugins", "told", "--json", sites=[scheduled])
    assert ended.status == 0, ended.out
    [checked] = ended.json
    [note] = [note for note in checked["notes"] if "deprecated" in note]
    assert note.startswith("plugin task:told of told 1.0 [told], hook score: its argument 'predictions'")


def test_a_deprecated_option_warns_who_gives_it_and_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = unpack([task_distribution("sized", f'"""A task."""\n{WITH_OPTION}')], tmp_path)
    monkeypatch.syspath_prepend(site)

    def resolve(**options: Any) -> None:
        names = {"model": "t5", "method": "lora", "task": "sized", "data": "x"}
        resolve_recipe(ftkit.Recipe(**names, options={"task": options}))

    with pytest.warns(ftkit.PluginDeprecation, match="its option size"):
        check_options(ftkit.load_plugins(task="sized"), {"task": {"size": 2}})
    with pytest.warns(ftkit.PluginDeprecation) as caught:
        resolve(size="2")
    [warned] = caught
    told = "plugin task:sized of sized 1.0 [sized], hook describe_task: its option size is deprecated"
    assert str(warned.message).startswith(told)
    assert str(warned.message).endswith("; say width")
    assert warned.lineno == line_of(site / "sized.py", "def describe_task") - 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        resolve()
        resolve(size=1)  # as a run's own recipe has it
    assert "how big (deprecated: say width)" in run_ftkit("show", "sized", sites=[site]).out


def test_what_is_scheduled_exists_and_is_announced_two_minor_releases_ahead() -> None:
    for key, entry in {**HOOKS, "score_row.options": OLD}.items():
        hook, _, argument = key.partition(".")
        spec = getattr(_OWNERS[hook].hooks, hook)
        assert not argument or argument in spec.__code__.co_varnames
        since, until = ([int(part) for part in each.split(".")] for each in (entry.since, entry.until))
        assert (until[0], until[1]) >= (since[0], since[1] + 2) or until[0] > since[0]
