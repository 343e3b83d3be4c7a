"""Data made ready before torch is there: rows read, formatted, parted, and stored where they are mapped."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ftkit.data.build import COUNTS, REJECTED, TRAINING, VALIDATION, build_examples
from ftkit.data.cache import Cache, open_cache
from ftkit.data.examples import Formatter
from ftkit.data.fingerprint import code_identity, fingerprint_of, tokenizer_identity
from ftkit.data.labels import demand_known_labels
from ftkit.data.reading import Reading
from ftkit.data.sources import STDIN, Source, find_sources
from ftkit.data.store import StoredExamples
from ftkit.data.tokenised import TokenisedExamples, stored_tokens, tokenise_to
from ftkit.errors import DataError
from ftkit.plugins import SelectedPlugins

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True)
class PreparedData:
    """The examples of a run, on disk.

    Attributes:
        training: Examples to learn from.
        validation: Examples to evaluate on.
        rejected: How many rows can't be used and were set aside.
        rejected_rows: File with these rows, a line of JSON each: file, line, reason and the row.
        shared: How many training examples have an input that occurs in the validation data too.
        sources: What was read, each with its name, its use, its rows and how many of them were rejected.
        fingerprint: Hash of all that the examples depend on; None where the data is streamed.
        cache: Where they are kept.
    """

    training: StoredExamples
    validation: StoredExamples
    rejected: int
    rejected_rows: Path
    shared: int
    sources: Sequence[Mapping[str, Any]]
    fingerprint: str | None
    cache: Cache

    def tokenised(
        self, tokenizer: PreTrainedTokenizerBase, max_input_tokens: int, max_target_tokens: int
    ) -> TokenisedExamples:
        """The training examples as token ids, from the cache where they are in it.

        Raises:
            DataError: They can't be kept, for lack of space for instance.
        """
        limits = (max_input_tokens, max_target_tokens)
        known = self.fingerprint and fingerprint_of(self.fingerprint, tokenizer_identity(tokenizer), limits)

        def build(folder: Path) -> None:
            tokenise_to(folder / TRAINING, self.training, tokenizer, *limits)

        return stored_tokens(self.cache.entry("tokens", known or None, build) / TRAINING)

    @property
    def remarks(self) -> list[str]:
        """What the person should know of the data."""
        shared = (
            f"{self.shared:,} of {len(self.training):,} training examples have an input that occurs in the "
            "validation data too: its figures will look better than they are"
        )
        return [remark for remark in (self.cache.note, shared if self.shared else "") if remark]

    @property
    def summary(self) -> dict[str, Any]:
        """What a run's result says of its data."""
        return {
            "fingerprint": self.fingerprint,
            "training_rows": len(self.training),
            "validation_rows": len(self.validation),
            "shared_with_validation": self.shared,
            "sources": list(self.sources),
        }


def prepare(
    data: str,
    validation_data: str | None,
    reading: Reading,
    seed: int,
    plugins: SelectedPlugins,
    task_options: Mapping[str, Any],
) -> PreparedData:
    """Read, format, part and store the rows of a run, or find what was stored before.

    Args:
        data: What `--data` names: see `ftkit.data.sources`.
        validation_data: Likewise; None: about a tenth of the training rows is kept apart.
        reading: How the files are read.
        seed: Decides which rows are kept apart.
        plugins: The run's plugins; the task's hooks make the examples.
        task_options: Values of the task's options.

    Raises:
        DataError: Something can't be read, rows can't be used, or none is left.
    """
    if data == validation_data == STDIN:
        raise DataError("--data and --validation-data can't both be stdin")
    formatter = Formatter.of_plugins(plugins, task_options)
    uses = {"training": find_sources(data, reading)}
    if validation_data is not None:
        uses["validation"] = find_sources(validation_data, reading)
    sources = [(use, source) for use, found in uses.items() for source in found]
    demand_known_labels([source for _, source in sources], formatter, reading)
    split_seed = seed if validation_data is None else None
    fingerprint = _fingerprint(sources, reading, split_seed, plugins, task_options)
    cache = open_cache()
    entry = cache.entry(
        "examples",
        fingerprint,
        lambda folder: build_examples(folder, sources, formatter, reading, split_seed),
    )
    counts = json.loads((entry / COUNTS).read_text(encoding="utf-8"))
    training, validation = StoredExamples(entry / TRAINING), StoredExamples(entry / VALIDATION)
    return PreparedData(
        training=training,
        validation=validation,
        rejected=counts["rejected"],
        rejected_rows=entry / REJECTED,
        shared=_shared(training, validation),
        sources=counts["sources"],
        fingerprint=fingerprint,
        cache=cache,
    )


def _fingerprint(
    sources: Sequence[tuple[str, Source]],
    reading: Reading,
    seed: int | None,
    plugins: SelectedPlugins,
    task_options: Mapping[str, Any],
) -> str | None:
    contents = [(use, source.name, source.digest()) for use, source in sources]
    if any(digest is None for *_, digest in contents):
        return None
    return fingerprint_of(contents, vars(reading), seed, code_identity(plugins), dict(task_options))


def _shared(training: StoredExamples, validation: StoredExamples) -> int:
    """How many training inputs are among those of the validation, by their hashes: eight bytes a row."""
    import numpy as np  # noqa: PLC0415 - not needed to say that a row is wrong

    known = np.unique(np.concatenate(list(validation.digests())))
    return sum(int(np.isin(each, known).sum()) for each in training.digests())
