"""Examples and token ids on disk, in Arrow's file format, read through a memory map.

Rows are written as they come, some thousands at a time, and read where they lie: neither writing nor reading
needs memory for the whole.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from itertools import accumulate
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, overload

from ftkit.data.rows import Located
from ftkit.descriptions import Example

if TYPE_CHECKING:
    import pyarrow as pa

_BYTES = 1 << 20  # of a batch on disk, at least: each costs a little memory when it is mapped
_ROWS, _CHARACTERS = 2048, 1 << 21  # of examples that wait in memory, whichever is reached first
_READ = 256  # rows that are made examples at once


class ArrowWriter:
    """Writes record batches of one schema to a file, small ones put together; a context manager."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        import pyarrow as pa  # noqa: PLC0415 - a tenth of a second, paid only where rows are written

        self._writer = pa.ipc.new_file(str(path), schema)
        self._waiting: list[pa.RecordBatch] = []
        self._bytes = 0

    def __enter__(self) -> ArrowWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._flush()
        self._writer.close()

    def write(self, batch: pa.RecordBatch) -> None:
        """Add a batch."""
        self._waiting.append(batch)
        self._bytes += batch.nbytes
        if self._bytes >= _BYTES:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa  # noqa: PLC0415 - as above

        if self._waiting:
            self._writer.write_table(pa.Table.from_batches(self._waiting).combine_chunks())
        self._waiting, self._bytes = [], 0


def mapped_batches(path: Path) -> list[pa.RecordBatch]:
    """The record batches of a file, memory-mapped."""
    import pyarrow as pa  # noqa: PLC0415 - as above

    reader = pa.ipc.open_file(pa.memory_map(str(path)))
    return [reader.get_batch(index) for index in range(reader.num_record_batches)]


class Positions:
    """Which batch holds row i, and where in it."""

    def __init__(self, batches: Sequence[pa.RecordBatch]) -> None:
        self._starts = [0, *accumulate(batch.num_rows for batch in batches)]

    def __len__(self) -> int:
        return int(self._starts[-1])

    def find(self, index: int) -> tuple[int, int]:
        """Batch and row in it; negative indices count from the end.

        Raises:
            IndexError: There is no such row.
        """
        wanted = index + len(self) if index < 0 else index
        if not 0 <= wanted < len(self):
            raise IndexError(index)
        batch = bisect_right(self._starts, wanted) - 1
        return batch, wanted - self._starts[batch]


class ExampleWriter:
    """Writes examples with their places to a file; a context manager.

    Attributes:
        count: How many were added.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: ArrowWriter | None = None
        self._waiting: list[dict[str, Any]] = []
        self._characters = 0
        self.count = 0

    def __enter__(self) -> ExampleWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._flush()
        if self._file is not None:
            self._file.__exit__(kind, error, trace)

    def add(self, record: Located) -> None:
        """Add an example, which is the record's row."""
        example: Example = record.row
        self._waiting.append(
            {
                "input": example.input,
                "target": example.target,
                "references": list(example.references),
                "window": example.window,
                "place": record.place,
                "digest": int.from_bytes(blake2b(example.input.encode(), digest_size=8).digest(), "big"),
            }
        )
        self.count += 1
        self._characters += len(example.input)
        if len(self._waiting) >= _ROWS or self._characters >= _CHARACTERS:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa  # noqa: PLC0415 - late: a mistake in the first rows is told without it

        texts = pa.large_list(pa.large_string())
        columns = {"input": pa.large_string(), "target": pa.large_string(), "references": texts}
        columns["window"] = pa.list_(pa.int64(), 2)
        schema = pa.schema({**columns, "place": pa.string(), "digest": pa.uint64()})
        if self._file is None:
            self._file = ArrowWriter(self._path, schema)
        self._file.write(pa.RecordBatch.from_pylist(self._waiting, schema))
        self._waiting, self._characters = [], 0


class StoredExamples(Sequence[Example]):
    """Examples in a file that `ExampleWriter` wrote, read when they are asked for."""

    def __init__(self, path: Path) -> None:
        self._batches = mapped_batches(path)
        self._positions = Positions(self._batches)

    def __len__(self) -> int:
        return len(self._positions)

    @overload
    def __getitem__(self, index: int) -> Example: ...
    @overload
    def __getitem__(self, index: slice) -> list[Example]: ...
    def __getitem__(self, index: int | slice) -> Example | list[Example]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        return _example(self._row(index))

    def __iter__(self) -> Iterator[Example]:
        for batch in self._batches:
            for start in range(0, batch.num_rows, _READ):
                yield from map(_example, batch.slice(start, _READ).to_pylist())

    def place(self, index: int) -> str:
        """Where the example's row stands: `file:line`, and `#part` behind it in nested files."""
        return str(self._row(index)["place"])

    def digests(self) -> Iterator[Any]:
        """Hashes of the inputs, as numpy arrays of unsigned 64-bit integers, one a batch."""
        return (batch.column("digest").to_numpy() for batch in self._batches)

    def _row(self, index: int) -> dict[str, Any]:
        batch, row = self._positions.find(index)
        found: list[dict[str, Any]] = self._batches[batch].slice(row, 1).to_pylist()
        return found[0]


def _example(row: dict[str, Any]) -> Example:
    window = row["window"] and tuple(row["window"])
    return Example(row["input"], row["target"], tuple(row["references"]), window)
