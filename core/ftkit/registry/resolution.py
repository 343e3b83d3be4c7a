"""From the name a person typed to one installed plugin, without importing any.

Names compare in lower case with `_` as `-`. `owner:name` narrows a name to a kind or a distribution. A
backbone also answers to `backbone-rest`, the form that names of checkpoints have.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace

from ftkit.errors import AmbiguousName, UnavailablePlugin, UnknownPlugin
from ftkit.registry.catalogue import Catalogue, PluginRecord
from ftkit.registry.distributions import GROUPS, canonical
from ftkit.registry.names import split_qualified
from ftkit.spelling import nearest, suggestion

_KINDS = frozenset(GROUPS.values())


@dataclass(frozen=True)
class Choice:
    """What a name means.

    Attributes:
        record: The plugin.
        checkpoint: The checkpoint that the name goes on to name (`bart-base`), if it does; whether the
            backbone has it is known once the backbone is loaded.
    """

    record: PluginRecord
    checkpoint: str | None = None


@dataclass(frozen=True)
class _Query:
    """A typed name, taken apart."""

    typed: str
    name: str
    kind: str | None
    distribution: str | None

    def finds(self, record: PluginRecord, name: str) -> bool:
        return (
            record.answers_to(name)
            and self.kind in (None, record.kind)
            and self.distribution in (None, canonical(record.distribution.name))
        )


def resolve(catalogue: Catalogue, typed: str, kind: str | None = None, *, usable_only: bool = True) -> Choice:
    """Find the plugin that `typed` means.

    Args:
        catalogue: What is installed.
        typed: `name`, `kind:name`, `distribution:name` or `distribution:kind:name`.
        kind: The kind wanted; None where any will do.
        usable_only: Whether a plugin that is disabled, incompatible or unreadable is an error; else it is
            an answer, for commands that say what is wrong with it.

    Raises:
        UnknownPlugin: Nothing answers to the name.
        AmbiguousName: Several plugins do.
        UnavailablePlugin: What answers is disabled, incompatible or unreadable.
    """
    query = _parse(catalogue, typed, kind)
    found = _find(catalogue, query, query.name)
    if found is None and query.kind in (None, "backbone"):
        for prefix in _prefixes(query.name):
            found = found or _find(catalogue, replace(query, kind="backbone"), prefix)
    if found is None:
        raise UnknownPlugin(_unknown(catalogue, query))
    if usable_only and not found.usable:
        raise UnavailablePlugin(_unavailable(query, found))
    return Choice(found, checkpoint=None if found.answers_to(query.name) else query.name)


def _parse(catalogue: Catalogue, typed: str, kind: str | None) -> _Query:
    owners, name = split_qualified(typed)
    distribution = None
    distributions = {canonical(record.distribution.name) for record in catalogue.records}
    for owner in owners:
        # A distribution may be called like a kind: it is meant where a kind is wanted or was said already.
        if owner in _KINDS and (kind is None or owner not in distributions):
            if kind not in (None, owner):
                raise UnknownPlugin(f"{typed!r} is a {owner}, and a {kind} is wanted here")
            kind = owner
        else:
            distribution = canonical(owner)
    return _Query(typed, name, kind, distribution)


def _prefixes(name: str) -> list[str]:
    """`flan-t5-small` → `flan-t5`, `flan`: the longest first."""
    parts = name.split("-")
    return ["-".join(parts[:count]) for count in range(len(parts) - 1, 0, -1)]


def _find(catalogue: Catalogue, query: _Query, name: str) -> PluginRecord | None:
    found = [record for record in catalogue.records if query.finds(record, name)]
    usable = [record for record in found if record.usable]
    if len(usable) > 1:
        raise AmbiguousName(_ambiguous(query, usable))
    return next(iter([*usable, *found]), None)


def _ambiguous(query: _Query, records: list[PluginRecord]) -> str:
    kinds = sorted({record.kind for record in records})
    if len(kinds) > 1:
        ways = " or ".join(sorted({record.label for record in records}))
        return f"{query.typed!r} is the name of a {' and of a '.join(kinds)}: say {ways}"
    lines = [f"{query.typed!r} is claimed by more than one plugin; say which:"]
    lines += [f"  {record.qualified}  ({record.distribution.version}, {record.target})" for record in records]
    if len({record.qualified for record in records}) < len(records):
        lines.append("One distribution declares the name twice: its author has to mend that.")
    return "\n".join(lines)


def _unavailable(query: _Query, record: PluginRecord) -> str:
    owner = f"{record.distribution.name} {record.distribution.version}".strip()
    return f"{query.typed!r} is installed but {record.status}: {record.reason} ({owner})"


def _unknown(catalogue: Catalogue, query: _Query) -> str:
    wanted = query.kind or "plugin"
    usable = catalogue.usable(query.kind)
    names = [name for record in usable for name in record.names]
    lines = [f"no {wanted} {query.typed!r} is installed here"]
    elsewhere = [r for r in catalogue.usable() if query.name in r.names and query.kind != r.kind]
    lines += [f"{query.name!r} is a {record.kind}, not a {wanted}" for record in elsewhere[:1]]
    lines += filter(None, [suggestion(nearest(query.name, names))])
    have = ", ".join(sorted({record.name for record in usable}))
    lines.append(f"installed: {have or 'none'} (ftkit list-plugins shows all)")
    lines.append(f"third-party plugins are installed with pip, into {sys.prefix}")
    return "\n".join(lines)
