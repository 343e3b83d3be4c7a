"""Token lengths of the real training rows, with a tokenizer such as T5's that is trained on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import sentencepiece

from ftkit import Example
from ftkit_plugins.tasks import qa, sentiment, translation
from support.pieces import sentencepiece_model
from support.prepared import ENGLISH_TO_GERMAN
from support.real_data import csv_rows, json_file, json_lines

_LIMIT = 512  # tokens of an input, as by default


def _squad() -> list[Example]:
    return [qa.format_example(row) for row in qa.expand_record(json_file("squad/train.json"))]


def _imdb() -> list[Example]:
    return [sentiment.format_example(row) for row in csv_rows("imdb/train.csv")]


def _wmt(corpus: str) -> list[Example]:
    rows = json_lines(f"wmt16_en_de_{corpus}/train.jsonl")
    return [translation.format_example(row, ENGLISH_TO_GERMAN) for row in rows]


CORPORA: dict[str, Callable[[], list[Example]]] = {
    "squad": _squad,
    "imdb": _imdb,
    "news": lambda: _wmt("news"),
    "multi30k": lambda: _wmt("multi30k"),
}


@cache
def lengths_of(corpus: str) -> Any:
    """(rows, 2): tokens of inputs and targets, end token included."""
    examples = CORPORA[corpus]()
    model = sentencepiece_model(_texts(examples[::2]), 8000)
    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    pairs = [(_count(processor, each.input), _count(processor, each.target or "")) for each in examples]
    return np.array(pairs)


def _texts(examples: list[Example]) -> Iterator[str]:
    return (text for each in examples for text in (each.input, each.target or ""))


def _count(processor: Any, text: str) -> int:
    return min(_LIMIT, len(processor.encode(text)) + 1)
