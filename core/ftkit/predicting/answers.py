"""A chunk's answers, each as a line of JSON."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ftkit.predicting.chunks import Chunk, InputRow
from ftkit.predicting.request import Request
from ftkit.prediction import Prediction
from ftkit.runs import LoadedRun


@dataclass(frozen=True)
class Answered:
    """What the model made of a chunk.

    Attributes:
        lines: For each row that can be answered a line of JSON, without its end.
        unparseable: How many answers held none that the task can read.
    """

    lines: tuple[str, ...]
    unparseable: int


def answer(loaded: LoadedRun, request: Request, chunk: Chunk) -> Answered:
    """Answer the rows of a chunk, in their order; the same draws for the same chunk when sampling."""
    examples = [row.example for row in chunk.rows]
    seed = _seed_of(request.seed, chunk.before)
    predictions = loaded.answer(examples, request.generation, seed) if examples else []
    lines = tuple(_line(*pair) for pair in zip(chunk.rows, predictions, strict=True))
    return Answered(lines, sum(each.answer is None for each in predictions))


def _seed_of(seed: int, before: int) -> int:
    """A seed for each chunk: what goes on after a stop draws what it would have drawn."""
    return int.from_bytes(hashlib.sha256(f"{seed} {before}".encode()).digest()[:7], "big")


def _line(row: InputRow, prediction: Prediction) -> str:
    record = {
        "row": row.number,
        "place": row.place,
        **row.identity,
        "prediction": prediction.text,
        "parsed": prediction.answer,
        "score": prediction.score,
    }
    try:
        return _as_json(record)
    except (
        ValueError,
        TypeError,
    ):  # NaN out of Parquet, half a surrogate pair in a name, keys that are no text
        return _as_json({name: _plain(value) for name, value in record.items()})


def _as_json(record: Mapping[str, Any]) -> str:
    line = json.dumps(record, ensure_ascii=False, allow_nan=False, default=str)
    line.encode()
    return line


def _plain(value: Any) -> Any:
    """A value that JSON can write as it is; others as Python would."""
    try:
        _as_json({"": value})
    except (ValueError, TypeError):
        return ascii(value)
    return value
