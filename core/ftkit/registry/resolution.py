"""From the name a person typed to one installed plugin, without importing any.

Names compare in lower case with `_` as `-`. `owner:name` narrows a name to a kind or a distribution. A
backbone also answers to `backbone-rest`, the form that names of checkpoints have.
"""

from __future__ import annotations

from dataclasses import dataclass

from ftkit.errors import AmbiguousName, UnavailablePlugin, UnknownPlugin
from ftkit.registry.catalogue import Catalogue, PluginRecord
from ftkit.registry.distributions import GROUPS, canonical
from ftkit.registry.names import nearest, normalise

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
            name in {normalise(each) for each in record.names}
            and self.kind in (None, record.kind)
            and self.distribution in (None, canonical(record.distribution.name))
        )


def resolve(catalogue: Catalogue, typed: str, kind: str | None = None) -> Choice:
    """Find the plugin that `typed` means.

    Args:
        catalogue: What is installed.
        typed: `name`, `kind:name` or `distribution:name`.
        kind: The kind wanted; None where any will do.

    Raises:
        UnknownPlugin: Nothing answers to the name.
        AmbiguousName: Several plugins do.
        UnavailablePlugin: What answers is disabled, incompatible or unreadable.
    """
    query = _parse(typed, kind)
    record = _find(catalogue, query, query.name)
    if record is not None:
        return Choice(record)
    if query.kind in (None, "backbone"):
        for prefix in _prefixes(query.name):
            backbone = _find(catalogue, _Query(typed, prefix, "backbone", query.distribution), prefix)
            if backbone is not None:
                return Choice(backbone, checkpoint=query.name)
    raise UnknownPlugin(_unknown(catalogue, query))


def _parse(typed: str, kind: str | None) -> _Query:
    *owners, name = typed.strip().split(":")
    distribution = None
    for owner in owners:
        if owner.lower() in _KINDS:
            if kind not in (None, owner.lower()):
                raise UnknownPlugin(f"{typed!r} is a {owner.lower()}, and a {kind} is wanted here")
            kind = owner.lower()
        else:
            distribution = canonical(owner)
    return _Query(typed, normalise(name), kind, distribution)


def _prefixes(name: str) -> list[str]:
    """`flan-t5-small` → `flan-t5`, `flan`: the longest first."""
    parts = name.split("-")
    return ["-".join(parts[:count]) for count in range(len(parts) - 1, 0, -1)]


def _find(catalogue: Catalogue, query: _Query, name: str) -> PluginRecord | None:
    found = [record for record in catalogue.records if query.finds(record, name)]
    usable = [record for record in found if record.status in ("ok", "conflict")]
    if len(usable) > 1:
        raise AmbiguousName(_ambiguous(query, usable))
    if usable:
        return usable[0]
    if found:
        raise UnavailablePlugin(_unavailable(query, found))
    return None


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


def _unavailable(query: _Query, records: list[PluginRecord]) -> str:
    return "\n".join(
        f"{query.typed!r} is installed but {record.status}: {record.reason} "
        f"({record.distribution.name} {record.distribution.version})"
        for record in records
    )


def _unknown(catalogue: Catalogue, query: _Query) -> str:
    wanted = query.kind or "plugin"
    usable = catalogue.usable(query.kind)
    names = [name for record in usable for name in record.names]
    lines = [f"no {wanted} {query.typed!r} is installed here"]
    elsewhere = [r for r in catalogue.usable() if query.name in r.names and query.kind != r.kind]
    lines += [f"{query.name!r} is a {record.kind}, not a {wanted}" for record in elsewhere[:1]]
    close = nearest(query.name, names)
    if close:
        lines.append(f"did you mean {' or '.join(close)}?")
    have = ", ".join(sorted({record.name for record in usable}))
    lines.append(f"installed: {have or 'none'} (ftkit list-plugins shows all)")
    return "\n".join(lines)
