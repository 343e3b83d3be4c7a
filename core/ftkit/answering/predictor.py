"""A model with its task, ready to answer, whatever it came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ftkit.answering.prediction import Prediction, predict
from ftkit.data.examples import Formatter
from ftkit.descriptions import Example, TaskInfo
from ftkit.errors import RowError
from ftkit.loading import LoadedModel, load_selected
from ftkit.runs.resolving import Setup
from ftkit.threads import fitting_threads


@dataclass(frozen=True)
class Predictor:
    """A model ready to answer.

    Attributes:
        setup: What it came from: plugins, options, weights.
        loaded: The backbone with what a method trained, if anything.
    """

    setup: Setup
    loaded: LoadedModel

    @property
    def task(self) -> TaskInfo:
        """What the task says of itself."""
        return self.setup.task_info

    @property
    def formatter(self) -> Formatter:
        """The task's hooks with the values of its options."""
        return Formatter.of(self.loaded)

    def row_of_text(self, text: str) -> Mapping[str, Any]:
        """A bare text as a row of the task.

        Raises:
            RowError: The task needs several columns, or makes no row of this text.
        """
        return self.setup.row_of_text(text)

    def predict(
        self, rows: Iterable[Mapping[str, Any]], generation: Mapping[str, Any] | None = None, seed: int = 0
    ) -> list[Prediction]:
        """Answer rows with the task's columns; they need no answer of their own.

        Args:
            rows: Mappings by the names of the task's columns.
            generation: Options of generation by name, such as `{"num_beams": 4}`.
            seed: Of what is drawn when sampling.

        Raises:
            RowError: A row lacks something; the message says which, counted from 1.
            OptionsError: Options of generation are wrong; with every problem.
        """
        options = self.setup.generation_options(generation or {})
        formatter = self.formatter
        examples = []
        for number, row in enumerate(rows, start=1):
            try:
                examples.append(formatter.checked_example(row, f"row {number}"))
            except RowError as error:
                raise RowError(f"row {number}: {error}") from error
        return self.answer(examples, options, seed)

    def answer(
        self, examples: Sequence[Example], generation: Mapping[str, Any], seed: int = 0
    ) -> list[Prediction]:
        """Answer examples, in their order.

        Args:
            examples: With or without targets.
            generation: A value for every option of generation.
            seed: Of what is drawn when sampling.
        """
        with fitting_threads(tiny=self.setup.tiny):
            return predict(self.loaded, examples, {**generation, "seed": seed})


def load_weights_of(setup: Setup, artifact: Path | None, device: str) -> LoadedModel:
    """Load the weights that a setup names and what its method has saved, merged where the method can.

    A merged LoRA computes two matrix products fewer in each module that it targets.

    Args:
        setup: Says which weights, plugins and options.
        artifact: The folder that the method saved to; None: the weights as they are.
        device: As for `ftkit.load`.

    Raises:
        CheckpointError: Something can't be had or doesn't fit.
    """
    plain = replace(setup.plugins, method=None)
    loaded = load_selected(plain, setup.recipe.options, setup.source, device)
    method = setup.plugins.method_info
    if artifact is None or method is None:
        return loaded
    hook, place = setup.plugins.manager.hook, loaded.model.device  # now: a method may put other tensors in
    model = hook.load_artifact(model=loaded.model, backbone=setup.plugins.backbone_info, directory=artifact)
    if method.mergeable:
        model = hook.merge_artifact(model=model)
    return replace(loaded, model=model.to(place), plugins=setup.plugins)
