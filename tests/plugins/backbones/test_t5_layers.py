"""T5's fast layers are the same function as transformers' own: both ways, with caches and adapters."""

from __future__ import annotations

from typing import Any

import adapters
import pytest
import torch
from torch.testing import assert_close

import ftkit
from ftkit_plugins.t5_layers import use_fast_layers
from support import small

BACKBONES = ("t5", "flan-t5")
WITHIN = {"rtol": 1e-6, "atol": 1e-5}


def load(backbone: str, method: str | None, layers: str, **options: Any) -> Any:
    folder = str(small.checkpoint(backbone))
    options = {"layers": layers, "dropout": 0.0, **options}
    return ftkit.load(backbone, method=method, checkpoint=folder, device="cpu", model_options=options)


def pair(backbone: str, method: str | None) -> tuple[Any, Any, dict[str, torch.Tensor]]:
    """The same weights with fast layers and with stock ones, and a batch with padding."""
    fast, stock = (load(backbone, method, layers) for layers in ("fast", "stock"))
    for parameter in fast.model.parameters():
        if not parameter.any():  # updates begin at zero; here they are to count
            torch.nn.init.normal_(parameter, std=0.05)
    stock.model.load_state_dict(fast.model.state_dict())
    read = ["one two three", "much longer than the first one, so that it is padded a good deal"]
    written = ["yes", "no, not at all"]
    batch, targets = (fast.tokenizer(texts, padding=True, return_tensors="pt") for texts in (read, written))
    return fast.model, stock.model, {**batch, "labels": targets["input_ids"]}


@pytest.mark.parametrize("backbone", BACKBONES)
@pytest.mark.parametrize("method", [None, *small.METHODS])
def test_logits_and_gradients_are_those_of_the_stock_layers(backbone: str, method: str | None) -> None:
    *models, batch = pair(backbone, method)
    found = []
    for model in models:
        out = model.train()(**batch)
        if out.loss.requires_grad:
            out.loss.backward()
        found.append((out.logits, {name: each.grad for name, each in model.named_parameters()}))
    (logits, gradients), (stock_logits, stock_gradients) = found
    assert_close(logits, stock_logits, rtol=0, atol=2e-6 * float(stock_logits.detach().abs().max()))
    assert gradients.keys() == stock_gradients.keys()
    for name, gradient in gradients.items():
        assert_close(gradient, stock_gradients[name], rtol=1e-4, atol=1e-5, msg=name)


@pytest.mark.parametrize("backbone", BACKBONES)
@pytest.mark.parametrize("method", [None, "adapter"])
@pytest.mark.parametrize("beams", [1, 3])
def test_generation_with_caches_writes_the_same(backbone: str, method: str | None, beams: int) -> None:
    fast, stock, batch = pair(backbone, method)
    del batch["labels"]
    settings = {
        "max_new_tokens": 12,
        "num_beams": beams,
        "output_scores": True,
        "return_dict_in_generate": True,
    }
    found, expected = (model.eval().generate(**batch, **settings) for model in (fast, stock))
    assert torch.equal(found.sequences, expected.sequences)
    for scores, stock_scores in zip(found.scores, expected.scores, strict=True):
        assert_close(scores, stock_scores, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("backbone", BACKBONES)
@pytest.mark.parametrize("method", [None, *small.METHODS])
@pytest.mark.parametrize("tokens", [2, 5, 40])
def test_a_text_that_is_there_as_a_whole_gets_the_logits_of_the_stock_layers(
    backbone: str, method: str | None, tokens: int
) -> None:
    fast, stock, batch = pair(backbone, method)
    written = torch.randint(3, 50, (2, tokens), generator=torch.Generator().manual_seed(0))
    inputs = {name: batch[name].repeat(1, 8) for name in ("input_ids", "attention_mask")}
    with torch.no_grad():
        found, expected = (model.eval()(**inputs, labels=written).logits for model in (fast, stock))
    assert_close(found, expected, rtol=0, atol=2e-6 * float(expected.abs().max()))


def test_short_texts_need_no_keys_and_values_of_the_input_unless_something_is_added_to_them() -> None:
    model = load("flan-t5", None, "fast").model.eval()
    attention = model.decoder.block[0].layer[1].EncDecAttention
    ids = torch.arange(3, 43).unsqueeze(0)
    asked = []
    with torch.no_grad():
        for written in (ids[:, :3], ids):
            cache = model(input_ids=ids, labels=written, use_cache=True).past_key_values
            asked.append(bool(cache.is_updated.get(0)))
        attention.k.register_forward_hook(lambda *_: asked.append("the hook"))
        model(input_ids=ids, labels=ids[:, :3])
    assert asked == [False, True, "the hook"]


@pytest.mark.parametrize("backbone", BACKBONES)
def test_in_mixed_precision_they_are_as_near_to_float32_as_the_stock_layers_are(backbone: str) -> None:
    fast, stock, batch = pair(backbone, None)
    exact = stock(**batch).logits
    with torch.autocast("cpu", torch.bfloat16):
        errors = [(model(**batch).logits - exact).abs().max().item() for model in (fast, stock)]
    assert errors[0] <= 1.5 * errors[1]


def test_a_model_in_bfloat16_stays_in_it() -> None:
    model = load("flan-t5", None, "fast").model.bfloat16()
    ids = torch.arange(3, 9).unsqueeze(0)
    out = model(input_ids=ids, labels=ids)
    out.loss.backward()
    assert out.logits.dtype == torch.bfloat16
    assert all(each.grad.dtype == torch.bfloat16 for each in model.parameters() if each.grad is not None)


def test_dropout_moves_the_logits_as_that_of_the_stock_layers_does() -> None:
    ids = torch.arange(3, 9).unsqueeze(0)
    means, spreads = [], []
    for layers in ("fast", "stock"):
        model = load("t5", None, layers, dropout=0.1).model.train()
        torch.manual_seed(0)
        with torch.no_grad():
            passes = torch.stack([model(input_ids=ids, labels=ids).logits for _ in range(500)])
        means.append(passes.mean(0))
        spreads.append(passes.std(0))
    assert float(((means[0] - means[1]) / (spreads[0] / 500**0.5)).abs().max()) < 7  # of 1,920 logits
    assert_close(spreads[0].mean(), spreads[1].mean(), rtol=0.03, atol=0)


def test_attention_weights_are_still_told_to_who_asks() -> None:
    fast, stock, batch = pair("t5", None)
    found, expected = (model(**batch, output_attentions=True) for model in (fast, stock))
    for weights, stock_weights in zip(found.cross_attentions, expected.cross_attentions, strict=True):
        assert_close(weights, stock_weights, **WITHIN)


def test_learnt_prefixes_of_the_adapters_library_still_count() -> None:
    models = []
    for layers in ("fast", "stock"):
        model = load("t5", None, layers).model
        adapters.init(model)
        torch.manual_seed(0)
        model.add_adapter("prefix", config="prefix_tuning")
        model.set_active_adapters("prefix")
        models.append(model.eval())
    ids = torch.arange(3, 9).unsqueeze(0)
    fast, stock = (model(input_ids=ids, labels=ids).logits for model in models)
    assert_close(fast, stock, **WITHIN)
    models[0].set_active_adapters(None)
    assert not torch.allclose(models[0](input_ids=ids, labels=ids).logits, fast)


def test_it_is_there_by_default_and_gone_when_switched_off() -> None:
    folder = str(small.checkpoint("t5"))
    default, stock = ftkit.load("t5", checkpoint=folder, device="cpu").model, load("t5", None, "stock").model
    changed = [
        {type(module).__name__ for module in model.modules() if "forward" in vars(module)}
        for model in (default, stock)
    ]
    assert changed == [{"T5Attention", "T5LayerNorm"}, set()]


def test_twice_is_once() -> None:
    fast, stock, batch = pair("t5", None)
    use_fast_layers(fast)
    assert_close(fast(**batch).logits, stock(**batch).logits, **WITHIN)
