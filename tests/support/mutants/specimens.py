"""The correct plugins that mutants are made of, and what a mutant is."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import ftkit
import ftkit_plugins
from support.mutants.diary import EXTENSION

CORE, PLUGINS = Path(ftkit.__file__).parent, Path(ftkit_plugins.__file__).parent

SOURCES = {
    "t5": ("backbone", PLUGINS / "backbones" / "t5.py"),
    "bart": ("backbone", PLUGINS / "backbones" / "bart.py"),
    "queries": ("method", CORE / "testing" / "tiny" / "method.py"),
    "lora": ("method", PLUGINS / "methods" / "lora.py"),
    "full": ("method", PLUGINS / "methods" / "full.py"),
    "qa": ("task", PLUGINS / "tasks" / "qa.py"),
    "sentiment": ("task", PLUGINS / "tasks" / "sentiment.py"),
    "translation": ("task", PLUGINS / "tasks" / "translation.py"),
    "diary": ("extension", EXTENSION),
}
"""The correct plugins: their kinds, and their sources or where these are."""


TRAINS = {"queries": r"\.q(_proj)?\.(weight|bias)$", "lora": r"\.lora_[AB]\.", "full": ""}
"""What an author's own test says of the parameters that a method trains."""


@dataclass(frozen=True)
class Mutant:
    """A plugin with a defect.

    Attributes:
        defect: What is wrong with it, in words.
        plugin: Which of `SOURCES` it is made of.
        changes: Texts of the source, each with what stands in its place.
        missed: Whether the kit doesn't see it: what a plugin means to do is known to its author alone.
    """

    defect: str
    plugin: str
    changes: dict[str, str] = field(hash=False)
    missed: bool = False

    @property
    def kind(self) -> str:
        return SOURCES[self.plugin][0]

    @property
    def source(self) -> str:
        """The source with the defect in it."""
        text = source_of(self.plugin)
        for old, new in self.changes.items():
            assert text.count(old) >= 1, f"{self.plugin} has no {old!r}"
            text = text.replace(old, new, 1)
        return text


def source_of(plugin: str) -> str:
    """The source of a correct plugin."""
    source = SOURCES[plugin][1]
    return source if isinstance(source, str) else source.read_text(encoding="utf-8")
