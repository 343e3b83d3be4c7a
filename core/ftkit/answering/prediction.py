"""A model's answers: examples in, texts with scores and what they parse to out, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from ftkit.data.examples import Formatter
from ftkit.data.tokenised import token_ids
from ftkit.descriptions import Example, TaskInfo
from ftkit.inference.settings import generation_settings
from ftkit.inference.windows import in_windows
from ftkit.loading import LoadedModel

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from ftkit.inference.batches import Batch, Output


@dataclass(frozen=True)
class Prediction:
    """One answer.

    Attributes:
        input: The text that the model read; of several windows, the one that gave the answer.
        text: What it wrote, without special tokens.
        answer: What the task makes of that; None where it holds no answer.
        score: Mean log-probability of the text's tokens, the end token counted: 0 is certain.
        truncated: Whether the input lost its end to the limit.
        windows: In how many windows the input was read.
    """

    input: str
    text: str
    answer: Any
    score: float
    truncated: bool
    windows: int


def predict(
    loaded: LoadedModel, examples: Sequence[Example], settings: Mapping[str, Any], *, quiet: bool = True
) -> list[Prediction]:
    """Answer each example, and parse.

    Args:
        loaded: Model and tokenizer, with their task.
        examples: With or without targets.
        settings: Values for some of `ftkit.inference.settings.GENERATION`, and `seed`; others are not used.
        quiet: Show no progress.
    """
    from ftkit.inference.batches import outputs_of  # noqa: PLC0415 - imports torch, which resolving does without

    formatter = Formatter.of(loaded)
    chosen = settings_within_limits(loaded, settings)
    readings = list(_readings(examples, loaded, chosen))
    inputs = [reading.ids for reading in readings]
    answer = _answer(loaded, formatter.task, chosen)
    outputs = outputs_of(loaded.model, loaded.tokenizer, inputs, answer, chosen, quiet=quiet)
    answered: list[list[Prediction]] = [[] for _ in examples]
    for reading, output in zip(readings, outputs, strict=True):
        answered[reading.example].append(
            Prediction(
                reading.input,
                output.text,
                formatter.parse(output.text),
                output.score,
                reading.truncated,
                reading.windows,
            )
        )
    return [_best(each) for each in answered]


def settings_within_limits(loaded: LoadedModel, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Values for all options of generation, inputs and outputs no longer than the model can.

    Args:
        loaded: Model and tokenizer, with their task.
        settings: As for `predict`.

    Raises:
        OptionsError: As `generation_settings` does.
    """
    chosen = generation_settings(settings, Formatter.of(loaded).task)
    written = chosen["max_output_tokens"] + 1  # behind the start token
    chosen["max_output_tokens"] = loaded.token_limit(written) - 1  # the decoder has as many positions
    chosen["max_input_tokens"] = loaded.token_limit(chosen["max_input_tokens"])
    return chosen


@dataclass(frozen=True)
class _Reading:
    """One text that the model reads for an example."""

    example: int
    input: str
    ids: list[int]
    truncated: bool
    windows: int


def _readings(
    examples: Sequence[Example], loaded: LoadedModel, settings: Mapping[str, Any]
) -> Iterator[_Reading]:
    """What is read for each example: its input, or several windows of it."""
    tokenizer, limit = loaded.tokenizer, settings["max_input_tokens"]
    wholes = _read([example.input for example in examples], tokenizer, limit)
    for index, (example, whole) in enumerate(zip(examples, wholes, strict=True)):
        read = [whole]
        if settings["windows"] and whole[2] > limit:
            parts = in_windows(example, tokenizer, limit, settings["window_overlap"])
            read = _read([part.input for part in parts], tokenizer, limit)
        for text, ids, length in read:
            yield _Reading(index, text, ids, length > limit, len(read))


def _read(
    texts: list[str], tokenizer: PreTrainedTokenizerBase, limit: int
) -> list[tuple[str, list[int], int]]:
    """Each text, its token ids cut to the limit, and how many there were before."""
    return list(zip(texts, *token_ids(tokenizer, texts, limit), strict=True))


def _answer(
    loaded: LoadedModel, task: TaskInfo, settings: Mapping[str, Any]
) -> Callable[[Batch], Sequence[Output]]:
    """What answers a batch: text is generated, or a label chosen."""
    from ftkit.inference.generation import generate  # noqa: PLC0415 - as above
    from ftkit.inference.labels import choose  # noqa: PLC0415

    if settings["decoding"] == "labels":
        budget = settings["token_budget"]
        return partial(choose, loaded.model, loaded.tokenizer, labels=task.labels, token_budget=budget)
    return partial(generate, loaded.model, loaded.tokenizer, settings=settings)


def _best(answers: Sequence[Prediction]) -> Prediction:
    """The likeliest of the windows' answers, whatever their order; what holds no answer comes last."""
    return max(answers, key=lambda each: (each.answer is not None, each.score, each.text))
