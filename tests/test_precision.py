"""Which precision is chosen, and weights held in it: the values of autocast, and nothing left behind."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from ftkit import precision
from ftkit.precision import chosen_precision, held_in_bfloat16


class Tied(nn.Module):
    """An embedding whose matrix is the output layer's too, between them a layer half of it trained."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(50, 32)
        self.frozen, self.trained = nn.Linear(32, 32), nn.Linear(32, 32)
        self.head = nn.Linear(32, 50, bias=False)
        self.head.weight = self.embedding.weight
        for frozen in (self.embedding, self.frozen):
            frozen.requires_grad_(requires_grad=False)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.head(self.trained(self.frozen(self.embedding(ids))))
        return out


def computed(model: Tied) -> tuple[torch.Tensor, torch.Tensor]:
    model.zero_grad()
    with torch.autocast("cpu", torch.bfloat16):
        out = model(torch.arange(50).view(5, 10))
    out.float().square().mean().backward()
    assert model.trained.weight.grad is not None
    return out.detach(), model.trained.weight.grad.clone()


def test_a_held_model_computes_what_autocast_computes_bit_for_bit() -> None:
    model = Tied()
    expected = computed(model)
    with held_in_bfloat16(model, trained=False):
        assert model.frozen.weight.dtype == model.head.weight.dtype == torch.bfloat16
        assert model.trained.weight.dtype == model.embedding.weight.dtype == torch.float32
        found = computed(model)
    assert all(torch.equal(one, other) for one, other in zip(expected, found, strict=True))


@pytest.mark.parametrize("trained", [False, True])
def test_afterwards_each_module_has_its_very_weights_again(*, trained: bool) -> None:
    model = Tied()
    before = dict(model.named_parameters(remove_duplicate=False))
    with pytest.raises(ZeroDivisionError), held_in_bfloat16(model, trained=trained):
        raise ZeroDivisionError
    after = dict(model.named_parameters(remove_duplicate=False))
    assert before.keys() == after.keys()
    assert all(before[name] is after[name] for name in before)


def test_for_inference_trained_weights_are_held_too() -> None:
    model = Tied()
    with held_in_bfloat16(model, trained=True):
        assert model.trained.weight.dtype == torch.bfloat16


@pytest.mark.parametrize("asked", ["fp32", "bf16"])
def test_what_is_asked_for_is_chosen(asked: str) -> None:
    assert chosen_precision(asked, Tied()) == asked


@pytest.mark.parametrize(("low", "chosen"), [(0.5, "bf16"), (0.95, "fp32"), (4.0, "fp32")])
def test_on_a_cpu_bfloat16_is_chosen_where_it_is_clearly_faster(
    monkeypatch: pytest.MonkeyPatch, low: float, chosen: str
) -> None:
    monkeypatch.setattr(precision, "_seconds", lambda weight, _: low if weight.dtype == torch.bfloat16 else 1)
    assert chosen_precision("auto", nn.Sequential(nn.Linear(512, 1024), nn.Linear(1024, 512))) == chosen


def test_a_cpu_without_bfloat16_is_asked_by_few_tokens_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def seconds(weight: torch.Tensor, tokens: int) -> float:
        asked.append(tokens)
        return 200.0 if weight.dtype == torch.bfloat16 else 1.0

    monkeypatch.setattr(precision, "_seconds", seconds)
    assert chosen_precision("auto", nn.Sequential(nn.Linear(512, 512))) == "fp32"
    assert max(asked) <= 64


def test_a_narrow_model_is_not_asked() -> None:
    assert chosen_precision("auto", nn.Sequential(nn.Linear(128, 128), nn.Linear(128, 30_000))) == "fp32"
