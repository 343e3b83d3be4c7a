"""The plugins that are installed, each with its status. Nothing is imported to know it.

Status, first that applies:

    disabled      the user switched it off, with a variable or an option
    unreadable    its metadata is corrupt, or its name or value can't be used
    incompatible  its distribution requires another version of ftkit
    conflict      another distribution claims the same name for the same kind
    ok
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from ftkit._version import __version__
from ftkit.registry.distributions import (
    GROUPS,
    Declaration,
    DistributionMetadata,
    canonical,
    read_distributions,
)
from ftkit.registry.names import name_problem, split_qualified
from ftkit.registry.sources import module_summary
from ftkit.spelling import normalise

DISABLE_VARIABLE = "FTKIT_DISABLE_PLUGINS"
BUILTIN_ONLY_VARIABLE = "FTKIT_BUILTIN_ONLY"

_OWN_DISTRIBUTION = "ftkit"
_OWN_PLUGINS = "ftkit_plugins"
_VALUE = re.compile(r"(?P<target>[\w.]+(\s*:\s*[\w.]+)?)\s*(?P<extras>\[.*\])?")


@dataclass(frozen=True)
class PluginRecord:
    """One plugin, as its distribution's metadata declares it.

    Attributes:
        kind: `backbone`, `method`, `task` or `extension`; empty where the metadata is unreadable.
        name: The shortest of its names, as compared (lower case, dashes).
        aliases: Its other names for the same target, as compared.
        target: `module` or `module:attribute`.
        distribution: Where it comes from.
        status: See this module's docstring.
        reason: Why the status is not `ok`; empty where it is.
    """

    kind: str
    name: str
    aliases: tuple[str, ...]
    target: str
    distribution: DistributionMetadata
    status: str = "ok"
    reason: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Its name and its aliases."""
        return (self.name, *self.aliases)

    @property
    def usable(self) -> bool:
        """Whether it can be resolved: `ok`, or by its qualified name in a conflict."""
        return self.status in ("ok", "conflict")

    def answers_to(self, name: str) -> bool:
        """Whether a name, as it is compared, is one of its own."""
        return name in map(normalise, self.names)

    @property
    def label(self) -> str:
        """`kind:name`."""
        return f"{self.kind}:{self.name}"

    @property
    def qualified(self) -> str:
        """`distribution:name`, which stays unambiguous beside other distributions.

        The kind stands in front where the distribution is called like a kind.
        """
        distribution = canonical(self.distribution.name)
        kind = f"{self.kind}:" if distribution in GROUPS.values() else ""
        return f"{kind}{distribution}:{self.name}"

    @property
    def module(self) -> str:
        """The module that the target names."""
        return self.target.partition(":")[0]

    @property
    def builtin(self) -> bool:
        """Whether ftkit itself brings it."""
        own = canonical(self.distribution.name) == _OWN_DISTRIBUTION
        return own and self.module.partition(".")[0] == _OWN_PLUGINS

    @cached_property
    def summary(self) -> str:
        """First line of the module's docstring, read as text, else the distribution's summary."""
        return (self.module and module_summary(self.module)) or self.distribution.summary

    def as_json(self) -> dict[str, object]:
        """The plugin as `ftkit list-plugins --json` prints it."""
        return {
            "kind": self.kind or None,
            "name": self.name,
            "aliases": list(self.aliases),
            "distribution": self.distribution.name,
            "version": self.distribution.version,
            "summary": self.summary,
            "target": self.target,
            "builtin": self.builtin,
            "status": self.status,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class Catalogue:
    """All installed plugins, sorted by kind and name.

    Attributes:
        records: The plugins.
        unused_disables: Words of `FTKIT_DISABLE_PLUGINS` that match nothing installed.
    """

    records: tuple[PluginRecord, ...]
    unused_disables: tuple[str, ...] = ()

    def of_kind(self, kind: str | None) -> tuple[PluginRecord, ...]:
        """Plugins of one kind (None: of all), and rows whose kind can't be read."""
        return tuple(record for record in self.records if kind in (None, record.kind) or not record.kind)

    def usable(self, kind: str | None = None) -> tuple[PluginRecord, ...]:
        """Plugins that can be resolved."""
        return tuple(record for record in self.of_kind(kind) if record.usable)


def read_catalogue(environ: Mapping[str, str] = os.environ) -> Catalogue:
    """Read what is installed and decide each plugin's status."""
    records = [record for read in read_distributions() for record in _records(read)]
    disables = [word for word in re.split(r"[\s,]+", environ.get(DISABLE_VARIABLE, "")) if word]
    builtin_only = environ.get(BUILTIN_ONLY_VARIABLE, "").lower() not in ("", "0", "false", "no", "off")
    records = [_disabled(record, disables, builtin_only=builtin_only) for record in records]
    unused = [word for word in disables if not any(_matches(r, word) for r in records)]
    records = _with_conflicts(records)
    return Catalogue(tuple(sorted(records, key=_order)), tuple(unused))


def _order(record: PluginRecord) -> tuple[int, str, str]:
    kinds = [*GROUPS.values(), ""]
    return kinds.index(record.kind), record.name, canonical(record.distribution.name)


def _records(metadata: DistributionMetadata) -> Iterator[PluginRecord]:
    if not metadata.declarations:
        yield PluginRecord("", canonical(metadata.name), (), "", metadata, "unreadable", metadata.fault)
        return
    status, reason = _distribution_status(metadata)
    named: dict[tuple[str, str], list[str]] = defaultdict(list)
    for declaration in metadata.declarations:
        problem = name_problem(declaration.name) or _value_problem(declaration)
        if problem:
            kind, name, value = declaration.kind, declaration.name, declaration.value
            yield PluginRecord(kind, name, (), value, metadata, "unreadable", problem)
        else:
            named[declaration.kind, _target(declaration)].append(normalise(declaration.name))
    for (kind, target), names in named.items():
        name, *aliases = sorted(dict.fromkeys(names), key=lambda each: (len(each), each))
        yield PluginRecord(kind, name, tuple(aliases), target, metadata, status, reason)


def _value_problem(declaration: Declaration) -> str:
    if _VALUE.fullmatch(declaration.value.strip()):
        return ""
    return f"value {declaration.value!r} is not 'module' or 'module:attribute'"


def _target(declaration: Declaration) -> str:
    """The value without extras, which the entry-point specification lets a consumer ignore."""
    match = _VALUE.fullmatch(declaration.value.strip())
    return "".join(match["target"].split()) if match else declaration.value


def _distribution_status(metadata: DistributionMetadata) -> tuple[str, str]:
    if metadata.fault:
        return "unreadable", metadata.fault
    for line in metadata.requirements:
        # A requirement of an extra binds nobody who did not ask for the extra; ftkit has such of itself.
        if re.match(r"ftkit(?![\w.-])(?!.*;\s*extra\s*==\s*\S+$)", line.strip(), re.IGNORECASE):
            status, reason = _requirement_status(line)
            if status != "ok":
                return status, reason
    return "ok", ""


def _requirement_status(line: str) -> tuple[str, str]:
    # Only a distribution that requires ftkit pays for this import.
    from packaging.requirements import Requirement  # noqa: PLC0415

    try:
        requirement = Requirement(line)
        applies = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        met = requirement.specifier.contains(__version__, prereleases=True)
    except Exception as error:  # noqa: BLE001 - markers can compare anything with anything
        return "unreadable", f"its requirement {line!r} can't be read: {error}"
    if met or not applies:
        return "ok", ""
    return "incompatible", f"it requires ftkit {requirement.specifier}, and this is {__version__}"


def _disabled(record: PluginRecord, words: Iterable[str], *, builtin_only: bool) -> PluginRecord:
    word = next((word for word in words if _matches(record, word)), None)
    if word is not None:
        return replace(record, status="disabled", reason=f"{DISABLE_VARIABLE} names {word!r}")
    if builtin_only and not record.builtin:
        return replace(record, status="disabled", reason="only built-in plugins are wanted")
    return record


def _matches(record: PluginRecord, word: str) -> bool:
    """Whether `name`, `kind:name`, `distribution` or `distribution:name` means this plugin."""
    owners, name = split_qualified(word)
    distribution = canonical(record.distribution.name)
    named = record.answers_to(name)
    if not owners:
        return named or canonical(name) == distribution
    return named and all(owner == record.kind or canonical(owner) == distribution for owner in owners)


def _with_conflicts(records: list[PluginRecord]) -> list[PluginRecord]:
    claims: dict[tuple[str, str], list[PluginRecord]] = defaultdict(list)
    for record in records:
        if record.status == "ok":
            for name in record.names:
                claims[record.kind, name].append(record)
    return [_with_conflict(record, claims) for record in records]


def _with_conflict(
    record: PluginRecord, claims: Mapping[tuple[str, str], list[PluginRecord]]
) -> PluginRecord:
    if record.status != "ok":
        return record
    for name in record.names:
        others = [other for other in claims[record.kind, name] if other is not record]
        if others:
            whose = ", ".join(f"{o.distribution.name} {o.distribution.version}" for o in others)
            hint = f"{record.qualified} still works"
            if any(o.qualified == record.qualified for o in others):
                hint = "its own distribution declares it twice"
            reason = f"{name!r} is claimed by {whose} too; {hint}"
            return replace(record, status="conflict", reason=reason)
    return record
