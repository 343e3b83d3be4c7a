"""The real data beside the checkout, which nobody on this project wrote; tests skip where it is absent."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2].parent / "shared" / "data"

needs_real_data = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the real data is not at {FOLDER}")


def json_file(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def json_lines(name: str) -> Iterator[Any]:
    with (FOLDER / name).open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def csv_rows(name: str, **dialect: Any) -> Iterator[dict[Any, Any]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, **dialect)


def lines(name: str) -> list[str]:
    """Lines by line feeds alone: U+0085 and the like stay inside."""
    return (FOLDER / name).read_text(encoding="utf-8").removesuffix("\n").split("\n")
