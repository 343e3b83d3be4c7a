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


@pytest.mark.parametrize("ahead", [0, 8, 200])
@pytest.mark.parametrize("count", [1, 2, 32, 33, 100])
def test_it_holds_what_was_added_whatever_room_that_took(count: int, ahead: int) -> None:
    ours, theirs = RoomyLayer(ahead), DynamicLayer()
    for keys, values in steps(count):
        for mine, expected in zip(ours.update(keys, values), theirs.update(keys, values), strict=True):
            assert torch.equal(mine, expected)
    assert ours.get_seq_length() == theirs.get_seq_length() == count + 2


@pytest.mark.parametrize(
    "change", ["reorder_cache", "crop", "batch_select_indices", "batch_repeat_interleave"]
)
def test_what_generation_does_to_a_cache_is_kept_by_the_next_step(change: str) -> None:
    argument = {"crop": 4, "batch_repeat_interleave": 3}.get(change, torch.tensor([1, 1]))
    ours, theirs = RoomyLayer(8), DynamicLayer()
    for layer in (ours, theirs):
        for keys, values in steps(5):
            layer.update(keys, values)
        getattr(layer, change)(argument)
        rows = layer.keys.shape[0]
        layer.update(torch.ones(rows, 4, 1, 8), torch.zeros(rows, 4, 1, 8))
    assert torch.equal(ours.keys, theirs.keys)
    assert torch.equal(ours.values, theirs.values)


def test_rows_that_are_let_go_leave_what_follows_as_it_was() -> None:
    ours, theirs = RoomyLayer(4), DynamicLayer()
    for layer in (ours, theirs):
        for keys, values in steps(3):
            layer.update(keys, values)
        layer.batch_select_indices(torch.tensor([1]))
        for keys, values in steps(12):
            layer.update(keys[:1], values[:1])
    assert torch.equal(ours.keys, theirs.keys)
    assert torch.equal(ours.values, theirs.values)


@pytest.mark.parametrize(("ahead", "most"), [(8, 10), (80, 0)])
def test_most_steps_copy_nothing_that_is_there(ahead: int, most: int) -> None:
    layer = RoomyLayer(ahead)
    places = []
    for keys, values in steps(80):
        layer.update(keys, values)
        layer.reorder_cache(torch.tensor([1, 0]))
        places.append((layer.keys.data_ptr(), layer.values.data_ptr()))
    moves = sum(before != after for before, after in itertools.pairwise(places))
    assert moves <= most


def test_on_a_cpu_there_is_room_for_the_whole_text_from_the_beginning() -> None:
    model, _ = small.load("t5")
    cache = roomy_cache(model, 200)
    assert cache is not None
    layer = cache.self_attention_cache.layer_class_to_replicate()
    assert layer.ahead == 200


@pytest.mark.parametrize("method", small.METHODS)
@pytest.mark.parametrize("backbone", small.BACKBONES)
def test_every_model_gets_one(backbone: str, method: str) -> None:
    model, _ = small.load(backbone, method)
    assert roomy_cache(model, 20) is not None


def test_a_model_with_a_cache_of_its_own_kind_keeps_it() -> None:
    assert roomy_cache(torch.nn.Identity(), 20) is None  # type: ignore[arg-type]
