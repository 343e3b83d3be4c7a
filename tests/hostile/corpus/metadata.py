"""Distributions whose metadata is corrupt, misleading or in conflict."""

from __future__ import annotations

import shutil
from pathlib import Path

from hostile.corpus.builders import INFO, Kind, damaged, declaring, requiring, target, written
from support.wheels import ECHO_HOOKS, task_distribution


def _entry_points_as_folder(site: Path) -> None:
    (site / INFO / "entry_points.txt").unlink()
    (site / INFO / "entry_points.txt").mkdir()


def _stale_copy(site: Path) -> None:
    stale = site / "culprit-0.9.dist-info"
    shutil.copytree(site / INFO, stale)
    (stale / "RECORD").unlink()
    (stale / "entry_points.txt").write_text("[ftkit.tasks]\nculprit = gone\nold = gone\n")


def _linked_site(site: Path) -> None:
    (site / "egg").mkdir()
    info = site / "culprit.egg-info"
    info.mkdir()
    (info / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: culprit\nVersion: 0.1\n")
    (info / "entry_points.txt").write_text("[ftkit.tasks]\nculprit = gone\n")


FILES = [
    damaged(
        "has an entry-point line that is none",
        written("entry_points.txt", b"[ftkit.tasks]\nculprit culprit\n"),
        "line 2 of its entry_points.txt",
    ),
    damaged(
        "has entry points that are not UTF-8",
        written("entry_points.txt", b"[ftkit.tasks]\nculprit = \xff\n"),
        "can't be read",
    ),
    damaged("has METADATA without a name", written("METADATA", b"Version: 1.0\n"), "gives no Name"),
    damaged("has empty METADATA", written("METADATA", b""), "gives no Name"),
    damaged("has METADATA that is not UTF-8", written("METADATA", b"Name: \xff\n"), "can't be read"),
    damaged("lost its METADATA", lambda site: (site / INFO / "METADATA").unlink(), "METADATA is missing"),
    damaged(
        "passes itself off as ftkit",
        written("METADATA", b"Metadata-Version: 2.1\nName: ftkit\nVersion: 1.0\n"),
        "ftkit",
    ),
    damaged("left a stale copy of its metadata", _stale_copy, "", status="ok"),
    damaged("left an egg-info beside its dist-info", _linked_site, "", status="ok"),
    damaged(
        "left an empty dist-info", lambda site: (site / "culprit-0.1.dist-info").mkdir(), "", status="ok"
    ),
    damaged("has a folder for entry points", _entry_points_as_folder, "", status="gone"),
]

NAMES = [
    declaring("has path separators in its name", "../../culprit = culprit", "not made of letters"),
    declaring("has a homoglyph in its name", "culрrit = culprit", "letters outside a-z", printed=True),
    declaring("has control characters in its name", "cul\x1b[31mprit = culprit", "not made of", printed=True),
    declaring("has a name of 300 letters", f"{'c' * 300} = culprit", "has 300 characters"),
    declaring("has code for a value", "culprit = os; print('x')", "is not 'module'"),
    declaring("has an empty value", "culprit =", "is not 'module'"),
    declaring(
        "has a relative module for a value", "culprit = ..culprit:x", "raised|does not exist", status="ok"
    ),
    declaring("has an upper-case name", "CULPRIT = culprit", "", status="ok"),
    declaring("has extras in its entry point", "culprit = culprit [fast]", "", status="ok"),
]

CLAIMS = [
    declaring(
        "declares one name twice",
        "culprit = culprit\nCulprit = culprit:score",
        "claimed by culprit 1.0 too|is not implemented",
        status="conflict",
    ),
    Kind(
        "declares one name for two whole tasks",
        "claimed by culprit 1.0 too",
        [
            task_distribution(
                "culprit",
                entry_points="[ftkit.tasks]\nculprit = culprit\nCulprit = culprit_two\n",
                modules={"culprit.py": ECHO_HOOKS, "culprit_two.py": ECHO_HOOKS},
            )
        ],
        status="conflict",
        place="entry_points.txt",
    ),
    Kind(
        "claims the name of another distribution",
        "claimed by rival 1.0 too",
        [
            task_distribution("culprit"),
            task_distribution("rival", entry_points="[ftkit.tasks]\nculprit = rival\n"),
        ],
        status="conflict",
        place="entry_points.txt",
    ),
]

REQUIREMENTS = [
    requiring("requires another ftkit", "ftkit>=99", "requires ftkit >=99", "incompatible"),
    requiring(
        "requires another ftkit with an extra", "ftkit[extra]>=99", "requires ftkit >=99", "incompatible"
    ),
    requiring("has a requirement that is none", "ftkit >>> 1", "can't be", "unreadable"),
    requiring(
        "has a marker that is no version", 'ftkit>=0.1; python_version ~= "x"', "can't be", "unreadable"
    ),
    requiring(
        "has a marker that compares nothing", 'ftkit>=0.1; os_name ~= "posix"', "can't be", "unreadable"
    ),
    requiring("has a marker of two words", 'ftkit>=0.1; platform_release >= "a b"', "", "ok"),
]

SUMMARIES = [
    Kind(
        "steers the terminal from its summary",
        "",
        [task_distribution("culprit", ECHO_HOOKS, summary="\x1b[2J\x1b[31mred")],
        printed=True,
    ),
    target(
        "has a docstring with a surrogate",
        f'"""bad \\ud800 doc."""\n{ECHO_HOOKS}',
        "",
        "culprit",
        printed=True,
    ),
    target(
        "has a docstring in many alphabets", f'"""Über 漢字."""\n{ECHO_HOOKS}', "", "culprit", printed=True
    ),
    target("has a docstring of one long line", f'"""{"word " * 4000}"""\n{ECHO_HOOKS}', "", "culprit"),
    target("has a docstring of ten megabytes", f'"""{"x" * 10_000_000}"""\n{ECHO_HOOKS}', "", "culprit"),
]

METADATA = [*FILES, *NAMES, *CLAIMS, *REQUIREMENTS, *SUMMARIES]
