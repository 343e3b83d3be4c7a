"""Memory that is taken up ahead holds what transformers' own cache would."""

from __future__ import annotations

import itertools

import pytest
import torch
from transformers.cache_utils import DynamicLayer

from ftkit.inference.cache import RoomyLayer, roomy_cache
from support import small


def steps(count: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    torch.manual_seed(0)
    lengths = [3, *[1] * (count - 1)]
    return [(torch.randn(2, 4, length, 8), torch.randn(2, 4, length, 8)) for length in lengths]


@pytest.mark.parametrize("count", [1, 2, 32, 33, 100])
def test_it_holds_what_was_added_whatever_room_that_took(count: int) -> None:
    ours, theirs = RoomyLayer(), DynamicLayer()
    for keys, values in steps(count):
        for mine, expected in zip(ours.update(keys, values), theirs.update(keys, values), strict=True):
            assert torch.equal(mine, expected)
    assert ours.get_seq_length() == theirs.get_seq_length() == count + 2


@pytest.mark.parametrize(
    "change", ["reorder_cache", "crop", "batch_select_indices", "batch_repeat_interleave"]
)
def test_what_generation_does_to_a_cache_is_kept_by_the_next_step(change: str) -> None:
    argument = {"crop": 4, "batch_repeat_interleave": 3}.get(change, torch.tensor([1, 1]))
    ours, theirs = RoomyLayer(), DynamicLayer()
    for layer in (ours, theirs):
        for keys, values in steps(5):
            layer.update(keys, values)
        getattr(layer, change)(argument)
        rows = layer.keys.shape[0]
        layer.update(torch.ones(rows, 4, 1, 8), torch.zeros(rows, 4, 1, 8))
    assert torch.equal(ours.keys, theirs.keys)
    assert torch.equal(ours.values, theirs.values)


def test_most_steps_copy_nothing_that_is_there() -> None:
    layer = RoomyLayer()
    places = []
    for keys, values in steps(80):
        layer.update(keys, values)
        places.append((layer.keys.data_ptr(), layer.values.data_ptr()))
    moves = sum(before != after for before, after in itertools.pairwise(places))
    assert moves <= 10


@pytest.mark.parametrize("method", small.METHODS)
@pytest.mark.parametrize("backbone", small.BACKBONES)
def test_every_model_gets_one(backbone: str, method: str) -> None:
    model, _ = small.load(backbone, method)
    assert roomy_cache(model)


def test_a_model_with_a_cache_of_its_own_kind_keeps_it() -> None:
    assert roomy_cache(torch.nn.Identity()) == {}  # type: ignore[arg-type]
