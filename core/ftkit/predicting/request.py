"""What is to be answered, and how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ftkit.data.reading import Reading, complete_with_reading, make_reading
from ftkit.data.sources import Source, find_sources
from ftkit.inference.settings import GENERATION
from ftkit.predicting import CHUNK_ROWS
from ftkit.runs.resolving import Setup


@dataclass(frozen=True)
class Request:
    """Rows to answer.

    Attributes:
        sources: Where they come from.
        reading: How these are read.
        generation: Values of all options of generation.
        seed: Of what is drawn when sampling.
        chunk_rows: Rows answered between two writes, at most.
    """

    sources: Sequence[Source]
    reading: Reading
    generation: Mapping[str, Any]
    seed: int = 0
    chunk_rows: int = CHUNK_ROWS


def make_request(
    setup: Setup,
    data: str,
    options: Mapping[str, Mapping[str, Any]],
    seed: int = 0,
    chunk_rows: int = CHUNK_ROWS,
) -> Request:
    """Check options, then find the rows.

    Args:
        setup: That of the run that will be asked; its weights need not be loaded yet.
        data: What names the rows: see `ftkit.data.sources`.
        options: Values for `generation` and `reading`, typed or as strings.
        seed: Of what is drawn when sampling.
        chunk_rows: Rows answered between two writes, at most.

    Raises:
        OptionsError: With every problem.
        DataError: `data` names nothing.
    """
    generation = setup.generation_given(options.get("generation", {}))
    complete = complete_with_reading({"generation": GENERATION}, {**options, "generation": generation})
    reading = make_reading(complete["reading"])
    return Request(find_sources(data, reading), reading, complete["generation"], seed, chunk_rows)
