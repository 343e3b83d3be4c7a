"""Figures as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ftkit.comparing.statistics import Summary

NOTHING = "–"
_DECIMALS = 1000  # from here on, thousands are parted and decimals are noise
_UNITS = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3))

_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "trainable_parameters": "count",
        "total_parameters": "count",
        "steps": "count",
        "artifact_bytes": "bytes",
        "process_peak": "bytes",
        "tokens_per_second": "count",
        "train_seconds": "seconds",
        "total_seconds": "seconds",
        "step_seconds": "seconds",
        "seconds_to_target": "seconds",
    }
)


def told(name: str, value: float | None) -> str:
    """A metric, or one of `COSTS`, with its unit."""
    if value is None:
        return NOTHING
    kind = "bytes" if name.startswith("memory") else _KINDS.get(name, "metric")
    if kind == "bytes":
        return _bytes(value)
    if kind == "seconds":
        return f"{_three_digits(value)} s"
    return f"{value:,.0f}" if kind == "count" else f"{value:.4g}"


def told_with_spread(name: str, summary: Summary | None) -> str:
    """A mean with the standard deviation over the seeds, where there are several."""
    if summary is None:
        return NOTHING
    mean = told(name, summary.mean)
    return mean if summary.spread is None else f"{mean} ± {summary.spread:.2g}"


def _bytes(value: float) -> str:
    unit, size = next(((unit, size) for unit, size in _UNITS if abs(value) >= size), ("B", 1.0))
    return f"{value / size:.4g} {unit}"


def _three_digits(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= _DECIMALS else f"{value:.3g}"
