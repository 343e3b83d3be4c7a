"""Any value as JSON (RFC 8259) in UTF-8, whatever plugins and files put into it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any


def as_json(value: Any, indent: int | None = None) -> str:
    """The value as JSON.

    What JSON can't say is said as near as it can: NaN and infinities as null, numbers of other libraries as
    numbers, sets and the like as what Python would print, half a surrogate pair as its escape.

    Args:
        value: Anything.
        indent: As for `json.dumps`.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)
        text.encode()
    except (ValueError, TypeError):
        return json.dumps(_plain(value), ensure_ascii=False, indent=indent)
    return text


def as_json_lines(rows: Iterable[Any]) -> str:
    """Each value as a line of JSON."""
    return "".join(as_json(row) + "\n" for row in rows)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_plain_text(str(key)): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, str):
        return _plain_text(value)
    if value is None or isinstance(value, (int, float)):
        return None if isinstance(value, float) and not math.isfinite(value) else value
    if hasattr(value, "item") and not getattr(value, "shape", ()):  # a number of numpy's or torch's
        return _plain(value.item())
    return _plain_text(str(value))


def _plain_text(text: str) -> str:
    return text.encode(errors="backslashreplace").decode()
