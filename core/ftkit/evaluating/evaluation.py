"""A model's answers to examples with references, parsed and scored by the task."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ftkit.answering.prediction import Prediction, predict, settings_within_limits
from ftkit.data.examples import Formatter
from ftkit.descriptions import Example
from ftkit.errors import PluginWarning
from ftkit.inference.settings import used_settings
from ftkit.loading import LoadedModel


@dataclass(frozen=True)
class Evaluation:
    """What came of it.

    Attributes:
        metrics: The task's metrics.
        predictions: An answer for each example.
        examples: The examples.
        references: For each example what the task parses of its references.
        generation: The settings that decided what was answered.
    """

    metrics: Mapping[str, float]
    predictions: Sequence[Prediction]
    examples: Sequence[Example]
    references: Sequence[Sequence[Any]]
    generation: Mapping[str, Any]

    @property
    def answers(self) -> list[Any]:
        """What the task parses of each prediction; None where it holds no answer."""
        return [each.answer for each in self.predictions]

    @property
    def unparseable(self) -> int:
        """How many predictions held no answer."""
        return sum(each.answer is None for each in self.predictions)

    @property
    def truncated(self) -> int:
        """How many inputs lost their end to the limit."""
        return sum(each.truncated for each in self.predictions)


def evaluate_examples(
    loaded: LoadedModel, examples: Sequence[Example], settings: Mapping[str, Any], *, quiet: bool = True
) -> Evaluation:
    """Answer each example, parse, and score.

    Args:
        loaded: Model and tokenizer, with their task.
        examples: With references.
        settings: As for `predict`.
        quiet: Show no progress.
    """
    predictions = predict(loaded, examples, settings, quiet=quiet)
    formatter = Formatter.of(loaded)
    references = [[formatter.parse(each) for each in example.references] for example in examples]
    metrics = formatter.manager.hook.score(
        predictions=[each.answer for each in predictions], references=references, options=formatter.options
    )
    generation = used_settings(settings_within_limits(loaded, settings), loaded.model.device)
    return Evaluation(
        {name: float(value) for name, value in metrics.items()}, predictions, examples, references, generation
    )


def scored_rows(evaluation: Evaluation, formatter: Formatter) -> list[dict[str, Any]]:
    """Each example with its references, its prediction, what was parsed of it, and its own metrics.

    The metrics are None where the task can't score a row alone, which is warned of.
    """
    scored = zip(
        evaluation.examples, evaluation.predictions, _row_metrics(evaluation, formatter), strict=True
    )
    return [
        {
            "input": prediction.input,
            "references": example.references,
            "prediction": prediction.text,
            "parsed": prediction.answer,
            "metrics": metrics,
            "score": prediction.score,
            "truncated": prediction.truncated,
            "windows": prediction.windows,
        }
        for example, prediction, metrics in scored
    ]


def _row_metrics(evaluation: Evaluation, formatter: Formatter) -> list[dict[str, float] | None]:
    from ftkit.evaluating.scoring import row_scores  # noqa: PLC0415 - imports numpy, which resolving does without

    try:
        scores = row_scores(formatter, evaluation.answers, evaluation.references)
    except Exception as error:  # noqa: BLE001 - a plugin's code, and all else is done
        warnings.warn(
            f"the task can't score a row alone, so that rows have no metrics: {error!r}",
            PluginWarning,
            stacklevel=2,
        )
        return [None] * len(evaluation.predictions)
    return [{name: float(value) for name, value in each.items()} for each in scores]
