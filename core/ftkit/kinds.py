"""The four kinds of plugin: the table that ties a kind to its hooks and its description."""

from __future__ import annotations

from dataclasses import dataclass

from ftkit import descriptions as d
from ftkit import hookspecs as h


@dataclass(frozen=True)
class Kind:
    """One kind of plugin.

    Attributes:
        name: The kind, such as `backbone`.
        hooks: The class with its hook specs.
        info: What its describe hook returns.
        optional: Hooks that a plugin of the kind may leave out.
    """

    name: str
    hooks: type
    info: type[d.BackboneInfo | d.MethodInfo | d.TaskInfo | d.ExtensionInfo]
    optional: frozenset[str] = frozenset()

    @property
    def describe(self) -> str:
        """Name of the describe hook."""
        return f"describe_{self.name}"

    @property
    def hook_names(self) -> tuple[str, ...]:
        """All hooks of the kind, in the order of their specs."""
        return _hooks_of(self.hooks)

    @property
    def required(self) -> tuple[str, ...]:
        """Hooks that a plugin of the kind must implement."""
        return tuple(name for name in self.hook_names if name not in self.optional)


def _hooks_of(specs: type) -> tuple[str, ...]:
    return tuple(name for name in vars(specs) if not name.startswith("_"))


_SCORING = frozenset({"score_row", "weighted_score", "score_signatures"})
_LIFECYCLE = frozenset(_hooks_of(h.ExtensionHooks)) - {"describe_extension"}

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("backbone", h.BackboneHooks, d.BackboneInfo),
        Kind("method", h.MethodHooks, d.MethodInfo, frozenset({"merge_artifact"})),
        Kind("task", h.TaskHooks, d.TaskInfo, frozenset({"expand_record", "row_of_text"}) | _SCORING),
        Kind("extension", h.ExtensionHooks, d.ExtensionInfo, _LIFECYCLE),
    )
}
