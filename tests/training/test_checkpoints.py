"""Checkpoints of a run: which of them stay when another is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from ftkit.training.checkpoints import checkpoints, last_whole, write_checkpoint


def write(parent: Path, *steps: int, keep: int) -> list[str]:
    """Write checkpoints one after the other, and say which are there then."""
    for step in steps:
        write_checkpoint(parent, step, lambda folder: fill(folder, "x"), keep)
    return [each.name for each in checkpoints(parent)]


def fill(folder: Path, text: str) -> None:
    (folder / "weights").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("keep", "stay"), [(1, ["step-30"]), (2, ["step-20", "step-30"]), (9, ["step-10", "step-20", "step-30"])]
)
def test_the_newest_stay(keep: int, stay: list[str], tmp_path: Path) -> None:
    assert write(tmp_path / "parent", 10, 20, 30, keep=keep) == stay


@pytest.mark.parametrize("keep", [1, 2])
def test_a_damaged_checkpoint_of_a_later_step_never_stays_in_place_of_a_new_whole_one(
    keep: int, tmp_path: Path
) -> None:
    write(tmp_path, 100, 200, keep=2)
    (tmp_path / "step-200" / "weights").write_text("torn", encoding="utf-8")
    write(tmp_path, 150, keep=keep)
    assert last_whole(tmp_path).last == tmp_path / "step-150"
    assert last_whole(tmp_path).damaged == ()


def test_a_folder_that_cannot_be_filled_leaves_the_others_as_they_were(tmp_path: Path) -> None:
    def full(folder: Path) -> None:
        fill(folder, "half")
        raise OSError("No space left on device")

    write(tmp_path, 1, keep=1)
    with pytest.raises(OSError, match="No space"):
        write_checkpoint(tmp_path, 2, full, keep=1)
    assert [each.name for each in tmp_path.iterdir()] == ["step-1"]
