"""`ftkit list-plugins`: what is installed, from metadata; with --matrix, what goes with what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ftkit.cli.options import DEFAULT_TIMEOUT, BuiltinOnly, Json, KindName, Timeout
from ftkit.cli.output import print_json, print_line, print_table, warn

if TYPE_CHECKING:
    from ftkit.registry.catalogue import Catalogue, PluginRecord


def list_plugins(
    *,
    kind: Annotated[KindName | None, typer.Option("--kind", help="Only plugins of this kind.")] = None,
    matrix: Annotated[
        bool, typer.Option("--matrix", help="Show which method and task works on which backbone.")
    ] = False,
    timeout: Timeout = DEFAULT_TIMEOUT,
    json: Json = False,
    builtin_only: BuiltinOnly = False,  # noqa: ARG001 - its callback sets the variable
) -> None:
    """List the installed plugins, by default without importing any.

    Example: ftkit list-plugins --kind backbone
    """
    from ftkit.registry.catalogue import DISABLE_VARIABLE, read_catalogue

    catalogue = read_catalogue()
    for word in catalogue.unused_disables:
        warn(f"{DISABLE_VARIABLE} names {word!r}, and nothing of that name is installed")
    if matrix:
        _print_matrix(catalogue, kind, timeout, as_json=json)
    elif json:
        print_json([record.as_json() for record in catalogue.of_kind(kind)])
    else:
        _print_records(catalogue.of_kind(kind))


def _print_records(records: tuple[PluginRecord, ...]) -> None:
    if not records:
        print_line("no plugins are installed")
        return
    headers = ("KIND", "NAME", "DISTRIBUTION", "STATUS", "SUMMARY")
    print_table(headers, map(_row, records), flexible="SUMMARY")


def _row(record: PluginRecord) -> tuple[str, ...]:
    owner = f"{record.distribution.name} {record.distribution.version}".strip()
    also = f" (also: {', '.join(record.aliases)})" if record.aliases else ""
    # A name that was refused may hold anything, control characters too.
    name = record.name if record.name.isprintable() else ascii(record.name)
    return record.kind or "?", name, owner, record.status, (record.reason or record.summary) + also


def _print_matrix(catalogue: Catalogue, kind: str | None, timeout: float, *, as_json: bool) -> None:
    from dataclasses import asdict

    from ftkit.registry.matrix import by_plugin, verdicts
    from ftkit.registry.probe import probe_all

    kinds = {"backbone", *([kind] if kind else ["method", "task"])}
    records = [each for each in catalogue.records if each.kind in kinds and each.status != "disabled"]
    found = verdicts(probe_all(records, timeout))
    if as_json:
        print_json([asdict(verdict) for verdict in found])
        return
    if not found:
        print_line("a matrix needs a backbone, and a method or a task beside it")
        return
    rows = by_plugin(found)
    backbones = [verdict.backbone for verdict in next(iter(rows.values()))]
    print_table(
        ("KIND", "NAME", *backbones),
        [(*plugin, *("yes" if v.works else "no" for v in row)) for plugin, row in rows.items()],
    )
    for verdict in found:
        if not verdict.works:
            print_line(f"{verdict.plugin} on {verdict.backbone}: no: {'; '.join(verdict.reasons)}")
