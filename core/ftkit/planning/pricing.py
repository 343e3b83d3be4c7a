"""What each operation of a step costs on this machine: done for real, on tensors of its real size.

A model repeats itself layer by layer, so that the thousands of operations of a step are a few hundred
different ones. Each is done a few times, the heaviest first, for as long as there is time; what is left is
priced by others of its kind, by the work that it has to do. Measuring operations and adding them
up is how simulators of training do it (Geoffrey et al., 2021: Habitat, https://arxiv.org/abs/2102.00527).
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from statistics import median
from typing import Any

import torch

from ftkit.planning.calls import Call, TensorSpec, Work
from ftkit.planning.clock import own_seconds
from ftkit.planning.recording import Outcome, Step

_KEPT = 256 << 20  # bytes of results that are kept for a while: a step doesn't write where it has just read
_REPEATED = 0.03  # seconds: what takes less is done three times, since the first may prepare something
_TIMES = 3
_GUESS = Work(flops=50e9, bytes=5e9)  # a second's work, to find out which operations matter


class Prices:
    """Seconds of operations, as they were measured."""

    def __init__(self, steps: Iterable[Step], known: Mapping[Call, Outcome], seconds: float) -> None:
        """Measure the operations of some steps.

        Args:
            steps: What they do.
            known: What the operations give.
            seconds: How long to measure; the operation that is under way then is ended.
        """
        counts: Counter[Call] = Counter()
        for step in steps:
            counts.update(step.calls)
        self._known, self._counts = known, counts
        self._measured: dict[Call, float] = {}
        self._kept: deque[Any] = deque()
        self._kept_bytes = 0
        until = own_seconds() + seconds
        for call in self._by_weight():
            if own_seconds() > until:
                break
            self._measure(call)
        self._kept.clear()
        self._rates = self._by_kind()
        self._least = _least_seconds()

    def seconds(self, step: Step) -> float:
        """What the operations of a step cost together."""
        return sum(count * self._price(call) for call, count in step.calls.items())

    def _price(self, call: Call) -> float:
        if call in self._measured:
            return self._measured[call]
        return max(self._least, self._guess(call) * self._rates.get(call.kind, self._rates.get(None, 1.0)))

    def _guess(self, call: Call) -> float:
        """Seconds that a call may take: by its arithmetic or by its memory, whichever is slower."""
        work = self._known[call].work
        return max(work.flops / _GUESS.flops, work.bytes / _GUESS.bytes)

    def _by_weight(self) -> list[Call]:
        """The heaviest operation of each kind, then all others, always the heaviest first."""
        heavy = sorted(self._counts, key=lambda each: -self._guess(each) * self._counts[each])
        first = list({call.kind: call for call in reversed(heavy)}.values())
        return list(dict.fromkeys((*reversed(first), *heavy)))

    def _by_kind(self) -> dict[Any, float]:
        """Measured seconds over guessed ones, for each kind of operation and, under None, for all."""
        sums: dict[Any, list[float]] = {}
        for call, seconds in self._measured.items():
            for kind in (call.kind, None):
                so_far = sums.setdefault(kind, [0.0, 0.0])
                so_far[0] += seconds
                so_far[1] += self._guess(call)
        return {kind: seconds / guessed for kind, (seconds, guessed) in sums.items() if guessed}

    def _measure(self, call: Call) -> None:
        try:
            seconds = [self._once(call)]
            if seconds[0] < _REPEATED:
                seconds += [self._once(call) for _ in range(_TIMES - 1)]
        except (RuntimeError, TypeError, ValueError, IndexError, NotImplementedError):
            return  # it wants more of its arguments than the right shape: priced by its kind
        self._measured[call] = median(seconds)

    def _once(self, call: Call) -> float:
        args, kwargs = call.arguments(TensorSpec.filled)
        with torch.no_grad():
            _synchronise()
            started = own_seconds()
            result = call.function(*args, **kwargs)
            _synchronise()
            seconds = own_seconds() - started
        self._keep(result, self._known[call].work.bytes)
        return seconds

    def _keep(self, result: Any, size: float) -> None:
        self._kept.append((result, size))
        self._kept_bytes += int(size)
        while self._kept_bytes > _KEPT:
            self._kept_bytes -= int(self._kept.popleft()[1])


def _least_seconds() -> float:
    """What it takes to call anything at all."""
    one, seconds = torch.zeros(1), []
    for _ in range(20):
        started = own_seconds()
        one.add(one)
        _synchronise()
        seconds.append(own_seconds() - started)
    return median(seconds)


def _synchronise() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
