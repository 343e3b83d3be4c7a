"""Several plugins in one process: extensions that share a name, and what the caller is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.program import run_python
from support.wheels import ECHO_HOOKS, install, task_distribution

_WRAPPING = '''"""An extension."""
from ftkit import ExtensionInfo, hookimpl


@hookimpl
def describe_extension():
    return ExtensionInfo()


@hookimpl(wrapper=True)
def parse_output():
    return (yield) + "{mark}"
'''


@pytest.mark.parametrize(
    ("names", "parsed"),
    [(["left:ext"], "x<"), (["right:ext"], "x>"), (["also"], "x<"), (["left:ext", "right:ext"], "x><")],
)
def test_extensions_that_share_a_name_can_be_asked_for_each_and_together(
    names: list[str], parsed: str, tmp_path: Path
) -> None:
    lines = {"left": "ext = left\nalso = left\n", "right": "ext = right\n"}
    marks = {"left": "<", "right": ">"}
    both = [
        task_distribution(
            name, _WRAPPING.format(mark=marks[name]), entry_points=f"[ftkit.extensions]\n{lines[name]}"
        )
        for name in lines
    ]
    site = install([task_distribution("echo"), *both], tmp_path)
    code = (
        f"import ftkit\nchosen = ftkit.load_plugins(task='echo', extensions={names!r})\n"
        "print(chosen.manager.hook.parse_output(text='x', options={}))"
    )
    ran = run_python("-c", code, sites=[site])
    assert sorted(ran.out.strip()) == sorted(parsed), ran.err


def test_what_a_plugin_did_on_import_is_a_warning_to_the_caller(tmp_path: Path) -> None:
    site = install([task_distribution("loud", f"print('hi')\n{ECHO_HOOKS}")], tmp_path)
    code = (
        "import warnings, ftkit\n"
        "with warnings.catch_warnings(record=True) as caught:\n"
        "    warnings.simplefilter('always')\n"
        "    ftkit.load_plugins(task='loud')\n"
        "print([(each.category is ftkit.PluginWarning, str(each.message)) for each in caught])"
    )
    ran = run_python("-c", code, sites=[site])
    assert ran.out.count("(True, ") == 1, ran.err
    assert "plugin task:loud of loud 1.0" in ran.out
    assert "wrote 3 bytes to stdout" in ran.out
