"""The shortcut that most tests of broken plugins take gives the files that pip gives."""

from __future__ import annotations

from pathlib import Path

from support.wheels import install, task_distribution, unpack


def test_unpacking_a_wheel_gives_what_pip_installs_but_for_pips_own_notes(tmp_path: Path) -> None:
    distributions = [task_distribution("echo", requires=("ftkit>=0.1",)), task_distribution("other")]
    by_pip, by_hand = install(distributions, tmp_path / "pip"), unpack(distributions, tmp_path / "hand")
    notes = {"INSTALLER", "REQUESTED", "RECORD", "direct_url.json"}

    def content(site: Path) -> dict[str, bytes]:
        files = [file for file in site.rglob("*") if file.is_file() and file.name not in notes]
        return {str(file.relative_to(site)): file.read_bytes() for file in files}

    assert content(by_pip) == content(by_hand)
    assert len(content(by_hand)) == 8
