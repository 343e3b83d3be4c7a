"""Plugins that are written for one test: their sources become modules, their modules records."""

from __future__ import annotations

import atexit
import sys
import tempfile
from pathlib import Path

from ftkit.registry.catalogue import PluginRecord
from ftkit.registry.distributions import DistributionMetadata

_HOME = tempfile.TemporaryDirectory(prefix="ftkit-specimens-")
atexit.register(_HOME.cleanup)


def specimen(kind: str, name: str, module: str, source: str) -> PluginRecord:
    """A plugin of no distribution, whose module is written and can be imported."""
    if _HOME.name not in sys.path:
        sys.path.append(_HOME.name)
    (Path(_HOME.name) / f"{module}.py").write_text(source, encoding="utf-8")
    return PluginRecord(kind, name, (), module, DistributionMetadata("specimen", "1"))
