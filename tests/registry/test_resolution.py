"""A typed name leads to one plugin, or to an error that says what would be right."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ftkit import AmbiguousName, UnavailablePlugin, UnknownPlugin
from ftkit.registry.catalogue import Catalogue, PluginRecord
from ftkit.registry.distributions import DistributionMetadata
from ftkit.registry.resolution import resolve


def record(kind: str, name: str, *aliases: str, owner: str = "ftkit", status: str = "ok") -> PluginRecord:
    return PluginRecord(
        kind, name, aliases, f"{name}_module", DistributionMetadata(owner, "1.0"), status, "why"
    )


CATALOGUE = Catalogue(
    (
        record("backbone", "bart"),
        record("backbone", "flan-t5"),
        record("backbone", "t5"),
        record("backbone", "mine", owner="one"),
        record("backbone", "mine", owner="two"),
        record("method", "lora"),
        record("method", "mine", owner="three"),
        record("method", "off", status="disabled"),
        record("task", "qa", "question-answering"),
    )
)


@pytest.mark.parametrize(
    "typed", ["qa", "QA", "question-answering", "Question_Answering", " qa ", "task:qa", "FTKIT:qa"]
)
def test_names_compare_without_case_and_with_underscores_as_dashes(typed: str) -> None:
    assert resolve(CATALOGUE, typed, "task").record.name == "qa"


@pytest.mark.parametrize(
    ("typed", "backbone", "checkpoint"),
    [
        ("t5", "t5", None),
        ("t5-v1.1-small", "t5", "t5-v1.1-small"),
        ("flan-t5-small", "flan-t5", "flan-t5-small"),
        ("BART_base", "bart", "bart-base"),
        ("ftkit:bart-base", "bart", "bart-base"),
    ],
)
def test_backbones_answer_to_the_names_of_checkpoints(
    typed: str, backbone: str, checkpoint: str | None
) -> None:
    choice = resolve(CATALOGUE, typed, "backbone")
    assert (choice.record.name, choice.checkpoint) == (backbone, checkpoint)


def test_two_distributions_that_claim_a_name_are_refused_with_both_qualified_names() -> None:
    with pytest.raises(AmbiguousName, match=r"(?s)one:mine.*two:mine"):
        resolve(CATALOGUE, "mine", "backbone")
    assert resolve(CATALOGUE, "two:mine", "backbone").record.distribution.name == "two"


@pytest.mark.parametrize("kind", ["backbone", None])
def test_what_is_offered_in_place_of_an_ambiguous_name_leads_to_a_plugin_each(kind: str | None) -> None:
    claimed = [record("backbone", "mine", owner=owner) for owner in ("task", "backbone", "other")]
    catalogue = Catalogue(tuple(claimed))
    with pytest.raises(AmbiguousName) as caught:
        resolve(catalogue, "mine", kind)
    offered = [line.split()[0] for line in str(caught.value).splitlines()[1:]]
    assert [resolve(catalogue, name, kind).record for name in offered] == claimed
    assert offered == [each.qualified for each in claimed]


def test_a_name_of_two_kinds_is_refused_where_any_kind_will_do() -> None:
    catalogue = Catalogue((record("method", "mine"), record("task", "mine")))
    with pytest.raises(AmbiguousName, match="method:mine or task:mine"):
        resolve(catalogue, "mine")
    assert resolve(catalogue, "task:mine").record.kind == "task"


def test_a_disabled_plugin_is_said_to_be_installed_and_why_it_is_not_there() -> None:
    with pytest.raises(UnavailablePlugin, match="'off' is installed but disabled: why"):
        resolve(CATALOGUE, "off", "method")


@pytest.mark.parametrize(
    ("typed", "kind", "said"),
    [
        ("loar", "method", "did you mean lora?"),
        ("lora-with-more", "method", "did you mean lora?"),
        ("question", "task", "did you mean question-answering?"),
        ("lora", "backbone", "'lora' is a method, not a backbone"),
        ("task:qa", "method", "is a task, and a method is wanted here"),
        ("xyz", "task", "installed: qa "),
        ("", "task", "no task '' is installed"),
        ("elsewhere:qa", "task", "no task 'elsewhere:qa'"),
    ],
)
def test_an_unknown_name_gets_the_nearest_names_and_what_there_is(typed: str, kind: str, said: str) -> None:
    with pytest.raises(UnknownPlugin) as caught:
        resolve(CATALOGUE, typed, kind)
    assert said in str(caught.value)


def test_a_conflict_goes_away_once_one_side_is_disabled() -> None:
    one, two = [each for each in CATALOGUE.records if each.name == "mine" and each.kind == "backbone"]
    catalogue = Catalogue((one, replace(two, status="disabled")))
    assert resolve(catalogue, "mine", "backbone").record is one
