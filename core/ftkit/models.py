"""A loader function for each checkpoint of each installed backbone: `load_`, then its name.

    from ftkit.models import load_NAME        # NAME: the checkpoint's, with `_` for whatever isn't a letter
    model, tokenizer = load_NAME(finetune_type="METHOD", task="TASK", device="cuda")

The functions are made when they are first asked for, from what the backbones say of themselves: a backbone
that was installed after ftkit has them too.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from ftkit.errors import PluginError
from ftkit.loading import load
from ftkit.plugins import list_plugins, load_plugins
from ftkit.registry.catalogue import read_catalogue
from ftkit.registry.resolution import resolve
from ftkit.spelling import normalise

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

_PREFIX = "load_"


class Loader:
    """Loads one backbone, by default one checkpoint of it.

    Attributes:
        backbone: The backbone's qualified name.
        checkpoint: The checkpoint that is loaded where no other is named.
    """

    def __init__(self, backbone: str, checkpoint: str) -> None:
        self.backbone = backbone
        self.checkpoint = checkpoint
        self.__name__ = _PREFIX + _identifier(checkpoint)
        self.__doc__ = f"Load {checkpoint}; see `Loader.__call__`."

    def __call__(
        self,
        name: str | None = None,
        finetune_type: str | None = None,
        task: str | None = None,
        device: str = "auto",
    ) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
        """Load a model that is ready to train, and its tokenizer.

        Args:
            name: Another checkpoint of the same backbone, a hub id or a folder; None means this loader's own.
            finetune_type: Any installed method; None leaves every parameter as the checkpoint has it.
            task: Any installed task that the model must suit.
            device: `cpu`, `cuda`…; `auto` takes the first accelerator there is.

        Returns:
            The model, which maps `input_ids` (B, S) and `labels` (B, T) to logits (B, T, vocabulary), and
            the tokenizer.

        Raises:
            FtkitError: As `ftkit.load` does.
        """
        info = load_plugins(backbone=self.backbone).backbone_info
        wanted = normalise(name or self.checkpoint)
        source = info.checkpoints[wanted].source if wanted in info.checkpoints else name
        loaded = load(self.backbone, finetune_type, task, checkpoint=source, device=device)
        return loaded.model, loaded.tokenizer

    def __repr__(self) -> str:
        return f"<{self.__name__}: {self.checkpoint} of {self.backbone}>"


def __getattr__(name: str) -> Loader:
    lacking = f"module {__name__!r} has no attribute {name!r}"
    if not name.startswith(_PREFIX):
        raise AttributeError(lacking)
    wanted = name.removeprefix(_PREFIX)
    try:
        backbone = resolve(read_catalogue(), wanted, "backbone").record.qualified
        found = [each for each in _checkpoints(backbone) if _identifier(each) == wanted]
    except PluginError as error:
        raise AttributeError(f"{lacking}: {error}") from error
    if not found:
        raise AttributeError(lacking)
    return Loader(backbone, found[0])


def __dir__() -> list[str]:
    names = ["Loader"]
    for record in list_plugins("backbone"):
        with suppress(PluginError):  # a broken backbone has no loaders to list
            names += [_PREFIX + _identifier(checkpoint) for checkpoint in _checkpoints(record.qualified)]
    return sorted(names)


def _checkpoints(backbone: str) -> list[str]:
    return list(load_plugins(backbone=backbone).backbone_info.checkpoints)


def _identifier(checkpoint: str) -> str:
    return re.sub(r"\W", "_", checkpoint)
