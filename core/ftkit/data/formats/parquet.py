"""Rows of Parquet files, a few at a time."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ftkit.data.formats.opening import opened
from ftkit.data.rows import BadRow, Located
from ftkit.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS = 256  # read at once; a row may hold a book


def read_parquet(path: Path, file: str) -> Iterator[Located]:
    """The rows of a Parquet file.

    Raises:
        DataError: It is none, is damaged, or two of its columns have one name.
    """
    import pyarrow as pa  # noqa: PLC0415 - a quarter of a second, paid by whoever reads Parquet
    from pyarrow import parquet  # noqa: PLC0415

    with tempfile.TemporaryFile() as scratch, opened(path, file) as stream:
        seekable = _unzipped(stream, scratch) if stream.peek(4)[:4] != b"PAR1" else stream  # type: ignore[attr-defined]
        try:
            content = parquet.ParquetFile(seekable, page_checksum_verification=True)
            _demand_distinct(content.schema_arrow.names, file)
            number = 0
            for batch in content.iter_batches(batch_size=_ROWS):
                yield from _located(batch, file, number)
                number += batch.num_rows
            _demand_all(number, content.metadata.num_rows, file)
        except (pa.ArrowException, OSError, ValueError) as error:  # ValueError: names that are no UTF-8
            raise DataError(f"{file}: not a Parquet file, or a damaged one: {error}") from error


def _unzipped(stream: IO[bytes], scratch: IO[bytes]) -> IO[bytes]:
    """Parquet is read from its end, which a zipped stream hasn't got."""
    shutil.copyfileobj(stream, scratch)
    scratch.seek(0)
    return scratch


def _demand_distinct(names: list[str], file: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(f"{file} has the columns {', '.join(map(repr, twice))} more than once")


def _demand_all(read: int, promised: int, file: str) -> None:
    """Refuse to pass over rows: a byte that is wrong in the footer can hide a group of them."""
    if read != promised:
        raise DataError(f"{file}: damaged: it says that it has {promised:,} rows, and gives {read:,}")


def _located(batch: pa.RecordBatch, file: str, before: int) -> Iterator[Located]:
    """Rows as Python has them; one that Python can't have (a text that is no UTF-8) is a bad row."""
    for index in range(batch.num_rows):
        number = before + index + 1
        try:
            rows: list[dict[str, Any]] = batch.slice(index, 1).to_pylist()
        except (ValueError, OverflowError) as error:  # pyarrow's own errors are among them
            yield BadRow(None, file, number, number, reason=f"it can't be read: {error}")
        else:
            yield Located(rows[0], file, number, number)
