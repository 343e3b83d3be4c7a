"""A step done without computing anything: its code runs, its memory is taken and given back, and that is all.

No formula describes the step. The trainer's own code runs, with whatever method, attention, precision and
loss it has; PyTorch shows every operation that it comes to, in the backward pass too. Instead of doing it,
memory for its result is taken, which nobody writes to: it costs a fraction of a second and no memory to see
what a step would do that takes minutes, or that doesn't fit at all.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import TreeSpec, tree_flatten, tree_unflatten

from ftkit.planning.calls import Call, TensorSpec, Work, call_of, spec_of
from ftkit.planning.clock import own_seconds
from ftkit.planning.occupancy import Occupancy

_ASKED = (torch.ops.aten._local_scalar_dense.default, torch.ops.aten.equal.default)  # noqa: SLF001
"""Operations whose answer is a Python value: what the code does next may depend on it."""


class RealStep(TorchDispatchMode):  # type: ignore[misc]  # torch carries no types here
    """Listens to a step that is computed.

    Attributes:
        answers: Python values that were read out of tensors, in order.
    """

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[Any] = []

    def __torch_dispatch__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Do the operation."""
        result = func(*args, **(kwargs or {}))
        if func in _ASKED:
            self.answers.append(result)
        return result


@dataclass(frozen=True)
class Outcome:
    """What an operation gives.

    Attributes:
        results: Flattened: what a tensor is like, the place of the argument that it is, or a plain value.
        structure: How they go together.
        is_view: Whether it only looks at its arguments in another way, so that it may as well be done.
        work: What it has to do.
    """

    results: tuple[Any, ...]
    structure: TreeSpec
    is_view: bool
    work: Work


@dataclass(frozen=True)
class _Argument:
    """The place of an argument that a result is."""

    place: int


@dataclass
class Step:
    """What a step would do.

    Attributes:
        calls: How often each operation is done; views are left out.
        seconds: What all that is no operation of PyTorch took: it was done.
    """

    calls: Counter[Call] = field(default_factory=Counter)
    seconds: float = 0.0


class HollowStep(TorchDispatchMode):  # type: ignore[misc]  # as above
    """Within its context nothing is computed, and everything is noted.

    Attributes:
        step: What would have been done.
    """

    def __init__(self, known: dict[Call, Outcome], answers: Sequence[Any], occupancy: Occupancy) -> None:
        """Begin a step.

        Args:
            known: What operations give; grows with what is learned.
            answers: What to answer where a value is read out of a tensor, in order: what a real step read.
            occupancy: Watches the memory that is taken.
        """
        super().__init__()
        self.step = Step()
        self._known = known
        self._answers = iter(answers)
        self._occupancy = occupancy
        self._seconds = 0.0

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Go through a step in this context, and find out what is done besides operations."""
        wall, own = time.perf_counter(), own_seconds()
        with self:
            yield
        wall, own = time.perf_counter() - wall, own_seconds() - own
        self.step.seconds = (wall - self._seconds) * own / wall

    def __torch_dispatch__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Give what looks like the operation's result."""
        started = time.perf_counter()
        result = self._imagined(func, args, kwargs or {})
        self._seconds += time.perf_counter() - started
        return result

    def _imagined(self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if func in _ASKED:
            return next(self._answers, True)
        if _only_looks(func):
            return func(*args, **kwargs)
        call, given = call_of(func, args, kwargs)
        outcome = self._known.get(call)
        if outcome is None:
            outcome = self._known[call] = _learn(call)
        if outcome.is_view:
            return func(*args, **kwargs)
        self.step.calls[call] += 1
        results = [self._made(each, given) for each in outcome.results]
        return tree_unflatten(results, outcome.structure)

    def _made(self, result: Any, given: list[Any]) -> Any:
        if isinstance(result, _Argument):
            return given[result.place]
        if not isinstance(result, TensorSpec):
            return result
        tensor = result.empty()
        self._occupancy.took(tensor)
        return tensor


@cache
def _only_looks(function: Any) -> bool:
    """Whether an operation says of itself that it gives its arguments back in another shape."""
    schema = function._schema  # noqa: SLF001 - there is no other way to ask
    return not schema.is_mutable and any(each.alias_info is not None for each in schema.returns)


def _learn(call: Call) -> Outcome:
    """Find out what an operation gives, on tensors that have no memory, or else by doing it once."""
    try:
        return _outcome(call, *_without_memory(call))
    except Exception:  # noqa: BLE001 - operations have many ways to say that they can't do without
        return _outcome(call, *call.arguments(TensorSpec.filled))


def _without_memory(call: Call) -> tuple[tuple[Any, ...], dict[str, Any]]:
    meta = torch.device("meta")
    leaves = tuple(meta if isinstance(each, torch.device) else each for each in call.leaves)
    return Call(call.function, leaves, call.structure).arguments(lambda spec: spec.empty(meta))


def _outcome(call: Call, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Outcome:
    given = tree_flatten((args, kwargs))[0]
    before = {_storage(each): place for place, each in enumerate(given) if isinstance(each, torch.Tensor)}
    shapes = [spec_of(each) if isinstance(each, torch.Tensor) else None for each in given]
    result = call.function(*args, **kwargs)
    leaves, structure = tree_flatten(result)
    results: list[Any] = []
    is_view = False
    for leaf in leaves:
        if not isinstance(leaf, torch.Tensor):
            results.append(leaf)
        elif _storage(leaf) in before:
            place = before[_storage(leaf)]
            results.append(_Argument(place))
            is_view |= spec_of(leaf) != shapes[place] or not call.writes
        else:
            results.append(_at(spec_of(leaf), call.device))
    return Outcome(tuple(results), structure, is_view, call.work(result))


def _at(spec: TensorSpec, device: torch.device) -> TensorSpec:
    return TensorSpec(spec.shape, spec.stride, spec.dtype, device)


def _storage(tensor: torch.Tensor) -> int:
    return int(tensor.untyped_storage()._cdata)  # noqa: SLF001 - a storage's identity has no other name
