"""Which method and which task works on which backbone, from the descriptions alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ftkit.descriptions import BackboneInfo, MethodInfo, TaskInfo
from ftkit.registry.probe_report import Probe


@dataclass(frozen=True)
class Verdict:
    """Whether a method or a task works on a backbone.

    Attributes:
        backbone: Name of the backbone; qualified where the bare one is in conflict.
        kind: `method` or `task`.
        plugin: Name of the method or task, likewise.
        works: The answer.
        reasons: Why not; empty where it works.
    """

    backbone: str
    kind: str
    plugin: str
    works: bool
    reasons: tuple[str, ...]


def verdicts(probes: Iterable[Probe]) -> list[Verdict]:
    """A verdict for each method and each task on each backbone; plugins without description say no."""
    probes = list(probes)
    backbones = [probe for probe in probes if probe.record.kind == "backbone"]
    others = [probe for probe in probes if probe.record.kind in ("method", "task")]
    return [_verdict(backbone, other) for other in others for backbone in backbones]


def obstacles(backbone: BackboneInfo, other: MethodInfo | TaskInfo) -> list[str]:
    """Why a method or a task can't work on a backbone; empty where it can."""
    missing = [
        f"the backbone lacks the feature {feature}"
        for feature in other.requires_features
        if feature not in backbone.features
    ]
    if isinstance(other, MethodInfo):
        missing += [
            f"the backbone names no module for the role {role}"
            for role in other.requires_roles
            if not backbone.roles.get(role)
        ]
    return missing


def _verdict(backbone: Probe, other: Probe) -> Verdict:
    if isinstance(backbone.info, BackboneInfo) and isinstance(other.info, (MethodInfo, TaskInfo)):
        reasons = obstacles(backbone.info, other.info)
    else:
        reasons = [_silence(probe) for probe in (backbone, other) if probe.info is None]
    names = [_name(probe) for probe in (backbone, other)]
    return Verdict(names[0], other.record.kind, names[1], not reasons, tuple(reasons))


def _silence(probe: Probe) -> str:
    why = probe.faults[0].problem if probe.faults else "it gives no description"
    return f"{probe.record.label} is broken: {why}"


def _name(probe: Probe) -> str:
    return probe.record.qualified if probe.record.status == "conflict" else probe.record.name


def by_plugin(found: Iterable[Verdict]) -> Mapping[tuple[str, str], list[Verdict]]:
    """The verdicts as rows: (kind, plugin) → one verdict a backbone, in the order given."""
    rows: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in found:
        rows.setdefault((verdict.kind, verdict.plugin), []).append(verdict)
    return rows
