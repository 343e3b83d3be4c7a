"""Kinds of broken and hostile plugin distributions, each with what must be said of it.

Every kind is a distribution `culprit` that declares a task `culprit`, unless it says otherwise. Its module
is a whole, working plugin but for the one thing that is wrong with it.

Not here, because code in one's own process can't be kept from it: switching off the garbage collector, the
default timeout of sockets, the blocked signals, the locale, random seeds, descriptors made non-blocking,
child processes in a session of their own, and patches of ftkit's own guard.
"""

from __future__ import annotations

from hostile.corpus.builders import Kind
from hostile.corpus.descriptions import DESCRIPTIONS
from hostile.corpus.hooks import HOOKS
from hostile.corpus.imports import IMPORTS
from hostile.corpus.metadata import METADATA
from hostile.corpus.noise import NOISE
from hostile.corpus.state import STATE
from hostile.corpus.targets import TARGETS

CORPUS = [*IMPORTS, *NOISE, *STATE, *TARGETS, *HOOKS, *DESCRIPTIONS, *METADATA]

__all__ = ["CORPUS", "Kind"]
