"""The inside of a process in which all properties of one plugin are tried."""

from __future__ import annotations

from ftkit.registry.probe_child import arguments, die_with_parent, write_report
from ftkit.testing.running import Trial


def main() -> None:
    """Try the plugin that the command line names, and leave what came of it."""
    record, folder, _ = arguments()
    die_with_parent()
    write_report(folder, Trial(record).run().as_json())
