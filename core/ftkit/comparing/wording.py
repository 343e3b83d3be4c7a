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


def told_metric(value: float | None) -> str:
    """A value of a metric."""
    return NOTHING if value is None else f"{value:.4g}"


def told_cost(name: str, value: float | None) -> str:
    """A value of one of `COSTS`, with its unit."""
    if value is None:
        return NOTHING
    kind = "bytes" if name.startswith("memory") else _KINDS[name]
    if kind == "bytes":
        return _bytes(value)
    return f"{_three_digits(value)} s" if kind == "seconds" else f"{value:,.0f}"


def told_with_spread(summary: Summary | None) -> str:
    """The mean of a metric with its standard deviation over the seeds, where there are several."""
    if summary is None:
        return NOTHING
    mean = told_metric(summary.mean)
    return mean if summary.spread is None else f"{mean} ± {summary.spread:.2g}"


def _bytes(value: float) -> str:
    unit, size = next(((unit, size) for unit, size in _UNITS if abs(value) >= size), ("B", 1.0))
    return f"{value / size:.4g} {unit}"


def _three_digits(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= _DECIMALS else f"{value:.3g}"
