"""What plugins rely on, as it was at the first release: it may grow, and nothing of it may go or move.

When one of these tests fails, a plugin that somebody has published breaks.
"""

from __future__ import annotations

import inspect
from collections.abc import Collection
from dataclasses import MISSING, fields

import pytest

import ftkit
from ftkit.kinds import KINDS
from ftkit.registry.distributions import GROUPS

HOOKS: dict[str, dict[str, tuple[str, ...]]] = {
    "backbone": {
        "describe_backbone": (),
        "load_tokenizer": ("source", "options"),
        "load_model": ("source", "dtype", "options"),
    },
    "method": {
        "describe_method": (),
        "apply_method": ("model", "backbone", "options"),
        "save_artifact": ("model", "directory"),
        "load_artifact": ("model", "backbone", "directory"),
        "merge_artifact": ("model",),
    },
    "task": {
        "describe_task": (),
        "expand_record": ("record", "options"),
        "row_of_text": ("text", "options"),
        "format_example": ("row", "options"),
        "parse_output": ("text", "options"),
        "score": ("predictions", "references", "options"),
        "score_row": ("prediction", "references", "options"),
        "weighted_score": ("predictions", "references", "options"),
        "score_signatures": ("references", "options"),
    },
    "extension": {
        "describe_extension": (),
        "extension_selected": ("options",),
        "run_started": ("directory", "recipe", "options"),
        "trainer_arguments": ("arguments", "options"),
        "trainer_callbacks": ("directory", "options"),
        "run_evaluated": ("step", "metrics", "options"),
        "run_finished": ("directory", "result", "options"),
    },
}
REQUIRED = {
    "backbone": {"describe_backbone", "load_tokenizer", "load_model"},
    "method": {"describe_method", "apply_method", "save_artifact", "load_artifact"},
    "task": {"describe_task", "format_example", "parse_output", "score"},
    "extension": {"describe_extension"},
}
FIELDS = {
    "Option": "name type default help choices minimum maximum repeated deprecated words",
    "Checkpoint": "source parameters embedded",
    "BackboneInfo": (
        "model_type architectures checkpoints default_checkpoint roles rehearsal_checkpoint features "
        "max_input_tokens licence citation options"
    ),
    "MethodInfo": (
        "requires_roles requires_features mergeable artifact_format learning_rate citation options claims"
    ),
    "Claim": "text figure standing",
    "Column": "name help required",
    "Metric": "name help minimum maximum higher_is_better mean_of_rows",
    "Sample": "train validation",
    "TaskInfo": (
        "columns metrics max_output_tokens labels requires_features sample rehearsed_first citation options"
    ),
    "ExtensionInfo": "options citation",
    "Example": "input target references window",
}
"""Fields in their order, since they may be given by position."""
NEEDED = {
    "Option": 4,
    "Checkpoint": 1,
    "BackboneInfo": 5,
    "MethodInfo": 0,
    "Claim": 3,
    "Column": 2,
    "Metric": 2,
    "Sample": 2,
    "TaskInfo": 3,
    "ExtensionInfo": 0,
    "Example": 1,
}
"""How many of them have no default."""
NAMES = """
    FEATURES ROLES AmbiguousName BackboneInfo BrokenPlugin Checkpoint CheckpointError Claim Column Comparison
    ComparisonRecipe DataError Example ExtensionInfo Fault Forecast FtkitError Interrupted LoadedModel
    LoadedRun MethodInfo Metric Option OptionValue OptionsError PluginDeprecation PluginError PluginWarning
    Prediction Predictor Recipe Report RowError Run RunError Sample TaskInfo UnavailablePlugin UnknownPlugin
    __version__ compare evaluate hookimpl list_plugins load load_plugins load_pretrained_model
    load_pretrained_tokenizer load_run models plan resume train
"""
ROLES = """
    query key value attention_output feed_forward_in feed_forward_gate feed_forward_out embedding
    language_model_head
"""
FEATURES = "gradient_checkpointing bfloat16 peft adapters multilingual"


@pytest.mark.parametrize("kind", HOOKS)
def test_every_hook_and_argument_that_there_was_is_there(kind: str) -> None:
    for hook, arguments in HOOKS[kind].items():
        offered = inspect.signature(getattr(KINDS[kind].hooks, hook)).parameters
        assert set(arguments) <= set(offered), hook


@pytest.mark.parametrize("kind", REQUIRED)
def test_no_further_hook_is_required(kind: str) -> None:
    assert set(KINDS[kind].required) == REQUIRED[kind]
    assert KINDS[kind].optional <= set(KINDS[kind].hook_names)


@pytest.mark.parametrize("name", FIELDS)
def test_descriptions_are_written_as_they_were(name: str) -> None:
    known, now = FIELDS[name].split(), fields(getattr(ftkit, name))
    assert [field.name for field in now[: len(known)]] == known
    needed = [field for field in now if field.default is MISSING and field.default_factory is MISSING]
    assert len(needed) == NEEDED[name]


@pytest.mark.parametrize(
    ("known", "now"), [(NAMES, ftkit.__all__), (ROLES, ftkit.ROLES), (FEATURES, ftkit.FEATURES)]
)
def test_every_public_name_role_and_feature_that_there_was_is_there(known: str, now: Collection[str]) -> None:
    assert set(known.split()) <= set(now)


def test_the_entry_point_groups_are_those_that_they_were() -> None:
    groups = {"backbone": "ftkit.backbones", "method": "ftkit.methods", "task": "ftkit.tasks"}
    assert groups | {"extension": "ftkit.extensions"} == {kind: group for group, kind in GROUPS.items()}
