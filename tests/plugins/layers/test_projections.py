"""A projection's matrix is what it multiplies by, updates added as by merging, or there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import peft
import pytest
import torch
from torch import nn
from torch.testing import assert_close

from ftkit_plugins.layers.projections import affine_of
from support.layers import VALUES, Doubled, fill_zeros, load


def with_updates(*ranks: int) -> tuple[Any, Any]:
    """BART with LoRA's updates of these ranks, named by them and all active, and one of its projections."""
    configs = {str(rank): peft.LoraConfig(r=rank, target_modules=["v_proj"]) for rank in ranks}
    model = peft.PeftModel(load("bart", None, "fast"), configs[str(ranks[0])], str(ranks[0]))
    for rank in ranks[1:]:
        model.add_adapter(str(rank), configs[str(rank)])
    model.base_model.set_adapter(list(configs))
    torch.manual_seed(0)
    fill_zeros(model)
    return model, model.get_submodule(f"base_model.model.{VALUES['bart']}")


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


def test_an_update_that_is_not_active_is_left_out() -> None:
    model, project = with_updates(2, 5)
    both = affine_of(project)
    model.set_adapter("5")
    found = affine_of(project)
    assert found is not None
    assert both is not None
    assert_close(found.weight, project.base_layer.weight + project.get_delta_weight("5"))
    assert not torch.allclose(found.weight, both.weight)


def test_gradients_of_it_reach_every_update() -> None:
    _, project = with_updates(2, 5)
    states = torch.randn(3, project.in_features, generator=torch.Generator().manual_seed(0))
    matrices = [each.weight for kind in (project.lora_A, project.lora_B) for each in kind.values()]
    weight, bias = affine_of(project)  # type: ignore[misc]
    found = torch.autograd.grad(nn.functional.linear(states, weight, bias).square().mean(), matrices)
    expected = torch.autograd.grad(project(states).square().mean(), matrices)
    for gradient, expected_gradient in zip(found, expected, strict=True):
        assert_close(gradient, expected_gradient, rtol=1e-4, atol=1e-6)


def test_where_products_are_in_bfloat16_an_update_has_none() -> None:
    _, project = with_updates(4)
    with torch.autocast("cpu", torch.bfloat16):
        assert affine_of(project) is None


def hooked() -> nn.Module:
    project = nn.Linear(3, 3)
    project.register_forward_hook(lambda *_: None)
    return project


def replaced() -> nn.Module:
    project = nn.Linear(3, 3)
    project.forward = lambda states: -states
    return project


def packed() -> nn.Module:
    class Packed(torch.Tensor):  # type: ignore[misc]  # as quantised weights are
        pass

    project = nn.Linear(3, 3)
    project.weight = nn.Parameter(torch.ones(3, 3).as_subclass(Packed))
    return project


OTHERS = {
    "a form of its own": lambda: Doubled(3, 3),
    "several layers": lambda: nn.Sequential(nn.Linear(3, 3), nn.ReLU()),
    "no linear layer": lambda: nn.Embedding(3, 3),
    "a hook": hooked,
    "a replaced method": replaced,
    "packed weights": packed,
}


def test_a_linear_layer_has_its_own() -> None:
    project = nn.Linear(3, 3)
    assert affine_of(project) == (project.weight, project.bias)


@pytest.mark.parametrize("made", OTHERS.values(), ids=OTHERS)
def test_what_does_anything_else_has_none(made: Callable[[], nn.Module]) -> None:
    assert affine_of(made()) is None
