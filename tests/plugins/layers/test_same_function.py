"""Fast layers are the same function as transformers' own, of every backbone: both ways, cached, adapted."""

from __future__ import annotations

import inspect
from importlib import import_module
from types import ModuleType
from typing import Any

import adapters
import pytest
import torch
from torch.testing import assert_close
from transformers.models.bart.modeling_bart import BartAttention
from transformers.models.t5.modeling_t5 import T5Attention

import ftkit
from ftkit_plugins.layers import bart, t5
from support import small
from support.layers import READ, assert_same, batch, load, pair

WITHIN = {"rtol": 1e-6, "atol": 1e-5}
SHORT = 3
backbones = pytest.mark.parametrize("backbone", small.BACKBONES)


@backbones
@pytest.mark.parametrize("method", [None, *small.METHODS])
@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
@pytest.mark.parametrize("written", [1, SHORT, READ])
def test_logits_and_gradients_are_those_of_the_stock_layers(
    backbone: str, method: str | None, written: int, *, training: bool
) -> None:
    fast, stock = (model.train(training) for model in pair(backbone, method))
    assert_same(fast, stock, written)


@backbones
@pytest.mark.parametrize("method", [None, "adapter"])
@pytest.mark.parametrize("beams", [1, 3])
@pytest.mark.parametrize("begun", [0, SHORT], ids=["from nothing", "from three tokens"])
def test_generation_with_caches_writes_the_same(
    backbone: str, method: str | None, beams: int, begun: int
) -> None:
    given = batch(begun)
    if not begun:
        del given["decoder_input_ids"]
    asked = {"max_new_tokens": 12, "num_beams": beams, "output_scores": True, "return_dict_in_generate": True}
    found, expected = (model.eval().generate(**given, **asked) for model in pair(backbone, method))
    assert torch.equal(found.sequences, expected.sequences)
    for scores, stock_scores in zip(found.scores, expected.scores, strict=True):
        assert_close(scores, stock_scores, rtol=1e-5, atol=1e-4)


@backbones
def test_who_asks_for_the_weights_of_the_attention_gets_them(backbone: str) -> None:
    models = [model.eval() for model in pair(backbone)]
    for model in models:
        model.set_attn_implementation("eager")
    found, expected = (model(**batch(SHORT), output_attentions=True).cross_attentions for model in models)
    assert len(found) == small.LAYERS
    for weights, stock_weights in zip(found, expected, strict=True):
        assert_close(weights, stock_weights, **WITHIN)


@backbones
def test_learnt_prefixes_of_the_adapters_library_still_count(backbone: str) -> None:
    models: list[Any] = []
    for model in pair(backbone):
        adapters.init(model)
        torch.manual_seed(0)
        model.add_adapter("prefix", config="prefix_tuning")
        model.set_active_adapters("prefix")
        models.append(model.eval())
    assert_same(*models, SHORT)
    with_prefixes = models[0](**batch(SHORT)).logits
    models[0].set_active_adapters(None)
    assert not torch.allclose(models[0](**batch(SHORT)).logits, with_prefixes)


@backbones
@pytest.mark.parametrize("written", [SHORT, READ])
def test_in_mixed_precision_they_are_as_near_to_float32_as_the_stock_layers_are(
    backbone: str, written: int
) -> None:
    fast, stock = pair(backbone)
    exact = stock(**batch(written)).logits
    with torch.autocast("cpu", torch.bfloat16):
        errors = [(model(**batch(written)).logits - exact).abs().max().item() for model in (fast, stock)]
    assert errors[0] <= 1.5 * errors[1]


@backbones
def test_a_model_in_bfloat16_stays_in_it(backbone: str) -> None:
    model = load(backbone, None, "fast").bfloat16()
    logits = model(**batch(SHORT)).logits
    logits.square().mean().backward()
    assert logits.dtype == torch.bfloat16
    assert all(each.grad.dtype == torch.bfloat16 for each in model.parameters() if each.grad is not None)


@pytest.mark.parametrize("backbone", ["t5", "bart"])
def test_dropout_moves_the_logits_as_that_of_the_stock_layers_does(backbone: str) -> None:
    passes, means, spreads = 500, [], []
    for layers in ("fast", "stock"):
        model = load(backbone, None, layers, rate=0.1).train()
        torch.manual_seed(0)
        with torch.no_grad():
            found = torch.stack([model(**batch(SHORT)).logits for _ in range(passes)])
        means.append(found.mean(0))
        spreads.append(found.std(0))
    errors = spreads[0] / passes**0.5
    assert bool(((means[0] - means[1]).abs() <= 7 * errors + 1e-6).all())  # of 1,920 logits
    assert_close(spreads[0].mean(), spreads[1].mean(), rtol=0.03, atol=0)


@pytest.mark.parametrize(
    ("backbone", "kinds"), [("t5", {"T5Attention", "T5LayerNorm"}), ("bart", {"BartAttention"})]
)
def test_they_are_there_by_default_and_gone_when_switched_off(backbone: str, kinds: set[str]) -> None:
    folder = str(small.checkpoint(backbone))
    default = ftkit.load(backbone, checkpoint=folder, device="cpu").model
    stock = load(backbone, None, "stock")
    changed = [
        {type(module).__name__ for module in model.modules() if "forward" in vars(module)}
        for model in (default, stock)
    ]
    assert changed == [kinds, set()]


@pytest.mark.parametrize("family", [t5, bart])
def test_twice_is_once(family: ModuleType) -> None:
    fast, stock = pair(family.__name__.rpartition(".")[2])
    family.use_fast_layers(fast)
    assert_same(fast, stock, SHORT)


@pytest.mark.parametrize(("family", "stock"), [("t5", T5Attention), ("bart", BartAttention)])
def test_they_take_what_the_attention_that_they_replace_takes(family: str, stock: type) -> None:
    ours = import_module(f"ftkit_plugins.layers.{family}.attention").attention_forward
    taken, expected = (
        [(each.name, each.default) for each in inspect.signature(forward).parameters.values()]
        for forward in (ours, stock.forward)
    )
    named = [each for each in taken if each[0] != "more"]
    assert named == expected[: len(named)]
    assert len(named) == len(taken) - 1 or len(taken) == len(expected)
