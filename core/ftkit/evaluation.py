"""A model's answers to examples with references, parsed and scored by the task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ftkit.data.examples import Formatter
from ftkit.descriptions import Example, TaskInfo
from ftkit.inference.settings import generation_settings, used_settings
from ftkit.loading import LoadedModel
from ftkit.prediction import predict


@dataclass(frozen=True)
class Evaluation:
    """What came of it.

    Attributes:
        metrics: The task's metrics.
        rows: For each example its input, references, prediction, and what was parsed of it.
        unparseable: How many predictions held no answer.
        truncated: How many inputs lost their end to the limit.
        generation: The settings that decided what was answered.
    """

    metrics: Mapping[str, float]
    rows: Sequence[Mapping[str, Any]]
    unparseable: int
    truncated: int
    generation: Mapping[str, Any]


def evaluate(
    loaded: LoadedModel,
    formatter: Formatter,
    task: TaskInfo,
    examples: Sequence[Example],
    settings: Mapping[str, Any],
) -> Evaluation:
    """Answer each example, parse, and score.

    Args:
        loaded: Model and tokenizer.
        formatter: The task's hooks.
        task: What the task says of itself.
        examples: With references.
        settings: As for `predict`.
    """
    predictions = predict(loaded, formatter, task, examples, settings)
    references = [[formatter.parse(each) for each in example.references] for example in examples]
    metrics = formatter.manager.hook.score(
        predictions=[each.answer for each in predictions], references=references, options=formatter.options
    )
    rows = [
        {
            "input": each.input,
            "references": example.references,
            "prediction": each.text,
            "parsed": each.answer,
            "score": each.score,
            "truncated": each.truncated,
            "windows": each.windows,
        }
        for example, each in zip(examples, predictions, strict=True)
    ]
    return Evaluation(
        metrics,
        rows,
        unparseable=sum(each.answer is None for each in predictions),
        truncated=sum(each.truncated for each in predictions),
        generation=used_settings(generation_settings(settings, task)),
    )
