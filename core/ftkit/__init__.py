"""ftkit fine-tunes sequence-to-sequence language models; backbone, method and task are plugins.

All public names are here; what is not in `__all__` is private. They are imported when first used, so that
a plugin's `from ftkit import hookimpl` and the command line stay light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ftkit._version import __version__

if TYPE_CHECKING:
    from ftkit.answering.prediction import Prediction
    from ftkit.answering.predictor import Predictor
    from ftkit.answering.run import LoadedRun, load_run
    from ftkit.checkpoints import load_pretrained_model, load_pretrained_tokenizer
    from ftkit.comparing.command import Comparison, compare
    from ftkit.comparing.recipe import ComparisonRecipe
    from ftkit.descriptions import (
        FEATURES,
        ROLES,
        BackboneInfo,
        Checkpoint,
        Claim,
        Column,
        Example,
        ExtensionInfo,
        MethodInfo,
        Metric,
        Option,
        OptionValue,
        Sample,
        TaskInfo,
    )
    from ftkit.errors import (
        AmbiguousName,
        BrokenPlugin,
        CheckpointError,
        DataError,
        Fault,
        FtkitError,
        OptionsError,
        PluginDeprecation,
        PluginError,
        PluginWarning,
        RowError,
        RunError,
        UnavailablePlugin,
        UnknownPlugin,
    )
    from ftkit.evaluating.command import evaluate
    from ftkit.evaluating.report import Report
    from ftkit.finetuning.command import Run, resume, train
    from ftkit.hookspecs import hookimpl
    from ftkit.interrupts import Interrupted
    from ftkit.loading import LoadedModel, load
    from ftkit.planning.command import plan
    from ftkit.planning.report import Forecast
    from ftkit.plugins import list_plugins, load_plugins
    from ftkit.runs.recipe import Recipe

    from . import models

__all__ = [
    "FEATURES",
    "ROLES",
    "AmbiguousName",
    "BackboneInfo",
    "BrokenPlugin",
    "Checkpoint",
    "CheckpointError",
    "Claim",
    "Column",
    "Comparison",
    "ComparisonRecipe",
    "DataError",
    "Example",
    "ExtensionInfo",
    "Fault",
    "Forecast",
    "FtkitError",
    "Interrupted",
    "LoadedModel",
    "LoadedRun",
    "MethodInfo",
    "Metric",
    "Option",
    "OptionValue",
    "OptionsError",
    "PluginDeprecation",
    "PluginError",
    "PluginWarning",
    "Prediction",
    "Predictor",
    "Recipe",
    "Report",
    "RowError",
    "Run",
    "RunError",
    "Sample",
    "TaskInfo",
    "UnavailablePlugin",
    "UnknownPlugin",
    "__version__",
    "compare",
    "evaluate",
    "hookimpl",
    "list_plugins",
    "load",
    "load_plugins",
    "load_pretrained_model",
    "load_pretrained_tokenizer",
    "load_run",
    "models",
    "plan",
    "resume",
    "train",
]

# The light ones first: a plugin's names are found without loading what runs plugins.
_HOMES = (
    *("errors", "hookspecs", "descriptions", "plugins", "checkpoints", "loading"),
    *("answering.prediction", "answering.predictor", "answering.run", "interrupts", "runs.recipe"),
    "finetuning.command",
    *("evaluating.report", "evaluating.command", "comparing.recipe", "comparing.command"),
    *("planning.report", "planning.command"),
)


if not TYPE_CHECKING:  # a type checker that saw it would take any name for one of ours

    def __getattr__(name: str) -> Any:
        if name == "models":  # a module, whose own names come from the installed backbones
            return import_module("ftkit.models")
        if name in __all__:
            for home in _HOMES:
                module = import_module(f"{__name__}.{home}")
                if hasattr(module, name):
                    return getattr(module, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return list(__all__)
