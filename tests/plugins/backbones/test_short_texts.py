"""Short texts attend to the input without its keys and values, and nothing else about them is different."""

from __future__ import annotations

from typing import Any

import adapters
import pytest
import torch
from torch.nn import functional
from torch.testing import assert_close
from transformers import DynamicCache, EncoderDecoderCache

import ftkit
from ftkit.precision import held_in_bfloat16
from ftkit_plugins.projections import Affine, affine_of
from ftkit_plugins.short_texts import attend_to_states
from support import small

HEADS, WIDTH, MODEL = 4, 8, 32
PADDED = 9  # of the first input's tokens


def load(backbone: str, method: str | None, layers: str, rate: float = 0.0, **options: Any) -> Any:
    return ftkit.load(
        backbone,
        method=method,
        checkpoint=str(small.checkpoint(backbone)),
        device="cpu",
        model_options={"layers": layers, "dropout": rate},
        method_options=options,
    ).model


def pair(backbone: str, method: str | None, **options: Any) -> tuple[Any, Any]:
    """The same weights with fast layers and with stock ones."""
    fast, stock = (load(backbone, method, layers, **options) for layers in ("fast", "stock"))
    for parameter in fast.parameters():
        if not parameter.any():  # updates begin at zero; here they are to count
            torch.nn.init.normal_(parameter, std=0.05)
    stock.load_state_dict(fast.state_dict())
    return fast, stock


def batch(written: int) -> dict[str, torch.Tensor]:
    drawn = torch.Generator().manual_seed(0)
    ids = torch.randint(5, 150, (2, 40), generator=drawn)
    mask = torch.ones_like(ids)
    mask[0, -PADDED:] = 0
    return {
        "input_ids": ids,
        "attention_mask": mask,
        "decoder_input_ids": torch.randint(5, 150, (2, written), generator=drawn),
    }


def makes_keys(model: Any, written: int) -> bool:
    """Whether keys of the input are there after a pass."""
    cache = EncoderDecoderCache(DynamicCache(), DynamicCache())
    model(**batch(written), past_key_values=cache, use_cache=True)
    return bool(cache.is_updated.get(0))


def assert_same(fast: Any, stock: Any, written: int) -> None:
    found = []
    for model in (fast, stock):
        out = model(**batch(written)).logits
        if out.requires_grad:
            out.square().mean().backward()
        found.append((out.detach(), {name: each.grad for name, each in model.named_parameters()}))
    (logits, gradients), (stock_logits, stock_gradients) = found
    assert_close(logits, stock_logits, rtol=0, atol=2e-6 * float(stock_logits.abs().max()))
    assert gradients.keys() == stock_gradients.keys()
    for name, gradient in gradients.items():
        assert_close(gradient, stock_gradients[name], rtol=1e-4, atol=1e-5, msg=name)


@pytest.mark.parametrize("backbone", small.BACKBONES)
@pytest.mark.parametrize("method", [None, *small.METHODS])
@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
def test_logits_and_gradients_are_those_of_the_stock_layers(
    backbone: str, method: str | None, *, training: bool
) -> None:
    fast, stock = (model.train(training) for model in pair(backbone, method))
    assert [makes_keys(fast, 3), makes_keys(stock, 3)] == [False, True]
    assert_same(fast, stock, 3)


@pytest.mark.parametrize("backbone", small.BACKBONES)
def test_texts_as_long_as_the_input_and_single_tokens_have_its_keys_made(backbone: str) -> None:
    fast, stock = pair(backbone, None)
    for written in (1, 40):
        assert makes_keys(fast, written)
        assert_same(fast, stock, written)


@pytest.mark.parametrize(
    ("options", "keys"),
    [({"use_rslora": True}, False), ({"use_dora": True}, True), ({"dropout": 0.3}, True)],
    ids=["rsLoRA", "DoRA", "dropout"],
)
def test_an_update_that_is_more_than_a_product_is_computed_by_its_library(
    options: dict[str, Any], *, keys: bool
) -> None:
    fast, stock = pair("bart", "lora", **options)
    assert makes_keys(fast.train(), 3) is keys
    assert_same(fast.eval(), stock.eval(), 3)


@pytest.mark.parametrize("backbone", ["t5", "bart"])
def test_updates_that_are_switched_off_or_merged_do_not_count(backbone: str) -> None:
    fast, stock = pair(backbone, "lora")
    with fast.disable_adapter(), stock.disable_adapter():
        assert_same(fast.eval(), stock.eval(), 3)
    for model in (fast, stock):
        model.merge_adapter()
    assert_same(fast, stock, 3)


@pytest.mark.parametrize("backbone", ["t5", "bart"])
def test_training_in_bfloat16_has_keys_made_where_products_are_cheap(backbone: str) -> None:
    model = load(backbone, "full", "fast").train()
    with torch.autocast("cpu", torch.bfloat16):
        assert makes_keys(model, 3)
        assert not makes_keys(model.eval(), 3)


def test_float32_updates_of_a_model_in_bfloat16_are_computed_by_their_library() -> None:
    fast, stock = (model.eval() for model in pair("bart", "lora"))
    for model in (fast, stock):
        for name, parameter in model.named_parameters():
            if "lora_" not in name:
                parameter.data = parameter.data.bfloat16()
    found, expected = (model(**batch(3)).logits for model in (fast, stock))
    assert torch.equal(found, expected)


@pytest.mark.parametrize("backbone", ["t5", "bart"])
def test_evaluation_in_mixed_precision_is_as_near_to_float32_as_the_stock_layers_are(backbone: str) -> None:
    fast, stock = (model.eval() for model in pair(backbone, None))
    with torch.no_grad():
        exact = stock(**batch(3)).logits
        with torch.autocast("cpu", torch.bfloat16), held_in_bfloat16(fast, trained=True):
            assert not makes_keys(fast, 3)
            errors = [(model(**batch(3)).logits - exact).abs().max().item() for model in (fast, stock)]
    assert errors[0] <= 1.5 * errors[1]


@pytest.mark.parametrize("backbone", ["t5", "bart"])
def test_recomputed_activations_meet_the_same_dropped_weights(backbone: str) -> None:
    model = load(backbone, "full", "fast", rate=0.3).train()
    found = []
    for recompute in (False, True):
        if recompute:
            model.gradient_checkpointing_enable({"use_reentrant": False})
        torch.manual_seed(5)
        model.zero_grad()
        model(**batch(3)).logits.square().mean().backward()
        found.append([each.grad.clone() for each in model.parameters() if each.grad is not None])
    for first, second in zip(*found, strict=True):
        assert torch.equal(first, second)


@pytest.mark.parametrize("hook", ["register_forward_hook", "register_full_backward_hook"])
def test_what_is_hooked_to_a_projection_is_called(hook: str) -> None:
    model = load("bart", None, "fast").train()
    called: list[int] = []
    getattr(model.model.decoder.layers[0].encoder_attn.v_proj, hook)(lambda *_: called.append(0))
    model(**batch(3)).logits.square().mean().backward()
    assert called


class Doubled(torch.nn.Linear):  # type: ignore[misc]  # torch's is untyped
    """A linear layer that does more than its weight says, as methods of third parties have."""

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        return 2 * super().forward(states)


def test_a_projection_with_a_form_of_its_own_is_called() -> None:
    assert affine_of(Doubled(3, 3)) is None
    fast, stock = pair("bart", "full")
    for model in (fast, stock):
        model.model.decoder.layers[0].encoder_attn.v_proj.__class__ = Doubled
    assert_same(fast.train(), stock.train(), 3)


def test_who_asks_barts_attention_for_its_weights_gets_them() -> None:
    fast, stock = pair("bart", None)
    for model in (fast, stock):
        model.set_attn_implementation("eager")
    found, expected = (
        model.eval()(**batch(3), output_attentions=True).cross_attentions for model in (fast, stock)
    )
    assert len(found) == small.LAYERS
    for weights, stock_weights in zip(found, expected, strict=True):
        assert_close(weights, stock_weights, rtol=1e-6, atol=1e-6)


def test_learnt_prefixes_of_the_adapters_library_still_count() -> None:
    models = []
    for model in pair("bart", None):
        adapters.init(model)
        torch.manual_seed(0)
        model.add_adapter("prefix", config="prefix_tuning")
        model.set_active_adapters("prefix")
        models.append(model.eval())
    assert_same(*models, 3)


@pytest.mark.parametrize("backbone", ["t5", "bart"])
@pytest.mark.parametrize("beams", [1, 3])
@pytest.mark.parametrize("begun", [0, 3], ids=["from nothing", "from three tokens"])
def test_generation_writes_the_same(backbone: str, beams: int, begun: int) -> None:
    given = batch(begun)
    if not begun:
        del given["decoder_input_ids"]
    fast, stock = (
        model.eval().generate(**given, max_new_tokens=12, num_beams=beams) for model in pair(backbone, None)
    )
    assert torch.equal(fast, stock)


@pytest.mark.parametrize("rate", [0.0, 0.4])
@pytest.mark.parametrize("biased", [True, False])
def test_it_is_attention_to_keys_and_values_with_the_same_weights_dropped(
    rate: float, *, biased: bool
) -> None:
    torch.manual_seed(0)
    query, states = torch.randn(2, HEADS, 3, WIDTH), torch.randn(2, 20, MODEL)
    keys, values = (torch.nn.Linear(MODEL, HEADS * WIDTH, bias=biased) for _ in range(2))
    added = torch.zeros(2, 1, 1, 20)
    added[0, ..., -PADDED:] = torch.finfo(torch.float32).min

    torch.manual_seed(1)
    maps = Affine(keys.weight, keys.bias), Affine(values.weight, values.bias)
    found = attend_to_states(query, states, maps, added, rate)

    torch.manual_seed(1)
    key, value = (each(states).unflatten(2, (HEADS, WIDTH)).transpose(1, 2) for each in (keys, values))
    weights = functional.dropout(functional.softmax(query @ key.transpose(2, 3) + added, dim=-1), rate)
    assert_close(found, weights @ value, rtol=1e-5, atol=1e-5)


def test_the_matrix_of_a_projection_with_an_update_is_what_merging_would_make_of_it() -> None:
    model = pair("bart", "lora")[0]
    project = model.base_model.model.model.decoder.layers[0].encoder_attn.v_proj
    found = affine_of(project)
    assert found is not None
    model.merge_adapter()
    assert_close(found.weight, project.base_layer.weight)
    assert found.bias is project.base_layer.bias


def test_what_is_no_projection_has_no_matrix() -> None:
    assert affine_of(torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.ReLU())) is None
    assert affine_of(torch.nn.Embedding(3, 3)) is None
