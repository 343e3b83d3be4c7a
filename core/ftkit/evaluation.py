"""A model's answers to examples with references, parsed and scored by the task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ftkit.data.examples import Formatter
from ftkit.data.tokenised import tokenise
from ftkit.descriptions import Example, TaskInfo
from ftkit.loading import LoadedModel


@dataclass(frozen=True)
class Evaluation:
    """What came of it.

    Attributes:
        metrics: The task's metrics.
        rows: For each example its input, references, prediction, and what was parsed of it.
        unparseable: How many predictions held no answer.
    """

    metrics: Mapping[str, float]
    rows: Sequence[Mapping[str, Any]]
    unparseable: int


def evaluate(
    loaded: LoadedModel,
    formatter: Formatter,
    task: TaskInfo,
    examples: Sequence[Example],
    settings: Mapping[str, Any],
) -> Evaluation:
    """Generate greedily for each example, parse, and score.

    Args:
        loaded: Model and tokenizer.
        formatter: The task's hooks.
        task: What the task says of itself.
        examples: With references.
        settings: `max_input_tokens` and `token_budget` are used.
    """
    from ftkit.generation import generate_texts  # noqa: PLC0415 - imports torch, which a plan does without

    limit = loaded.input_limit(settings["max_input_tokens"])
    tokenised = tokenise(examples, loaded.tokenizer, limit, task.max_output_tokens)
    texts = generate_texts(
        loaded.model,
        loaded.tokenizer,
        tokenised.inputs,
        max_output_tokens=task.max_output_tokens,
        token_budget=settings["token_budget"] * 4,  # no gradients: a batch costs a fraction of training's
    )
    parsed = [_parse(formatter, text) for text in texts]
    references = [[_parse(formatter, each) for each in example.references] for example in examples]
    metrics = formatter.manager.hook.score(
        predictions=parsed, references=references, options=formatter.options
    )
    rows = [
        {"input": example.input, "references": example.references, "prediction": text, "parsed": answer}
        for example, text, answer in zip(examples, texts, parsed, strict=True)
    ]
    return Evaluation(metrics, rows, sum(answer is None for answer in parsed))


def _parse(formatter: Formatter, text: str) -> Any:
    return formatter.manager.hook.parse_output(text=text, options=formatter.options)
