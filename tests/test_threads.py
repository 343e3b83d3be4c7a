"""Threads: no more than there are cores to be had, and as many as before afterwards."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch

from ftkit import threads
from ftkit.threads import fitting_threads, usable_cores


@pytest.mark.parametrize(
    ("quota", "cores"),
    [
        ("200000 100000", 2),
        ("150000 100000", 2),
        ("50000 100000", 1),
        ("max 100000", 8),
        ("", 8),
        ("6400000 100000", 8),
    ],
)
def test_a_containers_share_of_time_counts_where_it_is_less_than_the_cores(
    quota: str, cores: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    (tmp_path / "cpu.max").write_text(f"{quota}\n")
    assert usable_cores(tmp_path / "cpu.max") == cores


def test_without_a_quota_it_is_the_cores_that_the_process_is_bound_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3, 5}, raising=False)
    assert usable_cores(tmp_path / "none") == 2


@pytest.mark.parametrize(("tiny", "within"), [(True, 1), (False, 3)])
def test_torch_takes_that_many_while_the_context_lasts(
    monkeypatch: pytest.MonkeyPatch, *, tiny: bool, within: int
) -> None:
    monkeypatch.setattr(threads, "usable_cores", lambda: 3)
    before = torch.get_num_threads()
    torch.set_num_threads(4)
    try:
        with fitting_threads(tiny=tiny):
            assert torch.get_num_threads() == within
        assert torch.get_num_threads() == 4
    finally:
        torch.set_num_threads(before)
