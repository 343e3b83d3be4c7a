"""The encoder in pieces: the same states, each input read once, and the encoder left as it was."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from ftkit.inference.generation import generate
from ftkit.inference.labels import choose
from ftkit.inference.reading import reading_in_pieces
from ftkit.inference.settings import GENERATION
from support import small

LENGTHS = (9, 9, 7, 4, 3, 2, 1)
SETTINGS = {option.name: option.default for option in GENERATION} | {"max_output_tokens": 4, "seed": 0}


def batch_of(tokenizer: Any) -> Any:
    inputs = {"input_ids": [[5 + number] * length for number, length in enumerate(LENGTHS)]}
    return tokenizer.pad(inputs, return_tensors="pt")


def shapes_read(model: Any) -> tuple[list[tuple[int, ...]], Any]:
    """Fills itself with the shape of what each layer's first norm sees; and what ends that."""
    shapes: list[tuple[int, ...]] = []
    first = model.get_encoder().block[0]
    return shapes, first.register_forward_pre_hook(lambda _, given: shapes.append(tuple(given[0].shape[:2])))


@pytest.mark.parametrize("backbone", small.BACKBONES)
def test_states_read_in_pieces_are_those_of_each_input_alone(backbone: str) -> None:
    model, tokenizer = small.load(backbone)
    batch = batch_of(tokenizer)
    with torch.no_grad(), reading_in_pieces(model.eval(), 18) as read:
        states = model.get_encoder()(**batch).last_hidden_state
    assert read.states is states
    for row, length in enumerate(LENGTHS):
        ids = batch["input_ids"][row : row + 1, :length]
        with torch.no_grad():
            alone = model.get_encoder()(input_ids=ids, attention_mask=torch.ones_like(ids))
        torch.testing.assert_close(states[row, :length], alone.last_hidden_state[0], atol=1e-5, rtol=1e-5)


def test_a_piece_is_within_the_budget_and_as_wide_as_its_longest_input() -> None:
    model, tokenizer = small.load("t5")
    shapes, watch = shapes_read(model)
    with watch, torch.no_grad(), reading_in_pieces(model, 18):
        model.get_encoder()(**batch_of(tokenizer))
    assert shapes == [(2, 9), (2, 7), (2, 3), (1, 1)]


def test_the_encoder_is_left_as_it_was() -> None:
    model, tokenizer = small.load("t5")
    encoder = model.get_encoder()
    before = dict(vars(encoder))
    with pytest.raises(ZeroDivisionError), reading_in_pieces(model, 18):
        _ = 1 / 0
    assert vars(encoder) == before
    shapes, watch = shapes_read(model)
    with watch, torch.no_grad():
        encoder(**batch_of(tokenizer))
    assert shapes == [(7, 9)]


@pytest.mark.parametrize("changes", [{}, {"num_beams": 3}, {"do_sample": True}])
def test_texts_and_their_scores_cost_one_reading_of_each_input(changes: dict[str, Any]) -> None:
    model, tokenizer = small.load("t5")
    shapes, watch = shapes_read(model)
    with watch, torch.no_grad():
        generate(model, tokenizer, batch_of(tokenizer), SETTINGS | changes)
    assert shapes == [(7, 9)]


def test_all_labels_cost_one_reading_of_each_input() -> None:
    model, tokenizer = small.load("t5")
    shapes, watch = shapes_read(model)
    with watch, torch.no_grad():
        choose(model, tokenizer, batch_of(tokenizer), ["yes", "no", "it may be so"], 4096)
    assert shapes == [(7, 9)]
