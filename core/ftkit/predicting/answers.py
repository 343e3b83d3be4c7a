"""A chunk's answers, each as a line of JSON."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from ftkit.answering.prediction import Prediction
from ftkit.answering.run import LoadedRun
from ftkit.json_text import as_json
from ftkit.predicting.chunks import Chunk, InputRow
from ftkit.predicting.request import Request


@dataclass(frozen=True)
class Answered:
    """What the model made of a chunk.

    Attributes:
        lines: For each row that can be answered a line of JSON, without its end.
        unparseable: How many answers held none that the task can read.
        truncated: How many inputs lost their end to the limit.
    """

    lines: tuple[str, ...]
    unparseable: int
    truncated: int


def answer(loaded: LoadedRun, request: Request, chunk: Chunk) -> Answered:
    """Answer the rows of a chunk, in their order; the same draws for the same chunk when sampling."""
    examples = [row.example for row in chunk.rows]
    seed = _seed_of(request.seed, chunk.before)
    predictions = loaded.answer(examples, request.generation, seed) if examples else []
    lines = tuple(_line(*pair) for pair in zip(chunk.rows, predictions, strict=True))
    return Answered(
        lines,
        unparseable=sum(each.answer is None for each in predictions),
        truncated=sum(each.truncated for each in predictions),
    )


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
        "truncated": prediction.truncated,
        "windows": prediction.windows,
    }
    return as_json(record)
