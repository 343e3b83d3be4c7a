"""What `--data` names: files, folders of classes, line-aligned texts, stdin, or a data set of the hub.

kinds     the sources that lie on this machine: what each reads, and the digest of its contents
hub       data sets of the hub
find      from the words of `--data` to sources
"""

from __future__ import annotations

from ftkit.data.sources.find import STDIN, find_sources
from ftkit.data.sources.kinds import ClassFolder, Source

__all__ = ["STDIN", "ClassFolder", "Source", "find_sources"]
