"""What the whole suite shares: the closing line of the hostile corpus."""

from __future__ import annotations

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many kinds of broken plugin ftkit survived, of how many."""
    counts = {
        outcome: sum("test_survival" in report.nodeid for report in terminalreporter.getreports(outcome))
        for outcome in ("passed", "failed")
    }
    if any(counts.values()):
        total = sum(counts.values())
        terminalreporter.write_line(f"hostile plugins survived: {counts['passed']}/{total}")
