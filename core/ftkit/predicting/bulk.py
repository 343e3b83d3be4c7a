"""Answer all rows of an input: into a file that can be resumed, or one chunk after the other."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from ftkit.answering.run import LoadedRun
from ftkit.data.rejected import rejected_line
from ftkit.errors import DataError, RunError
from ftkit.inference.progress import RowProgress
from ftkit.interrupts import Interrupted, Interrupts
from ftkit.memory import peak_memory
from ftkit.predicting.answers import answer
from ftkit.predicting.chunks import Chunk, demand_usable, read_chunks, refuse
from ftkit.predicting.identity import identity_of
from ftkit.predicting.output import (
    PredictionFile,
    Progress,
    demand_same,
    held_output,
    progress_path,
    unfinished,
)
from ftkit.predicting.request import Request


def predicted_lines(loaded: LoadedRun, request: Request) -> Iterator[tuple[str, ...]]:
    """The predictions as lines of JSON, a chunk at a time, in the order of the input.

    Raises:
        DataError: The input can't be read, or has rows that can't be used: told before any is answered.
    """
    rejected_name = "FILE.rejected.jsonl of --output FILE"
    demand_usable(request, loaded.formatter, rejected_name)
    for chunk in read_chunks(request, loaded.formatter):
        refuse(chunk.bad, rejected_name)
        yield answer(loaded, request, chunk).lines


def predict_to_file(
    loaded: LoadedRun,
    request: Request,
    output: Path,
    *,
    resume: bool = False,
    resume_command: str = "the same with resume=True",
    quiet: bool = False,
) -> dict[str, Any]:
    """Write the predictions of all rows to a file, a line of JSON each, in the order of the input.

    Args:
        loaded: The run that is asked.
        request: The rows.
        output: The file. `OUTPUT.rejected.jsonl` takes rows that are set aside, `OUTPUT.progress.json` says
            how far it is until it is finished.
        resume: Go on with an unfinished file; where there is none yet, begin it.
        resume_command: What goes on with it, for messages.
        quiet: Show no progress.

    Returns:
        Counts, times and places, as `--json` prints them.

    Raises:
        DataError: The input can't be read, or has rows that can't be used and are not to be set aside.
        RunError: The file is there already, in use, can't be written, or is not to be resumed.
        Interrupted: SIGINT or SIGTERM came; the chunk that was begun is written.
    """
    interrupts = Interrupts()
    with interrupts.heard(), held_output(output):
        try:
            file = _begun(loaded, request, output, resume=resume)
            with _told_how_far(file, resume_command):
                _write_rest(loaded, request, file, interrupts, quiet=quiet)
                file.finish()
        except Interrupted as stopped:
            going_on = resume_command if progress_path(output).exists() else None
            raise Interrupted(stopped.signal, going_on) from None
    return _summary(file)


@contextmanager
def _told_how_far(file: PredictionFile, resume_command: str) -> Iterator[None]:
    """What goes wrong while rows are answered says how many are done."""
    try:
        yield
    except DataError as error:
        done = f"{file.progress.done:,} rows before that are done, in {file.path}"
        raise DataError(f"{error}\n{done}") from error
    except OSError as error:
        raise RunError(
            f"{file.path}: {error.strerror or error}; {file.progress.done:,} rows are done; once that is "
            f"mended, go on with: {resume_command}"
        ) from error


def _begun(loaded: LoadedRun, request: Request, output: Path, *, resume: bool) -> PredictionFile:
    """The file, begun now or before; rows that can't be used are an error before it is there."""
    progress = unfinished(output, resume=resume)
    identity = identity_of(loaded, request)
    if progress is not None:
        demand_same(output, progress, identity)
    file = PredictionFile(output, progress or Progress(identity))
    try:
        if progress is not None:
            file.go_on()
        elif request.reading.set_aside:
            file.begin(None)
        else:
            file.begin(demand_usable(request, loaded.formatter, file.rejected_path.name))
    except OSError as error:
        raise RunError(f"{output} can't be written: {error.strerror or error}") from error
    return file


def _write_rest(
    loaded: LoadedRun, request: Request, file: PredictionFile, interrupts: Interrupts, *, quiet: bool
) -> None:
    began = time.monotonic()
    done = file.progress.done
    with closing(RowProgress(file.progress.total, done, quiet=quiet)) as shown:
        for chunk in read_chunks(request, loaded.formatter, done):
            if not request.reading.set_aside:
                refuse(chunk.bad, file.rejected_path.name)
            with interrupts.deferred():
                _write(loaded, request, chunk, file, began)
            began = time.monotonic()
            shown.advance(chunk.count)


def _write(loaded: LoadedRun, request: Request, chunk: Chunk, file: PredictionFile, began: float) -> None:
    answered = answer(loaded, request, chunk)
    file.append(
        answered.lines,
        map(rejected_line, chunk.bad),
        rows=chunk.count,
        unparseable=answered.unparseable,
        truncated=answered.truncated,
        seconds=time.monotonic() - began,
    )


def _summary(file: PredictionFile) -> dict[str, Any]:
    """What came of it; sizes in bytes, times in seconds. `rows` and `rejected` make up the input."""
    progress = file.progress
    rows = progress.done - progress.rejected
    return {
        "output": str(file.path),
        "rows": rows,
        "rejected": progress.rejected,
        "rejected_rows": str(file.rejected_path) if progress.rejected else None,
        "unparseable": progress.unparseable,
        "truncated": progress.truncated,
        "seconds": round(progress.seconds, 3),
        "rows_per_second": round(rows / max(progress.seconds, 1e-9), 1),
        "peak_memory_bytes": peak_memory(),
    }
