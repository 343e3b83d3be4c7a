"""The loss does not depend on how the same examples are split, and dropout stays as the model has it."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from ftkit.training.loss import token_mean_loss


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_loss_is_the_cross_entropy_of_the_target_tokens_alone(smoothing: float) -> None:
    logits, labels = torch.randn(3, 5, 11), torch.randint(0, 11, (3, 5))
    labels[0, 2:] = -100
    kept = labels != -100
    expected = functional.cross_entropy(logits[kept], labels[kept], label_smoothing=smoothing)
    found = token_mean_loss({"logits": logits}, labels, label_smoothing=smoothing)
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("parts", [1, 2, 4, 8])
def test_gradient_of_an_accumulated_batch_does_not_depend_on_the_split(parts: int) -> None:
    torch.manual_seed(0)
    weight = torch.randn(7, 13, dtype=torch.float64, requires_grad=True)
    states, labels = torch.randn(8, 6, 7, dtype=torch.float64), torch.randint(0, 13, (8, 6))
    for row in range(8):
        labels[row, 1 + row % 6 :] = -100
    count = (labels != -100).sum()
    for some_states, some_labels in zip(states.chunk(parts), labels.chunk(parts), strict=True):
        token_mean_loss({"logits": some_states @ weight}, some_labels, count).backward()
    found = weight.grad
    whole = weight.detach().clone().requires_grad_()
    kept = labels != -100
    functional.cross_entropy((states @ whole)[kept], labels[kept]).backward()
    torch.testing.assert_close(found, whole.grad, rtol=0, atol=1e-6)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_gradients_of_low_precision_logits_are_those_of_exact_arithmetic_rounded_once(
    smoothing: float,
) -> None:
    torch.manual_seed(0)
    logits = (3 * torch.randn(40, 30_000)).bfloat16().requires_grad_()  # more than is computed at once
    labels = torch.randint(0, 30_000, (40,))
    labels[::3] = -100
    token_mean_loss(
        {"logits": logits.unsqueeze(0)}, labels.unsqueeze(0), label_smoothing=smoothing
    ).backward()
    exact = logits.detach().double().requires_grad_()
    functional.cross_entropy(exact, labels, label_smoothing=smoothing).backward()
    assert logits.grad is not None
    assert logits.grad.dtype == torch.bfloat16
    torch.testing.assert_close(logits.grad.double(), exact.grad, rtol=2**-7, atol=1e-8)
