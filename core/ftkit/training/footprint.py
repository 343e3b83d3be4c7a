"""What a training holds in memory, and what for: weights, gradients, optimizer, and the rest.

Weights, gradients and the optimizer's moments are counted, tensor by tensor. The peak and the average are
of what the process (on a GPU: torch's allocator) held while it trained, without what it held before the
weights. What is left of the peak are activations and temporary results. On a CPU that remainder holds the
allocator's waste as well, which is why it is given as the rest and not as a count of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from transformers import TrainerCallback

from ftkit.memory import held_memory, release_memory
from ftkit.training.heap import give_back_freed_memory
from ftkit.training.meter import Meter

_SECONDS_BETWEEN_LOOKS = 0.01
_FLOATS_OF_A_PAGE = 512  # at 8 bytes each; smaller numbers only touch a page twice


class Footprint(TrainerCallback):  # type: ignore[misc]  # transformers carries no types
    """Looks at the memory a hundred times a second while the meter runs.

    Made before the training makes copies of frozen weights in another precision: those and what they were
    copied from are weights both.
    """

    def __init__(self, meter: Meter, model: torch.nn.Module) -> None:
        self._meter = meter
        self._weights = _weights_of(model)
        self._gradients = self._optimizer = 0
        self._before = max(_held_for_good(model) - sum(self._weights.values()), 0)
        self._peak = self._sum = self._looks = 0
        self._ended = threading.Event()

    @property
    def figures(self) -> dict[str, int]:
        """Bytes: `peak` and `average`, what is known of the peak, and what was there `before`."""
        before = self._before
        peak = max(self._peak - before, 0)
        weights = sum(self._weights.values())
        known = {"weights": weights, "gradients": self._gradients, "optimizer": self._optimizer}
        return {
            "peak": peak,
            "average": max(self._sum // max(self._looks, 1) - before, 0),
            **known,
            "activations": max(peak - sum(known.values()), 0),
            "before": before,
        }

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Look at the memory within this context, while the meter runs."""
        watcher = threading.Thread(target=self._watch, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            self._ended.set()
            watcher.join()

    def on_train_begin(self, *_: Any, model: torch.nn.Module, **__: Any) -> None:
        """Count the copies of weights that the training has made."""
        self._weights |= _weights_of(model)

    def on_pre_optimizer_step(self, *_: Any, model: torch.nn.Module, **__: Any) -> None:
        """Count the gradients, once they are all there."""
        if not self._gradients:
            self._gradients = _bytes_of(each.grad for each in model.parameters() if each.grad is not None)

    def on_optimizer_step(self, *_: Any, optimizer: torch.optim.Optimizer, **__: Any) -> None:
        """Count the optimizer's tensors, once they are there."""
        if not self._optimizer:
            held = (each for state in optimizer.state.values() for each in state.values())
            self._optimizer = _bytes_of(each for each in held if isinstance(each, torch.Tensor))

    def _watch(self) -> None:
        while not self._ended.wait(_SECONDS_BETWEEN_LOOKS):
            if not self._meter.stands_still:
                now = held_memory()
                self._peak, self._sum, self._looks = max(self._peak, now), self._sum + now, self._looks + 1


def _weights_of(model: torch.nn.Module) -> dict[int, int]:
    """The bytes of each parameter and buffer, by its identity."""
    return {id(each): _bytes_of([each]) for each in (*model.parameters(), *model.buffers())}


def _held_for_good(model: torch.nn.Module) -> int:
    """Bytes held, all of the model's weights and nothing that could be given back among them."""
    for tensor in (*model.parameters(), *model.buffers()):
        tensor.detach().flatten()[::_FLOATS_OF_A_PAGE].sum()  # a mapped file's page is held once looked at
    release_memory()
    give_back_freed_memory()  # kept by the C library, it would hide what small tensors take
    return held_memory()


def _bytes_of(tensors: Iterable[torch.Tensor]) -> int:
    return sum(each.numel() * each.element_size() for each in tensors)
