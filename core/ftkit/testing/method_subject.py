"""A method under test, with the tiny backbones that it is tried on."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ftkit.descriptions import BackboneInfo
from ftkit.registry.matrix import obstacles
from ftkit.testing import models
from ftkit.testing.subject import Subject
from ftkit.testing.tiny import backbone as tiny
from ftkit.testing.tiny.architectures import tiny_tokenizer
from ftkit.testing.violations import CannotTry

if TYPE_CHECKING:
    from transformers import PreTrainedModel


@dataclass(frozen=True)
class Tuned:
    """A model that learnt by the method, and the folder that its artifact was saved to."""

    model: PreTrainedModel
    folder: Path


class MethodSubject(Subject):
    """Applies the method to a tiny T5, and to a tiny BART where another architecture is wanted."""

    def description(self, backbone: tiny.TinyBackbone = tiny.T5) -> BackboneInfo:
        """What the method is told of a backbone: no role and no feature beyond those that it requires.

        Raises:
            CannotTry: It requires one that no tiny backbone has.
        """
        whole = backbone.describe_backbone()
        missing = obstacles(whole, self.info)
        if missing:
            raise CannotTry(f"on the tiny backbone: {', '.join(missing)}")
        roles = {role: whole.roles[role] for role in self.info.requires_roles}
        return replace(whole, roles=roles, features=tuple(self.info.requires_features))

    def fresh(self, backbone: tiny.TinyBackbone = tiny.T5, dtype: str = "float32") -> PreTrainedModel:
        """A model without the method, its parameters frozen or not as a backbone leaves them."""
        return backbone.load_model(backbone.checkpoint, dtype)

    def applied(
        self, backbone: tiny.TinyBackbone = tiny.T5, dtype: str = "float32", **changes: Any
    ) -> PreTrainedModel:
        """A fresh model with the method."""
        return self.hook.apply_method(
            model=self.fresh(backbone, dtype),
            backbone=self.description(backbone),
            options=self.options(**changes),
        )

    @cached_property
    def batch(self) -> Any:
        """Two examples."""
        return models.batch_of(tiny_tokenizer())

    @contextmanager
    def tuned(self, **changes: Any) -> Iterator[Tuned]:
        """A model that has learnt something, and its artifact."""
        model = self.applied(**changes)
        models.train(model, self.batch)
        with tempfile.TemporaryDirectory() as folder:
            self.hook.save_artifact(model=model, directory=Path(folder))
            yield Tuned(model, Path(folder))

    def back(
        self, folder: Path, backbone: tiny.TinyBackbone = tiny.T5, dtype: str = "float32"
    ) -> PreTrainedModel:
        """A fresh model with a saved artifact."""
        return self.hook.load_artifact(
            model=self.fresh(backbone, dtype), backbone=self.description(backbone), directory=folder
        )

    def around(self) -> AbstractContextManager[object]:
        """See `models.repeatable`."""
        return models.repeatable()

    def exercise(self) -> None:
        """Apply, learn, save, load, merge."""
        with self.tuned() as tuned:
            self.back(tuned.folder)
        if self.info.mergeable:
            self.hook.merge_artifact(model=tuned.model)


def saved_tensors(folder: Path) -> Mapping[str, Any]:
    """All tensors of a folder's safetensors files."""
    from safetensors.torch import load_file  # noqa: PLC0415 - imports torch

    files = sorted(folder.rglob("*.safetensors"))
    return {f"{file.name}:{name}": tensor for file in files for name, tensor in load_file(file).items()}
