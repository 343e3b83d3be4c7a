"""In a pipe a line now and then says how far the rows are; quiet, none does."""

from __future__ import annotations

import re

import pytest

from ftkit.inference import progress
from ftkit.inference.progress import RowProgress


@pytest.mark.parametrize(
    ("total", "said"),
    [
        (1000, r"row 600 of 1,000, \d+ min left: [\d,.]+ rows/s, \d\.\d GB\n"),
        (None, r"row 600: [\d,.]+ rows/s, \d\.\d GB\n"),
    ],
)
def test_a_line_has_rows_speed_and_memory_and_the_time_left_where_it_is_known(
    total: int | None, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "_SECONDS_BETWEEN_LINES", 0.0)
    shown = RowProgress(total, 500, quiet=False)
    shown.advance(100)
    shown.close()
    assert re.fullmatch(said, capsys.readouterr().err)


def test_lines_are_seldom_and_quiet_means_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seldom = RowProgress(1000, 0, quiet=False)
    seldom.advance(100)
    monkeypatch.setattr(progress, "_SECONDS_BETWEEN_LINES", 0.0)
    quiet = RowProgress(1000, 0, quiet=True)
    quiet.advance(100)
    assert capsys.readouterr().err == ""
