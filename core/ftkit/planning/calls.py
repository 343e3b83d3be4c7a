"""An operation on tensors of certain shapes, without what they hold; and how much work it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch
from torch.utils._pytree import TreeSpec, tree_flatten, tree_unflatten
from torch.utils.flop_counter import flop_registry


class TensorSpec(NamedTuple):  # made and compared a hundred thousand times: a dataclass takes twice as long
    """What a tensor is like, without what it holds."""

    shape: tuple[int, ...]
    stride: tuple[int, ...]
    dtype: torch.dtype
    device: torch.device

    @property
    def bytes(self) -> int:
        """What its elements take."""
        count = int(self.dtype.itemsize)
        for size, step in zip(self.shape, self.stride, strict=True):
            count *= size if step else 1  # an expanded dimension is stored once
        return count

    def empty(self, device: torch.device | str | None = None) -> torch.Tensor:
        """A tensor of this kind whose memory is taken and not written to."""
        return torch.empty_strided(self.shape, self.stride, dtype=self.dtype, device=device or self.device)

    def filled(self) -> torch.Tensor:
        """A tensor of this kind with ones in it: or zeros, where whole numbers may stand for places."""
        tensor = self.empty()
        whole = not (tensor.is_floating_point() or tensor.is_complex() or tensor.dtype is torch.bool)
        return tensor.zero_() if whole else tensor.fill_(1)


@dataclass(frozen=True)
class Work:
    """What an operation has to do.

    Attributes:
        flops: Multiplications and additions of matrix products; 0 for all else.
        bytes: Read and written.
    """

    flops: float
    bytes: float


@dataclass(frozen=True)
class Call:
    """One operation on arguments of one kind.

    Attributes:
        function: PyTorch's operator.
        leaves: Its arguments, flattened; tensors as `TensorSpec`.
        structure: How they go together.
    """

    function: Any
    leaves: tuple[Any, ...]
    structure: TreeSpec = field(compare=False, repr=False)

    @property
    def kind(self) -> Any:
        """The operation, whatever it is done on."""
        return self.function.overloadpacket

    @property
    def writes(self) -> bool:
        """Whether it changes any of its arguments."""
        return bool(self.function._schema.is_mutable)  # noqa: SLF001 - there is no other way to ask

    @property
    def device(self) -> torch.device:
        """Where its results are: where it says, else where its arguments are."""
        named = [each for each in self.leaves if isinstance(each, torch.device)]
        given = [each.device for each in self.leaves if isinstance(each, TensorSpec) and each.shape]
        scalars = [each.device for each in self.leaves if isinstance(each, TensorSpec)]
        return (*named, *given, *scalars, torch.device("cpu"))[0]

    def arguments(self, make: Callable[[TensorSpec], torch.Tensor]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Its arguments, positional and named, with tensors that `make` makes of their specs."""
        leaves = [make(each) if isinstance(each, TensorSpec) else each for each in self.leaves]
        args, kwargs = tree_unflatten(leaves, self.structure)
        return args, kwargs

    def work(self, result: Any) -> Work:
        """What it has to do, given what it makes."""
        args, kwargs = self.arguments(lambda spec: spec.empty("meta"))
        count = flop_registry.get(self.kind)
        flops = count(*args, **kwargs, out_val=result) if count else 0
        read = sum(each.bytes for each in self.leaves if isinstance(each, TensorSpec))
        return Work(float(flops), float(read + sum(spec_of(each).bytes for each in tensors_in(result))))


def call_of(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Call, list[Any]]:
    """The call, and its arguments flattened as they are."""
    leaves, structure = tree_flatten((args, kwargs))
    specs = tuple(spec_of(each) if isinstance(each, torch.Tensor) else each for each in leaves)
    return Call(function, specs, structure), leaves


def spec_of(tensor: torch.Tensor) -> TensorSpec:
    """What a tensor is like."""
    return TensorSpec(tuple(tensor.shape), tuple(tensor.stride()), tensor.dtype, tensor.device)


def tensors_in(result: Any) -> Iterator[torch.Tensor]:
    """The tensors among what an operation gives."""
    for each in result if isinstance(result, (tuple, list)) else (result,):
        if isinstance(each, torch.Tensor):
            yield each
        elif isinstance(each, (tuple, list)):
            yield from tensors_in(each)
