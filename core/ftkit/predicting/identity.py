"""What a file of predictions depends on: who goes on with it must ask the same run the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ftkit.answering.run import LoadedRun
from ftkit.data.fingerprint import code_identity, fingerprint_of
from ftkit.data.sources.kinds import digest_of
from ftkit.predicting.request import Request
from ftkit.runs.folder import RunFolder


def identity_of(loaded: LoadedRun, request: Request) -> dict[str, str]:
    """A hash of each thing that decides what the lines are, by its name for messages.

    Raises:
        DataError: The input can't be read.
    """
    contents = [(source.name, source.digest()) for source in request.sources]
    return {
        "input": fingerprint_of(contents),
        "reading options": fingerprint_of(_row_options(request)),
        "run": fingerprint_of(_run(loaded.folder)),
        "task's code": fingerprint_of(code_identity(loaded.setup.plugins)),
        "generation options": fingerprint_of(dict(request.generation)),
        "seed": fingerprint_of(request.seed),
        "device": fingerprint_of(loaded.loaded.model.device.type),
        "chunk size": fingerprint_of(request.chunk_rows),
    }


def _row_options(request: Request) -> dict[str, Any]:
    """Without what is done about bad rows: who met one may set the rest aside."""
    return {name: value for name, value in vars(request.reading).items() if name != "set_aside"}


def _run(folder: RunFolder) -> list[Any]:
    """Recipe, result and the sizes of the artifact's files.

    The result has its seconds and losses, which no second training repeats: gigabytes of weights need no
    hashing.
    """
    files = sorted(path for path in folder.artifact.rglob("*") if path.is_file())
    sizes = [(str(path.relative_to(folder.artifact)), path.stat().st_size) for path in files]
    told: list[Path] = [path for path in (folder.recipe, folder.result) if path.is_file()]
    return [digest_of(told), sizes]
