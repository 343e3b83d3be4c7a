"""Texts far shorter than the input attend to it without its keys and values, where that pays."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.nn import functional
from torch.testing import assert_close

from ftkit.precision import held_in_bfloat16
from ftkit_plugins.layers.projections import Affine
from ftkit_plugins.layers.short_texts import attend_to_states
from support import small
from support.layers import (
    KEYS,
    PADDED,
    READ,
    SHORT,
    VALUES,
    Doubled,
    assert_same,
    batch,
    load,
    makes_keys,
    pair,
)

HEADS, WIDTH, MODEL, INPUTS = 4, 8, 32, 20
LONGEST = 5  # tokens that are a short text to `READ`
backbones = pytest.mark.parametrize("backbone", small.BACKBONES)


@backbones
@pytest.mark.parametrize("method", [None, *small.METHODS])
@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
def test_only_short_texts_of_several_tokens_have_no_keys_made(
    backbone: str, method: str | None, *, training: bool
) -> None:
    fast, stock = (load(backbone, method, layers).train(training) for layers in ("fast", "stock"))
    made = {written: makes_keys(fast, written) for written in (1, 2, LONGEST, LONGEST + 1, READ)}
    assert made == {1: True, 2: False, LONGEST: False, LONGEST + 1: True, READ: True}
    assert makes_keys(stock, SHORT)


@backbones
@pytest.mark.parametrize(
    ("options", "keys"),
    [({"use_rslora": True}, False), ({"use_dora": True}, True), ({"dropout": 0.3}, True)],
    ids=["rsLoRA", "DoRA", "dropout"],
)
def test_an_update_that_is_more_than_a_product_is_computed_by_its_library(
    backbone: str, options: dict[str, Any], *, keys: bool
) -> None:
    fast, stock = pair(backbone, "lora", **options)
    assert makes_keys(fast.train(), SHORT) is keys
    assert_same(fast.eval(), stock.eval(), SHORT)


@backbones
def test_updates_that_are_switched_off_or_merged_do_not_count(backbone: str) -> None:
    fast, stock = pair(backbone, "lora")
    with fast.disable_adapter(), stock.disable_adapter():
        assert_same(fast.eval(), stock.eval(), SHORT)
    for model in (fast, stock):
        model.merge_adapter()
    assert_same(fast, stock, SHORT)


@backbones
def test_training_in_bfloat16_has_keys_made_where_products_are_cheap(backbone: str) -> None:
    model = load(backbone, "full", "fast").train()
    with torch.autocast("cpu", torch.bfloat16):
        assert makes_keys(model, SHORT)
        assert not makes_keys(model.eval(), SHORT)


@pytest.mark.parametrize("backbone", ["bart"])  # T5's layers round elsewhere
def test_float32_updates_of_a_model_in_bfloat16_are_computed_by_their_library(backbone: str) -> None:
    fast, stock = (model.eval() for model in pair(backbone, "lora"))
    for model in (fast, stock):
        for name, parameter in model.named_parameters():
            if "lora_" not in name:
                parameter.data = parameter.data.bfloat16()
    found, expected = (model(**batch(SHORT)).logits for model in (fast, stock))
    assert torch.equal(found, expected)


@backbones
def test_evaluation_in_mixed_precision_is_as_near_to_float32_as_the_stock_layers_are(backbone: str) -> None:
    fast, stock = (model.eval() for model in pair(backbone, None))
    with torch.no_grad():
        exact = stock(**batch(SHORT)).logits
        with torch.autocast("cpu", torch.bfloat16), held_in_bfloat16(fast, trained=True):
            assert not makes_keys(fast, SHORT)
            errors = [(model(**batch(SHORT)).logits - exact).abs().max().item() for model in (fast, stock)]
    assert errors[0] <= 1.5 * errors[1]


@backbones
def test_recomputed_activations_meet_the_same_dropped_weights(backbone: str) -> None:
    model = load(backbone, "full", "fast", rate=0.3).train()
    found = []
    for recompute in (False, True):
        if recompute:
            model.gradient_checkpointing_enable({"use_reentrant": False})
        torch.manual_seed(5)
        model.zero_grad()
        model(**batch(SHORT)).logits.square().mean().backward()
        found.append([each.grad.clone() for each in model.parameters() if each.grad is not None])
    for first, second in zip(*found, strict=True):
        assert torch.equal(first, second)


@backbones
@pytest.mark.parametrize("names", [KEYS, VALUES], ids=["keys", "values"])
@pytest.mark.parametrize("hook", ["register_forward_hook", "register_full_backward_hook"])
def test_what_is_hooked_to_a_projection_is_called(backbone: str, names: dict[str, str], hook: str) -> None:
    model = load(backbone, None, "fast").train()
    called: list[int] = []
    getattr(model.get_submodule(names[backbone]), hook)(lambda *_: called.append(0))
    model(**batch(SHORT)).logits.square().mean().backward()
    assert called


@backbones
@pytest.mark.parametrize("names", [KEYS, VALUES], ids=["keys", "values"])
def test_a_projection_with_a_form_of_its_own_is_called(backbone: str, names: dict[str, str]) -> None:
    fast, stock = pair(backbone, "full")
    for model in (fast, stock):
        model.get_submodule(names[backbone]).__class__ = Doubled
    assert_same(fast.train(), stock.train(), SHORT)


def test_masks_that_are_not_added_to_the_scores_are_applied_as_transformers_does() -> None:
    models, attended = pair("bart"), torch.ones(2, 1, SHORT, INPUTS, dtype=torch.bool)
    attended[0, ..., -PADDED:] = False
    torch.manual_seed(0)
    texts, states = torch.randn(2, SHORT, MODEL), torch.randn(2, INPUTS, MODEL)
    found, expected = (
        model.model.decoder.layers[0].encoder_attn(texts, states, attention_mask=attended)[0]
        for model in models
    )
    assert_close(found, expected)


@pytest.mark.parametrize("rate", [0.0, 0.4])
@pytest.mark.parametrize("biased", [True, False])
def test_it_is_attention_to_keys_and_values_with_the_same_weights_dropped(
    rate: float, *, biased: bool
) -> None:
    torch.manual_seed(0)
    query, states = torch.randn(2, HEADS, SHORT, WIDTH), torch.randn(2, INPUTS, MODEL)
    keys, values = (torch.nn.Linear(MODEL, HEADS * WIDTH, bias=biased) for _ in range(2))
    added = torch.zeros(2, 1, 1, INPUTS)
    added[0, ..., -PADDED:] = torch.finfo(torch.float32).min

    torch.manual_seed(1)
    maps = Affine(keys.weight, keys.bias), Affine(values.weight, values.bias)
    found = attend_to_states(query, states, maps, added, rate)

    torch.manual_seed(1)
    key, value = (each(states).unflatten(2, (HEADS, WIDTH)).transpose(1, 2) for each in (keys, values))
    weights = functional.dropout(functional.softmax(query @ key.transpose(2, 3) + added, dim=-1), rate)
    assert_close(found, weights @ value, rtol=1e-5, atol=1e-5)
