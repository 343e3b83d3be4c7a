"""How many defects the kit catches: correct plugins with one mistake each.

pytest tests/testing/test_seeded_defects.py        # prints the figure
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from ftkit.testing.running import FAILED, SKIPPED, Trial
from ftkit.testing.subject import Given
from support.mutants import MUTANTS, SOURCES, TRAINS, Mutant, source_of
from support.specimens import specimen


def trial(kind: str, plugin: str, module: str, source: str) -> Trial:
    """A trial of a plugin that is written for it."""
    return Trial(specimen(kind, plugin, module, source), given=Given(trains=TRAINS.get(plugin)))


def first_complaint(tried: Trial) -> str:
    """Name of the first property that the plugin lacks, or that can't be tried; empty where all is well."""
    for each in tried.properties:
        if tried.attempt(each).status in (FAILED, SKIPPED):
            return each.name
    return ""


@cache
def catching(mutant: Mutant) -> str:
    """Name of the property that catches a mutant."""
    number = MUTANTS.index(mutant)
    return first_complaint(trial(mutant.kind, mutant.plugin, f"mutant_{number}", mutant.source))


@pytest.mark.parametrize("plugin", SOURCES)
def test_the_plugin_that_mutants_are_made_of_is_correct(plugin: str) -> None:
    kind, _ = SOURCES[plugin]
    assert first_complaint(trial(kind, plugin, f"correct_{plugin}", source_of(plugin))) == ""


@pytest.mark.parametrize("mutant", MUTANTS, ids=[f"{each.plugin}: {each.defect}" for each in MUTANTS])
def test_a_defect_is_caught_unless_it_is_known_to_be_missed(mutant: Mutant) -> None:
    assert bool(catching(mutant)) is not mutant.missed


def test_at_least_95_percent_of_at_least_40_defects_are_caught(capsys: pytest.CaptureFixture[str]) -> None:
    caught = [mutant for mutant in MUTANTS if catching(mutant)]
    with capsys.disabled():
        print(f"\nseeded defects caught: {len(caught)}/{len(MUTANTS)}")
    page = (Path(__file__).parents[2] / "docs" / "testing-plugins.md").read_text(encoding="utf-8")
    assert f"Of {len(MUTANTS)} seeded mistakes it catches {len(caught)}," in page
    assert len(MUTANTS) >= 40
    assert len(caught) >= 0.95 * len(MUTANTS)
