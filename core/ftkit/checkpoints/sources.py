"""Where the files of a checkpoint are: a folder as given, else the local cache, else the hub.

Only the files that are needed are fetched, and the network is asked once, with a short timeout, before
anything else: without a network the answer comes in seconds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ftkit.errors import CheckpointError

_TIMEOUT = 5.0  # seconds for the hub's first answer
_VOCABULARIES = ("tokenizer.json", "vocab.json", "vocab.txt")
_TOKENIZER_FILES = (*_VOCABULARIES, "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json")
_SHARD = re.compile(r".*-\d{5}-of-(?P<total>\d{5})\.(safetensors|bin)")


@dataclass(frozen=True)
class Part:
    """Some of a checkpoint's files.

    Attributes:
        title: What they are, for messages.
        pick: From the names of all files there are, those of this part; none where it is lacking.
        complete: Whether picked names are certainly all there are in the whole checkpoint.
        hint: What to do where the part is lacking.
    """

    title: str
    pick: Callable[[Collection[str]], list[str]]
    complete: Callable[[Collection[str]], bool]
    hint: str = ""

    def choose(self, folder: Path) -> list[str]:
        """Names of this part's files in a folder."""
        return self.pick({file.name for file in folder.iterdir()})


def _pick_config(names: Collection[str]) -> list[str]:
    return [name for name in ("config.json",) if name in names]


def _pick_tokenizer(names: Collection[str]) -> list[str]:
    known = (*_TOKENIZER_FILES, "merges.txt")
    return sorted(name for name in names if name in known or name.endswith(".model"))


def _has_vocabulary(names: Collection[str]) -> bool:
    return any(name in _VOCABULARIES or name.endswith(".model") for name in names)


def _pick_weights(names: Collection[str], *, pickled: bool = False) -> list[str]:
    """One file or all shards; safetensors first."""
    extra = [name for name in ("config.json", "generation_config.json") if name in names]
    stems = [("model", "safetensors")] + ([("pytorch_model", "bin")] if pickled else [])
    for stem, ending in stems:
        if f"{stem}.{ending}" in names:
            return [f"{stem}.{ending}", *extra]
        shards = sorted(
            n for n in names if n.startswith(f"{stem}-") and _SHARD.fullmatch(n) and n.endswith(ending)
        )
        index = f"{stem}.{ending}.index.json"
        if index in names and shards and len(shards) == _total(shards[0]):
            return [index, *shards, *extra]
    return []


def _total(shard: str) -> int:
    match = _SHARD.fullmatch(shard)
    return int(match["total"]) if match else 0


_IN_HUB_FORMAT = "name a folder in hub format, or a hub id, with --checkpoint"
CONFIG = Part("config.json", _pick_config, bool, _IN_HUB_FORMAT)
TOKENIZER = Part("tokenizer files", _pick_tokenizer, _has_vocabulary, _IN_HUB_FORMAT)
WEIGHTS = Part(
    "safetensors weights",
    _pick_weights,
    bool,
    "a pickle can run code when it is read: if you trust this one, say --model.allow-pickle true",
)
PICKLE = Part("weights", partial(_pick_weights, pickled=True), bool)


@dataclass(frozen=True)
class Source:
    """What a person or a backbone names as a checkpoint.

    Attributes:
        name: A folder, or a hub id such as `google-t5/t5-base`.
        revision: Branch, tag or commit of a hub id; None means its main branch.
        tiny: Name of the backbone's embedded checkpoint, if it has one.
    """

    name: str
    revision: str | None = None
    tiny: str | None = None

    def locate(self, part: Part) -> Path:
        """The folder that holds a part of the checkpoint, fetched from the hub where need be.

        Raises:
            CheckpointError: It can't be had; the message says what was tried and the ways on.
        """
        folder = Path(self.name).expanduser()
        if folder.is_dir():
            if not part.choose(folder):
                raise self._lacking(part, f"the folder {folder}")
            return folder
        if folder.is_absolute() or self.name.startswith((".", "~")) or self.name.count("/") > 1:
            raise CheckpointError(f"there is no folder {self.name}")
        cached = self._cached()
        if cached is not None and part.complete(part.choose(cached)):
            return cached
        return self._fetched(part, cached)

    def _cached(self) -> Path | None:
        from huggingface_hub import snapshot_download  # noqa: PLC0415 - paid by whoever loads a checkpoint
        from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError  # noqa: PLC0415

        try:
            return Path(snapshot_download(self.name, revision=self.revision, local_files_only=True))
        except LocalEntryNotFoundError:
            return None
        except HFValidationError as error:
            raise CheckpointError(f"{self.name!r} is neither a folder nor a hub id: {error}") from error

    def _fetched(self, part: Part, cached: Path | None) -> Path:
        from huggingface_hub import HfApi, errors, snapshot_download  # noqa: PLC0415 - likewise

        try:
            # This call alone asks without retrying, so that a missing network is known at once.
            info = HfApi().model_info(self.name, revision=self.revision, timeout=_TIMEOUT)
            names = part.pick([file.rfilename for file in info.siblings or ()])
            if not names:
                raise self._lacking(part, f"{self.name} on the hub")
            return Path(snapshot_download(self.name, revision=self.revision, allow_patterns=names))
        except errors.RevisionNotFoundError as error:
            raise CheckpointError(f"{self.name} on the hub has no revision {self.revision!r}") from error
        except errors.GatedRepoError as error:
            raise CheckpointError(
                f"{self.name} is gated: ask for access on its page, then `hf auth login`"
            ) from error
        except errors.RepositoryNotFoundError as error:
            raise CheckpointError(
                f"the hub has no repository {self.name!r}, and there is no folder of that name; "
                "if it is private, `hf auth login` first"
            ) from error
        except OSError as error:  # the hub client's errors are among these, and have no number
            if error.errno is not None:
                raise CheckpointError(
                    f"{self.name} can't be stored in the cache: {error.strerror}"
                ) from error
            if cached is not None and part.choose(cached):
                return cached
            raise self._unreachable(part, error) from error

    def _lacking(self, part: Part, where: str) -> CheckpointError:
        hint = f"; {part.hint}" if part.hint else ""
        return CheckpointError(f"{where} has no {part.title}{hint}")

    def _unreachable(self, part: Part, error: Exception) -> CheckpointError:
        from huggingface_hub import constants  # noqa: PLC0415 - likewise

        why = "HF_HUB_OFFLINE is set" if constants.HF_HUB_OFFLINE else f"no answer ({type(error).__name__})"
        lines = [
            f"the checkpoint {self.name} can't be found: no {part.title}",
            f"  in the cache {constants.HF_HUB_CACHE}",
            f"  on {constants.ENDPOINT}: {why}",
            "What you can do:",
            f"  cache it where there is a network: hf download {self.name}",
            "  use a folder that holds it: --checkpoint FOLDER",
        ]
        if self.tiny:
            lines.append(f"  use the tiny checkpoint that is built in: --model {self.tiny}")
        return CheckpointError("\n".join(lines))
