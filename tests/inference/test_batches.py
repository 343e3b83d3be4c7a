"""Inputs through a model in batches: their order comes back, and a lack of memory is lived with."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch

import ftkit
from ftkit.inference.batches import Batch, Output, outputs_of
from ftkit.inference.settings import generation_settings
from support import small

TASK = ftkit.TaskInfo(
    columns=(ftkit.Column("text", "a text"),), metrics=(ftkit.Metric("m", "a figure"),), max_output_tokens=4
)
INPUTS = [[5] * length for length in (3, 9, 1, 7, 9, 2, 4)]


def lengths_told(seen: list[int], most_rows: int, **given: int) -> list[Output]:
    """Answers that say how long each input is, from a device with room for so many rows."""
    model, tokenizer = small.load("t5")

    def answer(batch: Batch) -> Sequence[Output]:
        mask = batch["attention_mask"]
        seen.append(len(mask))
        if len(mask) > most_rows:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return [Output(str(int(length)), 0.0) for length in mask.sum(dim=1)]

    return outputs_of(model, tokenizer, INPUTS, answer, generation_settings(given, TASK))


def test_outputs_come_in_the_order_of_the_inputs() -> None:
    assert [int(each.text) for each in lengths_told([], 100)] == list(map(len, INPUTS))


def test_a_batch_that_does_not_fit_is_halved_and_what_fits_is_remembered() -> None:
    seen: list[int] = []
    assert [int(each.text) for each in lengths_told(seen, 2)] == list(map(len, INPUTS))
    assert seen == [7, 3, 1, 1, 1, 1, 1, 1, 1]
    seen.clear()
    assert [int(each.text) for each in lengths_told(seen, 3)] == list(map(len, INPUTS))
    assert seen == [7, 3, 3, 1]


def test_beams_count_as_rows_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ftkit.inference.batches._KEPT", 0)
    seen: list[int] = []
    lengths_told(seen, 100, token_budget=66)
    assert seen == [6, 1]
    seen.clear()
    lengths_told(seen, 100, token_budget=66, num_beams=4)
    assert seen == [1, 1, 1, 2, 2]


def test_an_input_that_does_not_fit_alone_is_an_error_that_says_what_to_lower() -> None:
    with pytest.raises(ftkit.RunError, match="single input of 9 tokens: lower --generation"):
        lengths_told([], 0)


def test_an_error_of_another_kind_is_not_hidden() -> None:
    model, tokenizer = small.load("t5")

    def answer(_batch: Batch) -> Sequence[Output]:
        raise RuntimeError("shapes don't match")

    with pytest.raises(RuntimeError, match="shapes don't match"):
        outputs_of(model, tokenizer, INPUTS, answer, generation_settings({}, TASK))
