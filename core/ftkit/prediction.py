"""A model's answers: examples in, generated texts and what they parse to out, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ftkit.data.examples import Formatter
from ftkit.data.tokenised import tokenise
from ftkit.descriptions import Example, TaskInfo
from ftkit.loading import LoadedModel

_NO_GRADIENTS = 4  # without gradients a batch costs a fraction of training's memory


@dataclass(frozen=True)
class Prediction:
    """One answer.

    Attributes:
        input: The text that the model read.
        text: What it wrote, without special tokens.
        answer: What the task makes of that; None where it holds no answer.
    """

    input: str
    text: str
    answer: Any


def predict(
    loaded: LoadedModel,
    formatter: Formatter,
    task: TaskInfo,
    examples: Sequence[Example],
    settings: Mapping[str, Any],
) -> list[Prediction]:
    """Generate greedily for each example, and parse.

    Args:
        loaded: Model and tokenizer.
        formatter: The task's hooks.
        task: What the task says of itself.
        examples: With or without targets.
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
        token_budget=settings["token_budget"] * _NO_GRADIENTS,
    )
    return [
        Prediction(example.input, text, formatter.parse(text))
        for example, text in zip(examples, texts, strict=True)
    ]
