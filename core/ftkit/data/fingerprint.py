"""What prepared data depends on, as one hash."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ftkit._version import __version__
from ftkit.data.sources.kinds import digest_of
from ftkit.plugins import SelectedPlugins
from ftkit.registry.loading import LoadedPlugin

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


def fingerprint_of(*parts: Any) -> str:
    """SHA-256 over values that JSON can write."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=repr).encode()).hexdigest()


def code_identity(plugins: SelectedPlugins) -> list[Any]:
    """What makes examples of rows: ftkit's code, the task's, the extensions' that may wrap it, with options.

    Versions don't tell an edited checkout from its release, so that sources are hashed too: all of a
    plugin's package, for a task may keep its helpers beside it.
    """
    users = [plugin for plugin in (plugins.task, *plugins.extensions) if plugin is not None]
    options = list(map(dict, plugins.extension_options))
    return [__version__, _sources(Path(__file__).parent), *map(_identity, users), options]


def tokenizer_identity(tokenizer: PreTrainedTokenizerBase) -> str:
    """A hash over all files that the tokenizer saves, and its class."""
    with tempfile.TemporaryDirectory(prefix="ftkit-tokenizer-") as folder:
        tokenizer.save_pretrained(folder)
        return f"{type(tokenizer).__qualname__} {digest_of(sorted(Path(folder).iterdir()))}"


def _identity(plugin: LoadedPlugin) -> list[Any]:
    record = plugin.record
    source = None if plugin.file is None else _sources(_package(plugin.file))
    return [record.qualified, record.distribution.version, source]


def _package(file: Path) -> Path:
    """The outermost package that a module's file lies in; the file itself where it is in none."""
    home = file
    while (home.parent / "__init__.py").exists():
        home = home.parent
    return home


@cache
def _sources(home: Path) -> str:
    return digest_of(_python_files(home))


def _python_files(home: Path) -> Iterable[Path]:
    return [home] if home.is_file() else sorted(home.rglob("*.py"))
