"""`ftkit check-plugins`: each plugin tried in a process of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ftkit.cli.options import DEFAULT_TIMEOUT, BuiltinOnly, Json, Timeout, complete_plugin
from ftkit.cli.output import complain, print_json, print_line, print_table
from ftkit.errors import FtkitError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ftkit.registry.catalogue import PluginRecord
    from ftkit.registry.probe_report import Probe
    from ftkit.testing import Conformance

_LONGER = 10  # dozens of properties, each with models of its own, take longer than an import


def check_plugins(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...",
            help="Plugins to check: NAME, KIND:NAME or DISTRIBUTION:NAME; all where none is given.",
            autocompletion=complete_plugin,
        ),
    ] = None,
    *,
    conformance: Annotated[
        bool,
        typer.Option(
            "--conformance",
            help="Try every property that its kind must have as well; ten times the timeout.",
        ),
    ] = False,
    rows: Annotated[
        Path | None,
        typer.Option(
            exists=True, metavar="FILE", help="With --conformance: rows for a task that brings no sample."
        ),
    ] = None,
    checkpoint: Annotated[
        str | None,
        typer.Option(
            metavar="SOURCE", help="With --conformance: a folder or hub id for a backbone that embeds none."
        ),
    ] = None,
    json: Json = False,
    timeout: Timeout = DEFAULT_TIMEOUT,
    builtin_only: BuiltinOnly = False,  # noqa: ARG001 - its callback sets the variable
) -> None:
    """Try plugins, each in a process of its own, and say what is wrong, where, and what to do.

    Ends with status 1 if one is unhealthy, or lacks a property.

    Example: ftkit check-plugins t5 lora --timeout 30
    """
    from ftkit.registry.probe import probe_all

    records = _records(names or [])
    _demand_one(records, {"task": rows, "backbone": checkpoint}, conformance=conformance)
    probes = probe_all(records, timeout)
    found = _conformances(probes, timeout, rows, checkpoint) if conformance else {}
    if json:
        print_json([{**probe.as_json(), **_conformance_json(probe, found)} for probe in probes])
    else:
        _print(probes)
        for each in found.values():
            print_line(f"\n{each}")
    if not all(probe.healthy for probe in probes) or not all(each.passed for each in found.values()):
        raise typer.Exit(1)


def _demand_one(records: list[PluginRecord], given: Mapping[str, object], *, conformance: bool) -> None:
    """What is given to try a plugin with must be for the one plugin that is tried.

    Raises:
        FtkitError: It isn't.
    """
    for kind, value in given.items():
        if value is not None and not (conformance and [each.kind for each in records] == [kind]):
            option = {"task": "--rows", "backbone": "--checkpoint"}[kind]
            raise FtkitError(f"{option} goes with --conformance and the name of one {kind}")


def _conformances(
    probes: list[Probe], timeout: float, rows: Path | None, checkpoint: str | None
) -> dict[PluginRecord, Conformance]:
    """What came of all properties of each plugin that is healthy."""
    from ftkit.testing.apart import check_apart
    from ftkit.testing.subject import Given

    found = {}
    for probe in probes:
        if probe.healthy and probe.record.usable:
            complain("conformance", f"trying {probe.record.label}")  # each takes seconds
            given = Given(str(rows) if rows else (), checkpoint)
            found[probe.record] = check_apart(probe.record, _LONGER * timeout, given)
    return found


def _conformance_json(probe: Probe, found: Mapping[PluginRecord, Conformance]) -> dict[str, object]:
    return {"conformance": found[probe.record].as_json()} if probe.record in found else {}


def _records(names: list[str]) -> list[PluginRecord]:
    from ftkit.registry.catalogue import read_catalogue
    from ftkit.registry.resolution import resolve

    catalogue = read_catalogue()
    if names:
        choices = [resolve(catalogue, name, usable_only=False) for name in names]
        return list(dict.fromkeys(choice.record for choice in choices))
    return list(catalogue.records)


def _print(probes: list[Probe]) -> None:
    if not probes:
        print_line("no plugins are installed")
        return
    headers = ("KIND", "NAME", "DISTRIBUTION", "HEALTH", "SECONDS", "MODULES")
    print_table(headers, map(_row, probes))
    for probe in probes:
        for fault in probe.faults:
            print_line(f"\n{fault}")
        for note in probe.notes:
            print_line(f"\n{probe.record.label} of {probe.record.distribution.name}: {note}")
    skipped = sum(probe.record.status == "disabled" for probe in probes)
    unhealthy = sum(not probe.healthy for probe in probes)
    healthy = len(probes) - unhealthy - skipped
    print_line(f"\n{healthy} healthy, {unhealthy} unhealthy" + (f", {skipped} skipped" if skipped else ""))


def _row(probe: Probe) -> tuple[str, ...]:
    record = probe.record
    health = "skipped" if record.status == "disabled" else "ok" if probe.healthy else "unhealthy"
    seconds = "" if probe.seconds is None else f"{probe.seconds:.2f}"
    modules = "" if probe.modules is None else str(probe.modules)
    owner = f"{record.distribution.name} {record.distribution.version}".strip()
    return record.kind or "?", record.name, owner, health, seconds, modules
