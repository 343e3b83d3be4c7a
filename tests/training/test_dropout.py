"""Fast dropout: torch's distribution, the same masks from the same seed, wherever it is called."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from ftkit.training.dropout import BLOCK, draw_mask, fast_dropout

COUNT = 4 * BLOCK + 1
SIGMAS = 5
CHI_SQUARE_OF_11 = 37.4  # exceeded once in 10,000 times at 11 degrees of freedom


def dropped(rate: float, seed: int = 0, count: int = COUNT) -> torch.Tensor:
    torch.manual_seed(seed)
    with fast_dropout():
        return functional.dropout(torch.ones(count), rate)


@pytest.mark.parametrize("rate", [0.01, 0.1, 0.3, 0.5, 0.9])
def test_the_share_that_is_dropped_is_the_rate(rate: float) -> None:
    zeros = int((dropped(rate) == 0).sum())
    assert abs(zeros - COUNT * rate) < SIGMAS * (COUNT * rate * (1 - rate)) ** 0.5


def test_a_rate_below_what_is_told_apart_drops_nothing() -> None:
    assert torch.equal(dropped(1e-6, count=1000), torch.ones(1000))


@pytest.mark.parametrize("rate", [0.1, 0.5])
def test_what_is_kept_is_scaled_so_that_the_mean_stays(rate: float) -> None:
    kept = dropped(rate).unique()
    assert kept.tolist() == pytest.approx([0, 1 / (1 - rate)], rel=1e-4)


def test_neighbours_near_and_far_are_dropped_independently_of_each_other() -> None:
    zeros = (dropped(0.3) == 0).double()
    centred = (zeros - zeros.mean()) / zeros.std()
    for lag in (1, 2, 3, 4, 8, 64, 1 << 17, BLOCK, 2 * BLOCK):
        correlation = float((centred[lag:] * centred[:-lag]).mean())
        assert abs(correlation) < SIGMAS / COUNT**0.5, lag


def test_runs_of_kept_elements_are_as_long_as_a_fair_coins() -> None:
    zeros = np.flatnonzero((dropped(0.5) == 0).numpy())
    lengths = np.bincount(np.clip(np.diff(zeros), 1, 12), minlength=13)[1:]
    expected = np.array([0.5**length for length in range(1, 12)] + [0.5**11]) * lengths.sum()
    assert ((lengths - expected) ** 2 / expected).sum() < CHI_SQUARE_OF_11


def test_two_calls_differ_and_the_same_seed_gives_both_again() -> None:
    def two() -> tuple[torch.Tensor, torch.Tensor]:
        torch.manual_seed(7)
        with fast_dropout():
            return functional.dropout(torch.ones(500), 0.5), functional.dropout(torch.ones(500), 0.5)

    (first, second), again = two(), two()
    assert not torch.equal(first, second)
    assert torch.equal(first, again[0])
    assert torch.equal(second, again[1])


def test_any_number_of_threads_draws_the_same_mask() -> None:
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(3) as three:
        masks = [draw_mask(COUNT, 6554, 5, threads) for threads in (one, three)]
    assert np.array_equal(*masks)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16])
def test_gradients_pass_where_values_passed_and_keep_their_type(dtype: torch.dtype) -> None:
    values = torch.randn(64, 32).to(dtype).requires_grad_()
    with fast_dropout():
        out = functional.dropout(values, 0.25)
    out.backward(torch.ones_like(out))
    assert out.dtype == values.grad.dtype == dtype
    assert torch.equal(values.grad == 0, out == 0)
    assert values.grad[values.grad != 0].float().mean().item() == pytest.approx(4 / 3, rel=1e-2)


def test_it_stands_in_for_modules_functions_and_attention_and_only_while_it_lasts() -> None:
    values = torch.ones(4, 2, 8, 16, requires_grad=True)
    calls = {
        "module": lambda: torch.nn.Dropout(0.5)(values),
        "function": lambda: functional.dropout(values, 0.5),
        "attention": lambda: functional.scaled_dot_product_attention(values, values, values, dropout_p=0.5),
    }

    def seeded(name: str) -> torch.Tensor:
        torch.manual_seed(0)
        return calls[name]()

    for name in calls:
        stock = seeded(name)
        with fast_dropout():
            fast = seeded(name)
        assert not torch.equal(stock, fast), name
        assert torch.equal(stock, seeded(name)), name


@pytest.mark.parametrize(("rate", "training"), [(0.5, False), (0.0, True)])
def test_where_nothing_is_to_be_dropped_the_very_values_come_back(rate: float, *, training: bool) -> None:
    values = torch.randn(3, 3, requires_grad=True)
    with fast_dropout():
        assert functional.dropout(values, rate, training) is values


def test_a_rate_of_one_drops_all() -> None:
    assert not dropped(1.0, count=100).any()


def test_recomputed_activations_meet_the_same_masks() -> None:
    layer = torch.nn.Sequential(torch.nn.Linear(16, 16), torch.nn.Dropout(0.5), torch.nn.Linear(16, 1))

    def gradient(*, recompute: bool) -> torch.Tensor:
        torch.manual_seed(3)
        layer.zero_grad()
        values = torch.linspace(-1, 1, 160).view(10, 16)
        with fast_dropout():
            out = checkpoint(layer, values, use_reentrant=False) if recompute else layer(values)
            out.sum().backward()
        return layer[0].weight.grad.clone()

    assert torch.equal(gradient(recompute=False), gradient(recompute=True))
