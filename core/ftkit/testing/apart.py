"""All properties of a plugin tried in a process of their own, where a hang or a crash costs one answer."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ftkit.errors import Fault
from ftkit.processes import signal_name
from ftkit.registry.catalogue import PluginRecord
from ftkit.registry.faults import fault_of
from ftkit.registry.probe import run_child
from ftkit.testing.child import GIVEN
from ftkit.testing.running import FAILED, Conformance, Outcome
from ftkit.testing.subject import Given


def check_apart(record: PluginRecord, timeout: float, given: Given | None = None) -> Conformance:
    """Try every property of a plugin.

    Args:
        record: A plugin that loads.
        timeout: Seconds after which it counts as hanging.
        given: What is given where the plugin doesn't bring it.
    """
    with tempfile.TemporaryDirectory(prefix="ftkit-conformance-") as folder:
        (Path(folder) / GIVEN).write_text(json.dumps(asdict(given or Given())), encoding="utf-8")
        status = run_child("ftkit.testing.child", record, Path(folder), timeout)
        try:
            report = json.loads((Path(folder) / "report.json").read_text(encoding="utf-8"))
            return Conformance(record.label, tuple(map(_outcome, report["outcomes"])))
        except (OSError, ValueError, KeyError, TypeError):
            fault = fault_of(record, _ending(status, timeout), "run its hooks by themselves to find the one")
            return Conformance(
                record.label, (Outcome("it_lives_through_its_trial", FAILED, faults=(fault,)),)
            )


def _outcome(data: Mapping[str, Any]) -> Outcome:
    faults = tuple(Fault(**fault) for fault in data["faults"])
    return Outcome(data["name"], data["status"], data["reason"], faults)


def _ending(status: int | None, timeout: float) -> str:
    if status is None:
        return f"gave no answer within {timeout:g} s"
    if status < 0:
        return f"crashed the process ({signal_name(-status)})"
    return f"ended the process with status {status} while it was tried"
