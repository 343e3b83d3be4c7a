"""`ftkit check-plugins`: each plugin tried in a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ftkit.cli.options import DEFAULT_TIMEOUT, BuiltinOnly, Json, Timeout, complete_plugin
from ftkit.cli.output import print_json, print_line, print_table

if TYPE_CHECKING:
    from ftkit.registry.catalogue import PluginRecord
    from ftkit.registry.probe_report import Probe


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
    json: Json = False,
    timeout: Timeout = DEFAULT_TIMEOUT,
    builtin_only: BuiltinOnly = False,  # noqa: ARG001 - its callback sets the variable
) -> None:
    """Try plugins, each in a process of its own, and say what is wrong, where, and what to do.

    Ends with status 1 if one is unhealthy.

    Example: ftkit check-plugins t5 lora --timeout 30
    """
    from ftkit.registry.probe import probe_all

    probes = probe_all(_records(names or []), timeout)
    if json:
        print_json([probe.as_json() for probe in probes])
    else:
        _print(probes)
    if not all(probe.healthy for probe in probes):
        raise typer.Exit(1)


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
