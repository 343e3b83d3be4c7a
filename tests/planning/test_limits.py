"""What a container leaves, read from control groups of both versions as the kernel lays them out."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from ftkit.planning.limits import Limit, container_free, memory_limit

UNLIMITED = 9223372036854771712  # what version 1 says where there is no limit


def group(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)


def version_2(folder: Path, limit: str, usage: int, inactive: int = 0) -> None:
    group(
        folder,
        memory__max=limit,
        memory__current=f"{usage}\n",
        memory__stat=f"anon 7\ninactive_file {inactive}\n",
    )


def version_1(folder: Path, limit: int, usage: int, inactive: int = 0) -> None:
    group(
        folder,
        memory__limit_in_bytes=f"{limit}\n",
        memory__usage_in_bytes=f"{usage}\n",
        memory__stat=f"total_inactive_file {inactive}\n",
    )


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path / "own"


def test_file_pages_that_can_be_dropped_count_as_free(own: Path, tmp_path: Path) -> None:
    own.write_text("0::/app\n")
    version_2(tmp_path / "groups/app", "1000\n", 600, inactive=100)
    assert container_free(own, tmp_path / "groups") == [500]


def test_the_groups_above_limit_as_well(own: Path, tmp_path: Path) -> None:
    own.write_text("0::/outer/inner\n")
    version_2(tmp_path / "groups/outer", "2000\n", 1900)
    version_2(tmp_path / "groups/outer/inner", "1000\n", 600)
    assert sorted(container_free(own, tmp_path / "groups")) == [100, 400]


def test_a_group_without_a_limit_limits_nothing(own: Path, tmp_path: Path) -> None:
    own.write_text("0::/app\n4:memory:/app\n")
    version_2(tmp_path / "groups/app", "max\n", 600)
    version_1(tmp_path / "groups/memory/app", UNLIMITED, 600)
    assert container_free(own, tmp_path / "groups") == []


def test_version_1_is_read_by_its_own_names(own: Path, tmp_path: Path) -> None:
    own.write_text("5:cpu:/app\n4:memory:/app\n1:name=systemd:/\n")
    version_1(tmp_path / "groups/memory/app", 1000, 600, inactive=50)
    assert container_free(own, tmp_path / "groups") == [450]


def test_within_a_container_its_group_is_at_the_root_whatever_its_path_outside(
    own: Path, tmp_path: Path
) -> None:
    own.write_text("0::/docker/4f1a\n")
    version_2(tmp_path / "groups", "1000\n", 600)
    assert container_free(own, tmp_path / "groups") == [400]


def test_a_system_without_groups_has_no_such_limit(tmp_path: Path) -> None:
    assert container_free(tmp_path / "absent", tmp_path) == []


def test_a_plan_fills_85_percent_of_what_is_free() -> None:
    assert Limit(1000, "machine").usable == 850
    limit = memory_limit(torch.device("cpu"))
    assert limit.whose in ("machine", "container")
    assert limit.bytes > 0
