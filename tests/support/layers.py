"""The same weights in fast layers and in stock ones, and what both are asked."""

from __future__ import annotations

from typing import Any

import torch
from torch.testing import assert_close
from transformers import DynamicCache, EncoderDecoderCache

import ftkit
from support import small

READ, SHORT = 60, 3  # tokens of an input, and of a text far shorter
PADDED = 9  # of the first input's tokens
_T5, _BART = "decoder.block.0.layer.1.EncDecAttention", "model.decoder.layers.0.encoder_attn"
KEYS = {"t5": f"{_T5}.k", "flan-t5": f"{_T5}.k", "bart": f"{_BART}.k_proj"}
VALUES = {"t5": f"{_T5}.v", "flan-t5": f"{_T5}.v", "bart": f"{_BART}.v_proj"}


class Doubled(torch.nn.Linear):  # type: ignore[misc]  # torch's is untyped
    """A linear layer that does more than its weight says, as methods of third parties have."""

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        return 2 * super().forward(states)


def load(backbone: str, method: str | None, layers: str, rate: float = 0.0, **options: Any) -> Any:
    """A small model whose dropout has this rate; `options` are the method's."""
    return ftkit.load(
        backbone,
        method=method,
        checkpoint=str(small.checkpoint(backbone)),
        device="cpu",
        model_options={"layers": layers, "dropout": rate},
        method_options=options,
    ).model


def pair(backbone: str, method: str | None = None, **options: Any) -> tuple[Any, Any]:
    """A model with fast layers and one with stock ones, of the same weights, none of which is zero."""
    fast, stock = (load(backbone, method, layers, **options) for layers in ("fast", "stock"))
    fill_zeros(fast)
    stock.load_state_dict(fast.state_dict())
    return fast, stock


def fill_zeros(model: torch.nn.Module) -> None:
    """Draw what begins at zero, as updates do, which are to count here."""
    for parameter in model.parameters():
        if not parameter.any():
            torch.nn.init.normal_(parameter, std=0.05)


def batch(written: int, read: int = READ, *, padded: bool = True) -> dict[str, torch.Tensor]:
    """Two inputs, the first of them padded or not, and texts of so many tokens that attend to them."""
    drawn = torch.Generator().manual_seed(0)
    ids = torch.randint(5, 150, (2, read), generator=drawn)
    mask = torch.ones_like(ids)
    if padded:
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


def assert_same(fast: Any, stock: Any, written: int, *, padded: bool = True) -> None:
    """Both give the same logits, and the same gradients to whatever learns."""
    found = []
    for model in (fast, stock):
        out = model(**batch(written, padded=padded)).logits
        if out.requires_grad:
            out.square().mean().backward()
        found.append((out.detach(), {name: each.grad for name, each in model.named_parameters()}))
    (logits, gradients), (stock_logits, stock_gradients) = found
    assert_close(logits, stock_logits, rtol=0, atol=2e-6 * float(stock_logits.abs().max()))
    assert gradients.keys() == stock_gradients.keys()
    for name, gradient in gradients.items():
        assert_close(gradient, stock_gradients[name], rtol=1e-4, atol=1e-5, msg=name)
