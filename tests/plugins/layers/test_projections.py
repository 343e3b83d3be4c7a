"""A projection's matrix is what it multiplies by, updates added as by merging, or there is none."""

from __future__ import annotations

from typing import Any

import peft
import pytest
import torch
from torch import nn
from torch.testing import assert_close

from ftkit_plugins.layers.projections import affine_of
from support.layers import pair

PROJECTION = "model.decoder.layers.0.encoder_attn.v_proj"


def with_updates(*ranks: int) -> tuple[Any, Any]:
    """BART with LoRA's updates of these ranks, all of them active, and one of its projections."""
    model = peft.PeftModel(pair("bart")[0], peft.LoraConfig(r=ranks[0], target_modules=["v_proj"]), "0")
    for name, rank in enumerate(ranks[1:], start=1):
        model.add_adapter(str(name), peft.LoraConfig(r=rank, target_modules=["v_proj"]))
    model.base_model.set_adapter([str(name) for name in range(len(ranks))])
    for parameter_name, parameter in model.named_parameters():
        if "lora_B" in parameter_name:  # updates begin at zero; here they are to count
            nn.init.normal_(parameter, std=0.05)
    return model, model.get_submodule(f"base_model.model.{PROJECTION}")


@pytest.mark.parametrize("ranks", [(4,), (2, 5)], ids=["one update", "two of different ranks"])
def test_with_updates_it_is_what_merging_would_make_of_it(ranks: tuple[int, ...]) -> None:
    model, project = with_updates(*ranks)
    before = project.base_layer.weight.clone()
    found = affine_of(project)
    assert found is not None
    model.merge_adapter()
    assert_close(found.weight, project.base_layer.weight)
    assert not torch.allclose(found.weight, before)
    assert found.bias is project.base_layer.bias


def test_gradients_of_it_reach_every_update() -> None:
    _, project = with_updates(2, 5)
    states = torch.randn(3, project.in_features)
    matrices = [each.weight for kind in (project.lora_A, project.lora_B) for each in kind.values()]
    weight, bias = affine_of(project)  # type: ignore[misc]
    found = torch.autograd.grad(nn.functional.linear(states, weight, bias).square().mean(), matrices)
    expected = torch.autograd.grad(project(states).square().mean(), matrices)
    for gradient, expected_gradient in zip(found, expected, strict=True):
        assert_close(gradient, expected_gradient, rtol=1e-4, atol=1e-6)


class Doubled(nn.Linear):  # type: ignore[misc]  # torch's is untyped
    """A linear layer that does more than its weight says, as methods of third parties have."""

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        return 2 * super().forward(states)


OTHERS = [Doubled(3, 3), nn.Sequential(nn.Linear(3, 3), nn.ReLU()), nn.Embedding(3, 3)]


@pytest.mark.parametrize("project", OTHERS, ids=lambda other: type(other).__name__)
def test_what_does_anything_else_has_none(project: nn.Module) -> None:
    assert affine_of(project) is None
