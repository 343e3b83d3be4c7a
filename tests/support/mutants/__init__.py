"""Correct plugins with one defect each: what an author might write by mistake, as changes to a source."""

from __future__ import annotations

from support.mutants.backbones import BACKBONES
from support.mutants.extensions import EXTENSIONS
from support.mutants.methods import METHODS
from support.mutants.specimens import SOURCES, TRAINS, Mutant, source_of
from support.mutants.tasks import TASKS

MUTANTS = (*TASKS, *METHODS, *BACKBONES, *EXTENSIONS)

__all__ = ["MUTANTS", "SOURCES", "TRAINS", "Mutant", "source_of"]
