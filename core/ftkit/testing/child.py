"""The inside of a process in which all properties of one plugin are tried."""

from __future__ import annotations

import json

from ftkit.registry.probe_child import arguments, die_with_parent, write_report
from ftkit.testing.running import Trial
from ftkit.testing.subject import Given

GIVEN = "given.json"
"""The file in the process's folder with what is given beside the plugin."""


def main() -> None:
    """Try the plugin that the command line names, and leave what came of it."""
    record, folder, _ = arguments()
    die_with_parent()
    given = Given(**json.loads((folder / GIVEN).read_text(encoding="utf-8")))
    write_report(folder, Trial(record, given=given).run().as_json())
