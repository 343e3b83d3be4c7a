"""Runs that answer, and what they wrote."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import ftkit
from ftkit.answering.run import LoadedRun
from ftkit.predicting.bulk import predict_to_file
from ftkit.predicting.request import make_request

_NOUNS = ("dog", "house", "woman", "city", "river")
_VERBS = ("sleeps", "sings", "waits", "works")


def run_of_one_step(folder: Path) -> Path:
    """A run of the translation task: its model answers nonsense, other nonsense for other sentences."""
    folder.mkdir(parents=True)
    data = str(write_rows(folder / "pairs.jsonl", [{**row, "de": "Der Hund."} for row in sentences(8)]))
    recipe = ftkit.Recipe(
        model="t5-tiny",
        method="lora",
        task="translation",
        data=data,
        validation_data=data,
        output=str(folder / "run"),
        device="cpu",
        options={"training": {"max_steps": 1}, "task": {"source": "en", "target": "de"}},
    )
    return ftkit.train(recipe, quiet=True).folder


def write_rows(path: Path, rows: Iterable[Mapping[str, Any] | str]) -> Path:
    """A file of JSON lines; a text is a line as it is."""
    lines = [each if isinstance(each, str) else json.dumps(each, ensure_ascii=False) for each in rows]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def sentences(count: int, start: int = 0) -> list[dict[str, Any]]:
    """Rows of the translation task without translations."""
    return [
        {"id": f"r{n}", "en": f"The {_NOUNS[n % 5]} {_VERBS[n // 5 % 4]} in the {_NOUNS[n // 3 % 5]}."}
        for n in range(start, start + count)
    ]


def predict(
    loaded: LoadedRun,
    data: Path | str,
    output: Path,
    *,
    resume: bool = False,
    seed: int = 0,
    chunk_rows: int = 4,
    generation: Mapping[str, Any] | None = None,
    **reading: Any,
) -> dict[str, Any]:
    """Answer all rows into a file, in small chunks; `reading` are options of reading."""
    options = {"generation": generation or {}, "reading": reading}
    request = make_request(loaded.setup, str(data), options, seed, chunk_rows)
    return predict_to_file(loaded, request, output, resume=resume, quiet=True)


def lines_of(path: Path) -> list[dict[str, Any]]:
    """The lines of a file of JSON lines, each of which must be whole."""
    text = path.read_text(encoding="utf-8")
    assert text == "" or text.endswith("\n")
    return [json.loads(line) for line in text.split("\n")[:-1]]
