"""Files and folders are whole or not there, whatever fails, and one process at a time has a place."""

from __future__ import annotations

import errno
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ftkit import RunError, files
from ftkit.files import copy_whole, empty_folder, held, next_free_folder, write_folder_whole, write_whole

FULL = OSError(errno.ENOSPC, "No space left on device")

Write = Callable[[Path, str], None]
"""Writes a text to a path, in one of the ways that there are."""


def contents(folder: Path) -> dict[str, str]:
    """The text of every file below a folder, hidden ones included."""
    return {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*") if file.is_file()}


def copied(path: Path, text: str) -> None:
    source = path.parent.parent / "source"
    source.write_text(text)
    copy_whole(source, path)


def filled(path: Path, text: str) -> None:
    def fill(folder: Path) -> None:
        (folder / "one").write_text(text)

    write_folder_whole(path, fill)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty folder, so that whatever is left behind in it is seen."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def failing(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, *, at: int) -> None:
    """Let the call of this number, counted from 1, of a function find the disk full."""
    real, calls = getattr(owner, name), iter(range(1, 100))

    def function(*arguments: object) -> object:
        if next(calls) == at:
            raise FULL
        return real(*arguments)

    monkeypatch.setattr(owner, name, function)


@pytest.mark.parametrize("write", [write_whole, copied, filled])
def test_what_is_written_replaces_what_was_there_and_leaves_nothing_else(write: Write, home: Path) -> None:
    write(home / "it", "before")
    before = list(contents(home))
    write(home / "it", "after")
    assert contents(home) == dict.fromkeys(before, "after")
    assert len(list(home.iterdir())) == 1


@pytest.mark.parametrize(
    ("write", "owner", "name", "at"),
    [
        *((write, files, "sync", 1) for write in (write_whole, copied, filled)),
        *((write, Path, "replace", 1) for write in (write_whole, copied, filled)),
        (filled, Path, "replace", 2),
    ],
)
def test_what_was_there_is_untouched_whichever_step_fails(
    write: Write, owner: object, name: str, at: int, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(home / "it", "before")
    before = contents(home)
    failing(monkeypatch, owner, name, at=at)
    with pytest.raises(OSError, match="No space left"):
        write(home / "it", "after")
    assert {path: text for path, text in contents(home).items() if path != ".it.part"} == before
    write(home / "it", "after")
    assert set(contents(home).values()) == {"after"}


def test_a_folder_that_cannot_be_filled_frees_the_disk_again(home: Path) -> None:
    def half(folder: Path) -> None:
        (folder / "one").write_text("half")
        raise FULL

    with pytest.raises(OSError, match="No space left"):
        write_folder_whole(home / "it", half)
    assert list(home.iterdir()) == []


def test_a_folder_whose_writer_died_between_its_two_moves_is_back_when_the_next_one_fails(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(home / "it", "before")
    (home / "it").rename(home / ".it.former")
    failing(monkeypatch, Path, "replace", at=1)
    with pytest.raises(OSError, match="No space left"):
        filled(home / "it", "after")
    assert contents(home) == {"it/one": "before"}


def test_what_one_process_holds_no_other_takes(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from ftkit.files import held\n"
    code += "with held(*map(Path, sys.argv[1:])): pass"
    command = [sys.executable, "-c", code, str(tmp_path / ".lock"), "the run"]
    with held(tmp_path / ".lock", tmp_path):
        other = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "RunError: the run is in use by another process" in other.stderr
    assert subprocess.run(command, check=False).returncode == 0


def test_a_place_that_takes_no_lock_is_an_error_with_its_name() -> None:
    with (
        pytest.raises(RunError, match="the run can't be written"),
        held(Path("/proc/.lock"), Path("the run")),
    ):
        raise AssertionError("nothing is held")


def test_only_hidden_files_may_be_in_a_folder_that_is_to_be_empty(tmp_path: Path) -> None:
    assert empty_folder(tmp_path / "a" / "b") == tmp_path / "a" / "b"
    (tmp_path / "a" / "b" / ".lock").touch()
    empty_folder(tmp_path / "a" / "b")
    with pytest.raises(RunError, match=r"a is not empty, .*; or go on"):
        empty_folder(tmp_path / "a", "; or go on")
    assert (tmp_path / "a" / "b" / ".lock").exists()


def test_a_new_folder_has_the_first_free_number(tmp_path: Path) -> None:
    (tmp_path / "x" / "run-2").mkdir(parents=True)
    made = [next_free_folder(tmp_path / "x", "run").name for _ in range(3)]
    assert made == ["run-1", "run-3", "run-4"]
