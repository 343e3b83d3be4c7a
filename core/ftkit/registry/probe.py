"""Plugins tried each in a process of its own, where a hang, a crash or an exit costs one row.

The child (`probe_child`) loads the plugin and leaves its report in a file; here it is started, watched and
ended. What it left behind is read by `probe_report`.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import BinaryIO

from ftkit.processes import end_group, module_command
from ftkit.registry.catalogue import PluginRecord
from ftkit.registry.faults import metadata_fault
from ftkit.registry.probe_report import End, Probe, read_probe

_GRACE = 5.0  # seconds for a process to end once its report is there
_LONGEST = 24 * 3600.0  # seconds; a timer can't be set to infinity
_LOUDEST = 64 << 20  # bytes of output after which a plugin is stopped


def probe_all(records: Iterable[PluginRecord], timeout: float) -> list[Probe]:
    """Try plugins in parallel, one process each.

    Args:
        records: The plugins; those that can't be loaded by their metadata are judged from it alone.
        timeout: Seconds after which a plugin counts as hanging.

    Returns:
        A probe for each record, in their order.
    """
    stop = threading.Event()
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        try:
            return list(pool.map(lambda record: probe(record, timeout, stop), records))
        except BaseException:
            stop.set()  # Ctrl-C must not wait for plugins that hang
            raise


def probe(record: PluginRecord, timeout: float, stop: threading.Event | None = None) -> Probe:
    """Try one plugin in a process of its own; `stop`, once set, ends the trial early."""
    if record.status == "disabled":
        return Probe(record)
    if record.status in ("unreadable", "incompatible"):
        return Probe(record, faults=(metadata_fault(record),))
    timeout = min(timeout, _LONGEST)
    with tempfile.TemporaryDirectory(prefix="ftkit-probe-") as folder:
        status = run_child("ftkit.registry.probe_child", record, Path(folder), timeout, stop)
        tried = read_probe(record, Path(folder), End(status, timeout))
    if record.status == "conflict":
        return replace(tried, faults=(*tried.faults, metadata_fault(record)))
    return tried


def run_child(
    module: str, record: PluginRecord, folder: Path, timeout: float, stop: threading.Event | None = None
) -> int | None:
    """Run the `main` of a module in a process of its own, which leaves a `report.json` in a folder.

    Args:
        module: Its `main` finds record (as JSON), folder and timeout on the command line.
        record: The plugin.
        folder: Exists; what else is in it is for the child.
        timeout: Seconds after which it is ended.
        stop: Once set, ends it early.

    Returns:
        Its exit status (negative: a signal), or None where it was ended.
    """
    command = module_command(module, json.dumps(asdict(record)), str(folder), str(timeout))
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True
        )
        try:
            return _wait(child, (out, err), folder, timeout, stop or threading.Event())
        finally:
            end_group(child)


def _wait(
    child: subprocess.Popen[bytes],
    outputs: Iterable[BinaryIO],
    folder: Path,
    timeout: float,
    stop: threading.Event,
) -> int | None:
    deadline = time.monotonic() + timeout
    reported = False
    while time.monotonic() < deadline and not stop.is_set() and not any(map(_is_loud, outputs)):
        with suppress(subprocess.TimeoutExpired):
            return child.wait(0.05)
        if not reported and (folder / "report.json").exists():
            reported = True
            deadline = min(deadline, time.monotonic() + _GRACE)
    return None


def _is_loud(output: BinaryIO) -> bool:
    return os.fstat(output.fileno()).st_size > _LOUDEST  # by name, a plugin may have removed it
