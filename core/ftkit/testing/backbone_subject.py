"""A backbone under test: its checkpoint, its models and its tokenizer."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ftkit.descriptions import Checkpoint
from ftkit.testing import models
from ftkit.testing.subject import Subject
from ftkit.testing.tiny.architectures import saved_checkpoint

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


class BackboneSubject(Subject):
    """Loads the checkpoint that is given, else the embedded one, else a tiny one of the architecture."""

    @property
    def embedded(self) -> Checkpoint | None:
        """The embedded checkpoint, where that is what is tried."""
        if self.given.checkpoint or self.info.rehearsal_checkpoint is None:
            return None
        found: Checkpoint = self.info.checkpoints[self.info.rehearsal_checkpoint]
        return found

    @cached_property
    def source(self) -> str:
        """Where the weights come from.

        Raises:
            CannotTry: From nowhere.
        """
        embedded = self.embedded
        if embedded is not None:
            return embedded.source
        return self.given.checkpoint or saved_checkpoint(self.info.model_type)

    def model(self, dtype: str = "float32", source: str | None = None) -> PreTrainedModel:
        """A freshly loaded model."""
        return self.hook.load_model(source=source or self.source, dtype=dtype, options=self.options())

    def new_tokenizer(self, source: str | None = None) -> PreTrainedTokenizerBase:
        """A freshly loaded tokenizer."""
        return self.hook.load_tokenizer(source=source or self.source, options=self.options())

    @cached_property
    def tokenizer(self) -> PreTrainedTokenizerBase:
        """The tokenizer."""
        return self.new_tokenizer()

    @property
    def batch(self) -> Any:
        """Two examples."""
        return models.batch_of(self.tokenizer)

    def around(self) -> AbstractContextManager[object]:
        """See `models.repeatable`."""
        return models.repeatable()

    def exercise(self) -> None:
        """Load both and ask for logits."""
        models.logits_of(self.model(), models.batch_of(self.new_tokenizer()))
