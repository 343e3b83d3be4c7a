"""Steps that are gone through without being computed."""

from __future__ import annotations

from collections import Counter
from typing import Any

import psutil
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from ftkit.planning.calls import Call
from ftkit.planning.occupancy import Alive, address_space, watch_occupancy
from ftkit.planning.recording import HollowStep, Outcome, RealStep, Step
from support import small

CPU = torch.device("cpu")


def hollow(known: dict[Call, Outcome] | None = None, answers: tuple[Any, ...] = ()) -> HollowStep:
    return HollowStep({} if known is None else known, answers, Alive())


def names(step: Step) -> Counter[str]:
    counts: Counter[str] = Counter()
    for call, count in step.calls.items():
        counts[call.function.name()] += count
    return counts


def test_nothing_is_computed_and_shapes_are_right() -> None:
    numbers = torch.arange(6.0).reshape(2, 3)
    with hollow():
        numbers.mul_(5)
        product = numbers @ torch.ones(3, 4)
    assert numbers.flatten().tolist() == [0, 1, 2, 3, 4, 5]
    assert product.shape == (2, 4)


def test_a_product_of_gigabytes_takes_no_memory() -> None:
    before = psutil.Process().memory_info().rss
    tall = torch.empty(40_000, 8)
    with hollow() as step:
        wide = tall @ tall.T  # 6.4 GB
    assert wide.shape == (40_000, 40_000)
    assert psutil.Process().memory_info().rss - before < 200e6
    assert names(step.step) == {"aten::mm": 1}


def test_the_work_of_a_linear_layer_is_three_products() -> None:
    known: dict[Call, Outcome] = {}
    inputs, weights = torch.empty(5, 7, requires_grad=True), torch.empty(3, 7, requires_grad=True)
    with hollow(known) as step:
        torch.nn.functional.linear(inputs, weights).sum().backward()
    flops = sum(known[call].work.flops * count for call, count in step.step.calls.items())
    assert flops == 3 * (2 * 5 * 7 * 3)  # forward; the gradients of inputs and of weights


def test_views_are_no_work_and_take_nothing() -> None:
    alive = Alive()
    numbers = torch.empty(4, 6)
    with HollowStep({}, (), alive) as step:
        looked_at = numbers.t().reshape(6, 2, 2)[1:].unsqueeze(0).expand(3, -1, -1, -1)
    assert looked_at.data_ptr() == numbers.data_ptr() + 4  # the second column
    assert (alive.grown, step.step.calls) == (0, Counter())


def test_what_is_alive_at_once_counts_and_what_is_given_back_does_not() -> None:
    alive = Alive()
    with HollowStep({}, (), alive):
        kept = torch.empty(1000)
        for _ in range(5):
            torch.empty(500)
        both = kept + kept
    assert alive.grown == (1000 + 1000) * 4
    assert both.shape == (1000,)


def test_activations_are_held_until_the_backward_pass_has_used_them() -> None:
    alive, layers, width = Alive(), 6, 256
    inputs = torch.empty(width, width, requires_grad=True)
    with HollowStep({}, (), alive):
        output = inputs
        for _ in range(layers):
            output = output.exp()  # its backward pass needs what it gave
        forward = alive.grown
        output.sum().backward()
    matrix = width * width * 4
    assert forward == layers * matrix
    assert layers * matrix < alive.grown <= (layers + 3) * matrix


def test_a_value_read_out_of_a_tensor_is_what_the_real_step_read() -> None:
    def layers_that_are_not_dropped(probability: torch.Tensor) -> int:
        return sum(1 for each in probability if each < 0.5)

    drawn = torch.tensor([0.1, 0.9, 0.2, 0.7])
    real = RealStep()
    with real:
        expected = layers_that_are_not_dropped(drawn)
    assert real.answers == [True, False, True, False]
    with hollow(answers=tuple(real.answers)):
        assert layers_that_are_not_dropped(torch.empty(4)) == expected == 2


def test_an_operation_whose_result_depends_on_content_counts_everything() -> None:
    with hollow():
        assert torch.nonzero(torch.empty(3, 4, dtype=torch.bool)).shape == (12, 2)


def test_the_address_space_grows_by_what_is_taken_and_not_written_to() -> None:
    if address_space() is None:
        pytest.skip("the system doesn't say")
    watch = watch_occupancy(CPU)
    with HollowStep({}, (), watch):
        taken = torch.empty(1 << 28, dtype=torch.uint8)
    assert taken.numel() <= watch.grown < 1.1 * taken.numel()


class Counted(TorchDispatchMode):  # type: ignore[misc]
    """Counts, independently, every operation that makes or changes a tensor."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        given = [each for each in args if isinstance(each, torch.Tensor)]
        made = result if isinstance(result, (tuple, list)) else [result]
        shared = any(
            isinstance(each, torch.Tensor)
            and each.untyped_storage().data_ptr() == one.untyped_storage().data_ptr()
            for each in made
            for one in given
        )
        if not shared or func._schema.is_mutable:
            self.counts[func.name()] += 1
        return result


@pytest.mark.parametrize(("backbone", "method"), small.PAIRS)
def test_a_hollow_step_comes_to_the_operations_of_a_real_one(backbone: str, method: str) -> None:
    model, tokenizer = small.load(backbone, method)
    batch = small.batch(tokenizer)
    model.train()
    listening, counted = RealStep(), Counted()
    with listening:
        model(**batch).loss.backward()
    model.zero_grad()
    with counted:
        model(**batch).loss.backward()
    model.zero_grad()
    with hollow(answers=tuple(listening.answers)) as step:
        model(**batch).loss.backward()
    asked = "aten::_local_scalar_dense"
    assert names(step.step) == Counter({name: n for name, n in counted.counts.items() if name != asked})
    shapes = {
        name: weight.grad.shape for name, weight in small.trainable(model).items() if weight.grad is not None
    }
    assert shapes == {name: weight.shape for name, weight in small.trainable(model).items()}
