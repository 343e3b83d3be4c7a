"""A kind of broken plugin, and short ways to make one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.wheels import ECHO_HOOKS, PluginDistribution, task_distribution

INFO = "culprit-1.0.dist-info"


@dataclass
class Kind:
    """One kind of broken plugin.

    Attributes:
        title: What is wrong, for the test's name.
        problem: Pattern of the problem that must be named; each fault of the culprit must match it. Empty for
            the harmless ones.
        distributions: What is installed.
        place: The file that must be named, with the line where there is one to name; empty for any.
        status: The culprit's status in the listing; `gone` where it can't be seen.
        axis: Which kind of plugin it is.
        fatal: Whether importing it ends or hangs a process, so that only a child may try.
        child_only: Whether only a child can tell it: a fork, or what happens when the process ends.
        printed: Whether its texts hold what a terminal or an encoding can't take, so that all commands are
            to print them.
        mangle: Damage done to the installed files.
    """

    title: str
    problem: str
    distributions: list[PluginDistribution] = field(default_factory=lambda: [task_distribution("culprit")])
    place: str = ""
    status: str = "ok"
    axis: str = "task"
    fatal: bool = False
    child_only: bool = False
    printed: bool = False
    mangle: Callable[[Path], None] = lambda _site: None


def importing(title: str, code: str, problem: str, *, line: int | None = 2, **changes: Any) -> Kind:
    """A plugin whose module runs `code`, from its second line on, before it defines its hooks."""
    body = f'"""A culprit."""\n{code}\n{ECHO_HOOKS}'
    place = f"culprit.py:{line}" if line else "culprit.py"
    return Kind(title, problem, [task_distribution("culprit", body)], place, **changes)


def disturbing(title: str, code: str, problem: str, **changes: Any) -> Kind:
    """A plugin whose module changes the process by `code`: there is no line to name."""
    return importing(title, code, problem, **{"line": None} | changes)


def hooks(title: str, old: str, new: str, problem: str, *, at: str = "@hookimpl", **changes: Any) -> Kind:
    """A plugin whose hooks have `new` where a right one has `old`.

    The line to name is the one that begins the last `at` up to the end of `new`; none where it is empty.
    """
    assert old in ECHO_HOOKS
    body = '"""A culprit."""\n' + ECHO_HOOKS.replace(old, new)
    changed = body[: body.index(new) + len(new)]
    place = f"culprit.py:{changed[: changed.rindex(at)].count(chr(10)) + 1}" if at else "culprit.py"
    return Kind(title, problem, [task_distribution("culprit", body)], place, **changes)


def behind_hooks(title: str, code: str, problem: str, **changes: Any) -> Kind:
    """A plugin whose module runs `code` once its hooks are defined."""
    body = f'"""A culprit."""\n{ECHO_HOOKS}\n{code}\n'
    return Kind(title, problem, [task_distribution("culprit", body)], "culprit.py", **changes)


def describing(title: str, old: str, new: str, problem: str, **changes: Any) -> Kind:
    """A task whose description has `new` where a right one has `old`; the describe hook is blamed."""
    found = f"describe_task.*({problem})" if problem else ""
    return hooks(title, old, new, found, at="", **changes)


def with_field(title: str, value: str, problem: str, **changes: Any) -> Kind:
    """A task whose description has a field more than a right one."""
    return describing(title, "max_output_tokens=8", f"max_output_tokens=8, {value}", problem, **changes)


def backbone(title: str, checkpoints: str, default: str, problem: str) -> Kind:
    """A backbone whose description has these checkpoints, written as Python."""
    body = (
        '"""A culprit."""\nfrom ftkit import BackboneInfo, Checkpoint, hookimpl\n\n\n'
        "@hookimpl\ndef describe_backbone():\n"
        f'    return BackboneInfo("t5", ("T5",), {checkpoints}, {default}, {{"query": ("q",)}})\n\n\n'
        "@hookimpl\ndef load_tokenizer(source): ...\n\n\n@hookimpl\ndef load_model(source): ...\n"
    )
    lines = "[ftkit.backbones]\nculprit = culprit\n"
    distribution = task_distribution("culprit", body, entry_points=lines)
    return Kind(title, f"describe_backbone.*({problem})", [distribution], "culprit.py", axis="backbone")


def target(title: str, body: str, problem: str, value: str = "culprit:plugin", **changes: Any) -> Kind:
    """A plugin whose entry point has this value, and whose module this text."""
    lines = f"[ftkit.tasks]\nculprit = {value}\n"
    return Kind(title, problem, [task_distribution("culprit", body, entry_points=lines)], **changes)


def declaring(title: str, line: str, problem: str, *, status: str = "unreadable", **changes: Any) -> Kind:
    """A distribution whose entry point is written `line`."""
    distribution = task_distribution("culprit", entry_points=f"[ftkit.tasks]\n{line}\n")
    place = "entry_points.txt" if status != "ok" else ""
    return Kind(title, problem, [distribution], place, status, **changes)


def requiring(title: str, requirement: str, problem: str, status: str) -> Kind:
    """A distribution with this `Requires-Dist` line."""
    distribution = task_distribution("culprit", requires=(requirement,))
    return Kind(title, problem, [distribution], "" if status == "ok" else "entry_points.txt", status)


def damaged(title: str, mangle: Callable[[Path], None], problem: str, **changes: Any) -> Kind:
    """A right distribution whose installed files were damaged afterwards."""
    values = {"status": "unreadable", "place": "entry_points.txt", "mangle": mangle}
    return Kind(title, problem, **(values | changes))


def written(name: str, content: bytes) -> Callable[[Path], None]:
    """Damage: a file of the metadata with this content."""

    def mangle(site: Path) -> None:
        (site / INFO / name).write_bytes(content)

    return mangle
