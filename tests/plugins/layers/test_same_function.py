"""Fast layers are the same function as transformers' own, of every backbone: both ways, cached, adapted."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import adapters
import pytest
import torch
from torch.testing import assert_close
from transformers.models.bart.modeling_bart import BartAttention
from transformers.models.t5.modeling_t5 import T5Attention

import ftkit
from ftkit_plugins.layers import bart, t5
from ftkit_plugins.layers.bart import attention as bart_attention
from ftkit_plugins.layers.t5 import attention as t5_attention
from support import small
from support.layers import READ, SHORT, assert_same, batch, fill_zeros, load, pair

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
@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
@pytest.mark.parametrize("written", [SHORT, READ])
def test_inputs_without_padding_give_what_the_stock_layers_give(
    backbone: str, written: int, *, training: bool
) -> None:
    fast, stock = (model.train(training) for model in pair(backbone, "full"))
    assert_same(fast, stock, written, padded=False)


@backbones
@pytest.mark.parametrize("padded", [True, False], ids=["padded", "not padded"])
@pytest.mark.parametrize("written", [1, 2, SHORT, READ])
def test_logits_are_the_same_where_nothing_learns(backbone: str, written: int, *, padded: bool) -> None:
    with torch.no_grad():
        assert_same(*(model.eval() for model in pair(backbone)), written, padded=padded)


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
        assert_close(weights, stock_weights, rtol=1e-6, atol=1e-6)


@backbones
@pytest.mark.parametrize("config", ["prefix_tuning", "lora"])
def test_what_the_adapters_library_adds_to_the_attention_still_counts(backbone: str, config: str) -> None:
    models: list[Any] = []
    for model in pair(backbone):
        adapters.init(model)
        torch.manual_seed(0)
        model.add_adapter("added", config=config)
        model.set_active_adapters("added")
        fill_zeros(model)
        models.append(model.eval())
    assert_same(*models, SHORT)
    added = models[0](**batch(SHORT)).logits
    models[0].set_active_adapters(None)
    assert not torch.allclose(models[0](**batch(SHORT)).logits, added)


@backbones
def test_in_mixed_precision_they_are_as_near_to_float32_as_the_stock_layers_are(backbone: str) -> None:
    fast, stock = (model.train() for model in pair(backbone))
    exact = stock(**batch(SHORT)).logits
    with torch.autocast("cpu", torch.bfloat16):
        errors = [(model(**batch(SHORT)).logits - exact).abs().max().item() for model in (fast, stock)]
    assert errors[0] <= 1.5 * errors[1]


@backbones
def test_a_model_in_bfloat16_stays_in_it(backbone: str) -> None:
    model = load(backbone, None, "fast").bfloat16()
    logits = model(**batch(SHORT)).logits
    logits.square().mean().backward()
    assert logits.dtype == torch.bfloat16
    assert all(each.grad.dtype == torch.bfloat16 for each in model.parameters() if each.grad is not None)


@pytest.mark.parametrize(
    ("backbone", "written", "read"), [("t5", 6, 6), ("t5", SHORT, 20), ("bart", SHORT, 20)]
)
def test_dropout_moves_the_logits_as_that_of_the_stock_layers_does(
    backbone: str, written: int, read: int
) -> None:
    passes, means, spreads = 500, [], []
    given = batch(written, read, padded=False)
    for layers in ("fast", "stock"):
        model = load(backbone, None, layers, rate=0.1).train()
        torch.manual_seed(0)
        with torch.no_grad():
            found = torch.stack([model(**given).logits for _ in range(passes)])
        means.append(found.mean(0))
        spreads.append(found.std(0))
    errors = spreads[0] / passes**0.5
    assert bool(((means[0] - means[1]).abs() <= 7 * errors + 1e-6).all())  # of some thousand logits
    assert_close(spreads[0].mean(), spreads[1].mean(), rtol=0.03, atol=0)


T5_CHANGES = {"SelfAttention", "EncDecAttention", "layer_norm", "final_layer_norm"}


@pytest.mark.parametrize(
    ("backbone", "changes"),
    [("t5", T5_CHANGES), ("flan-t5", T5_CHANGES | {"act"}), ("bart", {"encoder_attn"})],
)
def test_they_are_there_by_default_and_gone_when_switched_off(backbone: str, changes: set[str]) -> None:
    folder = str(small.checkpoint(backbone))
    default = ftkit.load(backbone, checkpoint=folder, device="cpu").model
    stock = load(backbone, None, "stock")
    changed = [
        {
            name.rpartition(".")[2]
            for name, module in model.named_modules()
            if "forward" in vars(module) or isinstance(module, torch.nn.GELU)
        }
        for model in (default, stock)
    ]
    assert changed == [changes, set()]


@pytest.mark.parametrize(
    ("backbone", "use_fast_layers"), [("t5", t5.use_fast_layers), ("bart", bart.use_fast_layers)]
)
def test_twice_is_once(backbone: str, use_fast_layers: Callable[[Any], None]) -> None:
    fast, stock = pair(backbone)
    use_fast_layers(fast)
    assert_same(fast, stock, SHORT)


@pytest.mark.parametrize(
    ("ours", "stock"),
    [(t5_attention.attention_forward, T5Attention), (bart_attention.attention_forward, BartAttention)],
)
def test_they_take_what_the_attention_that_they_replace_takes(
    ours: Callable[..., Any], stock: type[Any]
) -> None:
    taken, expected = (
        [each for each in inspect.signature(forward).parameters.values() if each.kind is not each.VAR_KEYWORD]
        for forward in (ours, stock.forward)
    )
    words = [[(each.name, each.default) for each in parameters] for parameters in (taken, expected)]
    takes_more = any(each.kind is each.VAR_KEYWORD for each in inspect.signature(ours).parameters.values())
    assert words[0] == words[1][: len(taken) if takes_more else None]
