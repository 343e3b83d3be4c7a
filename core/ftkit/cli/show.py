"""`ftkit show`: everything about one plugin, as it describes itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ftkit.cli.options import DEFAULT_TIMEOUT, BuiltinOnly, Json, Timeout, complete_plugin
from ftkit.cli.output import print_json, print_line, print_table, warn

if TYPE_CHECKING:
    from ftkit.descriptions import Info
    from ftkit.registry.probe_report import Probe

# A section: its title, its column headers, its rows.
Section = tuple[str, Sequence[str], list[tuple[str, ...]]]


def show(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="NAME, KIND:NAME or DISTRIBUTION:NAME.",
            autocompletion=complete_plugin,
        ),
    ],
    *,
    json: Json = False,
    timeout: Timeout = DEFAULT_TIMEOUT,
    builtin_only: BuiltinOnly = False,  # noqa: ARG001 - its callback sets the variable
) -> None:
    """Show one plugin: where it comes from, what it offers, which options it takes.

    The plugin is imported in a process of its own, so that even a broken one can be shown.

    Example: ftkit show backbone:t5
    """
    from ftkit.plugins import demand_checkpoint
    from ftkit.registry.catalogue import read_catalogue
    from ftkit.registry.probe import probe
    from ftkit.registry.resolution import resolve

    choice = resolve(read_catalogue(), name, usable_only=False)
    seen = probe(choice.record, timeout)
    if choice.checkpoint is not None and seen.info is not None:
        demand_checkpoint(choice.record.name, seen.info, choice.checkpoint)
    if json:
        print_json(_as_json(seen))
    else:
        _print(seen)
    if not seen.healthy and seen.info is None:
        raise typer.Exit(1)


def _as_json(seen: Probe) -> dict[str, Any]:
    described = _described(seen.info) or None
    return seen.record.as_json() | seen.as_json() | {"hooks": list(seen.hooks), "info": described}


def _described(info: Info | None) -> dict[str, Any]:
    from ftkit.descriptions import to_json

    return to_json(info) if info else {}


def _print(seen: Probe) -> None:
    record = seen.record
    print_line(f"{record.label}: {record.summary}" if record.summary else record.label)
    facts = {
        "distribution": f"{record.distribution.name} {record.distribution.version}",
        "target": record.target,
        "file": seen.file or "",
        "aliases": ", ".join(record.aliases),
        "status": "" if record.status == "ok" else f"{record.status}: {record.reason}",
        "hooks": ", ".join(seen.hooks),
        **_plain_facts(seen.info),
    }
    print_table(("", ""), [(key, value) for key, value in facts.items() if value], flexible="")
    for title, headers, rows in _sections(seen.info):
        if rows:
            print_line(f"\n{title}")
            print_table(headers, rows, flexible=headers[-1])
    for note in seen.notes:
        print_line(f"\n{note}")
    for fault in seen.faults:
        warn(str(fault))


def _plain_facts(info: Info | None) -> dict[str, str]:
    """The description's single values and lists of words, by field."""
    data = _described(info)
    texts = {}
    for key, value in data.items():
        if isinstance(value, tuple) and all(isinstance(item, str) for item in value):
            texts[key.replace("_", " ")] = ", ".join(value)
        elif isinstance(value, (str, int, float)) and value is not False:
            texts[key.replace("_", " ")] = str(value)
    return texts


def _sections(info: Info | None) -> Iterator[Section]:
    """The description's tables, by field; the same for every kind."""
    data = _described(info)
    yield (
        "Checkpoints",
        ("NAME", "PARAMETERS", "SOURCE"),
        [
            (name, _count(each["parameters"]), "embedded" if each["embedded"] else each["source"])
            for name, each in data.get("checkpoints", {}).items()
        ],
    )
    yield (
        "Roles",
        ("ROLE", "MODULES"),
        [(role, ", ".join(names)) for role, names in data.get("roles", {}).items()],
    )
    yield (
        "Columns",
        ("NAME", "NEEDED", "HELP"),
        [(each["name"], _yes_no(each["required"]), each["help"]) for each in data.get("columns", ())],
    )
    yield (
        "Metrics",
        ("NAME", "RANGE", "HELP"),
        [
            (each["name"], _range(each["minimum"], each["maximum"]), each["help"])
            for each in data.get("metrics", ())
        ],
    )
    yield (
        "Claims",
        ("CLAIM", "FIGURE", "STANDING"),
        [(each["text"], each["figure"], each["standing"]) for each in data.get("claims", ())],
    )
    yield (
        "Options",
        ("NAME", "TYPE", "DEFAULT", "HELP"),
        [_option(o) for o in data.get("options", ())],
    )


def _option(option: dict[str, Any]) -> tuple[str, ...]:
    choices = f" [{', '.join(map(str, option['choices']))}]" if option["choices"] else ""
    if option["minimum"] is not None or option["maximum"] is not None:
        choices += f" [{_range(option['minimum'], option['maximum'])}]"
    default = option["default"]
    shown = ",".join(map(str, default)) if isinstance(default, (list, tuple)) else str(default)
    kind = f"{option['type']} list" if option["repeated"] else option["type"]
    going = f" (deprecated: {option['deprecated']})" if option["deprecated"] else ""
    return option["name"], kind, "" if default is None else shown, option["help"] + choices + going


def _range(minimum: float | None, maximum: float | None) -> str:
    if minimum is None:
        return f"at most {maximum:g}"
    return f"at least {minimum:g}" if maximum is None else f"{minimum:g}–{maximum:g}"


def _count(parameters: int | None) -> str:
    return "" if parameters is None else f"{parameters:,}"


def _yes_no(value: bool) -> str:  # noqa: FBT001 - the value is what is printed
    return "yes" if value else "no"
