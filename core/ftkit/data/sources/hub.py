"""Data sets of the Hugging Face hub, through `datasets`, which runs no code of theirs."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ftkit.data.rows import Located
from ftkit.data.sources.kinds import digest_of
from ftkit.errors import DataError

_PART = r"[A-Za-z0-9][\w.-]*"
_NAME = re.compile(rf"{_PART}(/{_PART}){{0,2}}(:[\w.-]+)?")
_DEFAULT_SPLIT = "train"


def is_hub_name(name: str) -> bool:
    """Whether it could be one: `squad`, `wmt16/de-en`, `owner/name`, `owner/name/config`, `…:split`."""
    return _NAME.fullmatch(name) is not None


@dataclass(frozen=True)
class HubData:
    """A data set of the hub, or what of one is in the local cache.

    Attributes:
        name: As given: `squad`, `wmt16/de-en`, `owner/name/config:validation`.
        streaming: Whether rows are read as they arrive, without a copy on this machine.
        hint: What to add where there is no such data set.
    """

    name: str
    streaming: bool
    hint: str = field(default="", compare=False)

    def rows(self) -> Iterator[Located]:
        """See `Source`."""
        iterator = iter(self._data)
        number = 0
        try:
            while True:
                try:
                    row = next(iterator)
                except StopIteration:
                    return
                except _errors() as error:
                    raise DataError(
                        f"{self.name}:{number + 1}: the row can't be fetched: {_said(error)}"
                    ) from error
                number += 1
                yield Located(row, self.name, number, number)
        finally:
            # pyarrow's threads that read ahead would abort the process at its end (datasets issue 7566)
            del iterator
            gc.collect()

    def digest(self) -> str | None:
        """See `Source`."""
        files = [] if self.streaming else [Path(each["filename"]) for each in self._data.cache_files]
        return digest_of(files) if files else None

    @cached_property
    def _data(self) -> Any:
        """The data set, of the first reading of its name that there is.

        Raises:
            DataError: There is none, or the hub can't be asked.
        """
        failed: list[str] = []
        for repository, config in _readings(self.name.partition(":")[0]):
            try:
                return self._load(repository, config)
            except _errors() as error:
                called = f"{repository}, config {config}" if config else repository
                failed.append(f"{called}: {_said(error)}")
        raise DataError(
            f"{self.name} is neither a file here nor a data set on the hub or in its cache{self.hint}\n"
            + "\n".join(failed)
        )

    def _load(self, repository: str, config: str | None) -> Any:
        from datasets import load_dataset  # noqa: PLC0415 - seconds, paid by whoever names a hub data set

        split = self.name.partition(":")[2] or _DEFAULT_SPLIT
        return load_dataset(repository, config, split=split, streaming=self.streaming)


def _readings(name: str) -> Sequence[tuple[str, str | None]]:
    """Repository and config: `a/b` is a repository of an owner's, or else a config of one without owner."""
    parts = name.split("/")
    if len(parts) == 3:  # noqa: PLR2004 - owner, name, config
        return [("/".join(parts[:2]), parts[2])]
    return [(name, None), (parts[0], parts[1])] if len(parts) == 2 else [(name, None)]  # noqa: PLR2004 - likewise


def _errors() -> tuple[type[Exception], ...]:
    """What `datasets` raises where a data set, its config or its split can't be had."""
    from datasets.exceptions import DatasetsError  # noqa: PLC0415 - as above

    return (DatasetsError, OSError, ValueError, RuntimeError)


def _said(error: Exception) -> str:
    """An error's first line: what follows is advice for whoever calls `datasets`."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
