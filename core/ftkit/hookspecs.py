"""The hooks that plugins implement: one class a kind, the whole contract on two screens.

A plugin is a module, or an object in one, with functions marked `@hookimpl`. A function takes the subset
of its hook's arguments that it needs, by name, so that an argument added here breaks nobody. Sizes in
shapes: B batch, S source tokens, T target tokens, N examples.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from transformers import PreTrainedModel, PreTrainedTokenizerBase, TrainerCallback

    from ftkit.descriptions import (
        BackboneInfo,
        Example,
        ExtensionInfo,
        MethodInfo,
        TaskInfo,
    )

PROJECT = "ftkit"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class BackboneHooks:
    """A model family: where its weights are, how they load, what its modules do."""

    @hookspec(firstresult=True)
    def describe_backbone(self) -> BackboneInfo:
        """Describe the backbone. Cheap, without torch, the same at every call."""

    @hookspec(firstresult=True)
    def load_tokenizer(self, source: str, options: Mapping[str, Any]) -> PreTrainedTokenizerBase:
        """Load the tokenizer of a checkpoint.

        Args:
            source: A hub id, or the path of a folder in hub format.
            options: Values of the declared options, complete and checked.

        Raises:
            CheckpointError: Nothing fit to load is at `source`.
        """

    @hookspec(firstresult=True)
    def load_model(self, source: str, dtype: str, options: Mapping[str, Any]) -> PreTrainedModel:
        """Load the weights of a checkpoint, on the CPU, in evaluation mode.

        The model maps `input_ids` and `attention_mask` (B, S) and `labels` (B, T) to logits
        (B, T, vocabulary) and can `generate`. Its parameters require gradients, but for those that the
        architecture fixes, such as sinusoidal positions.

        Args:
            source: A hub id, or the path of a folder in hub format.
            dtype: `float32`, `bfloat16`, or whatever else a person asked for.
            options: Values of the declared options, complete and checked.

        Raises:
            CheckpointError: Nothing fit to load is at `source`.
            OptionsError: The backbone can't work in `dtype`.
        """


class MethodHooks:
    """A way of fine-tuning: which parameters train, what is saved, how it comes back."""

    @hookspec(firstresult=True)
    def describe_method(self) -> MethodInfo:
        """Describe the method. Cheap, without torch, the same at every call."""

    @hookspec(firstresult=True)
    def apply_method(
        self, model: PreTrainedModel, backbone: BackboneInfo, options: Mapping[str, Any]
    ) -> PreTrainedModel:
        """Make the model ready to train: exactly the trained parameters require gradients.

        Training or evaluation mode stays as it was.

        Returns:
            The model to train, which may be `model` itself, changed, or a wrapper round it.

        Raises:
            OptionsError: The options don't fit this model.
        """

    @hookspec(firstresult=True)
    def save_artifact(self, model: PreTrainedModel, directory: Path) -> None:
        """Write what was trained into an existing empty folder, as safetensors.

        Raises:
            OSError: The folder can't be written.
        """

    @hookspec(firstresult=True)
    def load_artifact(
        self, model: PreTrainedModel, backbone: BackboneInfo, directory: Path
    ) -> PreTrainedModel:
        """Put a saved artifact onto a freshly loaded backbone; the logits equal the saved model's.

        The same parameters require gradients as when it was saved, so that training can go on.

        Raises:
            CheckpointError: The folder can't be read, or holds an artifact of another method or for
                another backbone.
        """

    @hookspec(firstresult=True)
    def merge_artifact(self, model: PreTrainedModel) -> PreTrainedModel:
        """Fold the artifact into the backbone's own weights, for inference.

        Implemented where `MethodInfo.mergeable` says so.
        """


class TaskHooks:
    """A task formatter: rows to texts, texts to answers, answers to scores."""

    @hookspec(firstresult=True)
    def describe_task(self) -> TaskInfo:
        """Describe the task. Cheap, without torch, the same at every call."""

    @hookspec(firstresult=True)
    def expand_record(
        self, record: Mapping[str, Any], options: Mapping[str, Any]
    ) -> Sequence[Mapping[str, Any]]:
        """Turn one record of a nested file into the rows it holds; optional.

        Raises:
            RowError: The record lacks something.
        """

    @hookspec(firstresult=True)
    def row_of_text(self, text: str, options: Mapping[str, Any]) -> Mapping[str, Any]:
        """Make a row of a bare text that a person wants answered; optional.

        Not needed where the task has one required column, and of no use where it has several.

        Raises:
            RowError: No row can be made of the text; the message says why.
        """

    @hookspec(firstresult=True)
    def format_example(self, row: Mapping[str, Any], options: Mapping[str, Any]) -> Example:
        """Write a row as the texts that the model reads and should write.

        Pure: the same row gives the same example, whatever came before.

        Raises:
            RowError: The row lacks something; the message says what.
        """

    @hookspec(firstresult=True)
    def parse_output(self, text: str, options: Mapping[str, Any]) -> Any:
        """Read an answer out of generated text (special tokens removed).

        Returns:
            The answer, or None where the text holds none: it is counted, never guessed.
        """

    @hookspec(firstresult=True)
    def score(
        self,
        predictions: Sequence[Any],
        references: Sequence[Sequence[Any]],
        options: Mapping[str, Any],
    ) -> Mapping[str, float]:
        """Score parsed answers.

        Args:
            predictions: What `parse_output` gave for each example, None included.
            references: For each example, what `parse_output` gave for each of its references.
            options: Values of the declared options, complete and checked.

        Returns:
            A value for each metric that the task declares.
        """

    @hookspec(firstresult=True)
    def score_row(
        self, prediction: Any, references: Sequence[Any], options: Mapping[str, Any]
    ) -> Mapping[str, float]:
        """Score one example for reading row by row; optional, `score` of that example where absent.

        Needed where a metric of a whole corpus has another form for one sentence, as BLEU has.

        Returns:
            A value for each metric that the task declares.
        """

    @hookspec(firstresult=True)
    def weighted_score(
        self,
        predictions: Sequence[Any],
        references: Sequence[Sequence[Any]],
        options: Mapping[str, Any],
    ) -> Callable[[NDArray[Any]], Mapping[str, float]]:
        """Prepare scoring of the same examples in other numbers, for intervals; optional.

        Of use for metrics that are no mean over rows: a thousand calls of `score` may take long.

        Returns:
            A function of weights, a whole number for each example in one array (N,). It gives what
            `score` gives where each example stands as often as its weight says, for each metric of the
            task whose `mean_of_rows` is false.
        """

    @hookspec(firstresult=True)
    def score_signatures(
        self, references: Sequence[Sequence[Any]], options: Mapping[str, Any]
    ) -> Mapping[str, str]:
        """Say how each metric is computed, with versions, so that figures can be compared; optional.

        Returns:
            A line for each metric, such as sacreBLEU's signature.
        """


class ExtensionHooks:
    """Whatever accompanies a run: trackers, callbacks, checks.

    Each hook is given the values of the extension's own options, complete and checked. An extension may also
    wrap any hook of the other kinds, with `@hookimpl(wrapper=True)`; there `options` are those of the plugin
    that is wrapped.
    """

    @hookspec(firstresult=True)
    def describe_extension(self) -> ExtensionInfo:
        """Describe the extension. Cheap, without torch, the same at every call."""

    @hookspec
    def extension_selected(self, options: Mapping[str, Any]) -> None:
        """The extension takes part: comes first in a run, and again where its model is asked or evaluated.

        The place to keep an option that a wrapper needs.
        """

    @hookspec
    def run_started(self, directory: Path, recipe: Mapping[str, Any], options: Mapping[str, Any]) -> None:
        """A run begins: its folder exists and its recipe is resolved (a copy, to read)."""

    @hookspec
    def trainer_arguments(
        self, arguments: Mapping[str, Any], options: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Give values for `transformers.Seq2SeqTrainingArguments` that override ftkit's."""

    @hookspec
    def trainer_callbacks(self, directory: Path, options: Mapping[str, Any]) -> Sequence[TrainerCallback]:
        """Give callbacks for the trainer."""

    @hookspec
    def run_evaluated(self, step: int, metrics: Mapping[str, float], options: Mapping[str, Any]) -> None:
        """An evaluation ended, after `step` optimizer steps."""

    @hookspec
    def run_finished(self, directory: Path, result: Mapping[str, Any], options: Mapping[str, Any]) -> None:
        """A run ended well: its artifact and its `result.json` are written."""
