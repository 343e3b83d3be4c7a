"""All that a training needs to go on as if nothing had happened, as files of a checkpoint.

Only what training changes is kept: a LoRA checkpoint holds no copy of the frozen backbone. Tensors are
safetensors and everything else is JSON, so that a checkpoint can neither run code nor, on a full disk, take
the process down as torch's own writer can.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

WEIGHTS, OPTIMIZER, RANDOM = "weights", "optimizer", "random"
_TENSOR, _ITEMS = "tensor", "items"  # what stands in JSON for a tensor, and for a mapping with any keys


def save_weights(model: torch.nn.Module, directory: Path) -> None:
    """Write every trained parameter and every buffer.

    Raises:
        OSError: The folder can't be written.
    """
    _save_tensors(_changing(model), directory, WEIGHTS)


def load_weights(model: torch.nn.Module, directory: Path) -> None:
    """Put saved parameters and buffers back into a model that was made ready in the same way.

    Raises:
        ValueError: The checkpoint is of a model with other trained parameters.
    """
    saved, own = load_file(_tensor_file(directory, WEIGHTS)), _changing(model)
    if saved.keys() != own.keys():
        odd = sorted(saved.keys() ^ own.keys())
        raise ValueError(f"{directory} is of a model with other trained parameters, such as {odd[0]}")
    with torch.no_grad():
        for name, tensor in own.items():
            tensor.copy_(saved[name])


def save_optimizer(optimizer: Any, scheduler: Any, directory: Path) -> None:
    """Write the optimizer's moments and the schedule's position.

    Raises:
        OSError: The folder can't be written.
    """
    save_tree([optimizer.state_dict(), scheduler.state_dict()], directory, OPTIMIZER)


def load_optimizer(optimizer: Any, scheduler: Any, directory: Path) -> None:
    """Put them back."""
    of_optimizer, of_scheduler = load_tree(directory, OPTIMIZER)
    optimizer.load_state_dict(of_optimizer)
    scheduler.load_state_dict(of_scheduler)


def save_random_state(directory: Path) -> None:
    """Write where every generator stands: Python's, NumPy's, torch's on the CPU and on each GPU.

    Raises:
        OSError: The folder can't be written.
    """
    name, keys, *rest = np.random.get_state(legacy=True)  # noqa: NPY002 - the global one
    state = {
        "python": random.getstate(),
        "numpy": [name, torch.from_numpy(np.asarray(keys).astype(np.int64)), *rest],
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else [],
    }
    save_tree(state, directory, RANDOM)


def load_random_state(directory: Path) -> None:
    """Put every generator where it stood."""
    state = load_tree(directory, RANDOM)
    version, internal, gauss = state["python"]
    random.setstate((version, tuple(internal), gauss))
    name, keys, *rest = state["numpy"]
    np.random.set_state((name, keys.numpy().astype(np.uint32), *rest))  # noqa: NPY002 - the global one
    torch.set_rng_state(state["torch"])
    if state["cuda"] and len(state["cuda"]) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(state["cuda"])


def save_tree(tree: Any, directory: Path, name: str) -> None:
    """Write nested mappings and lists of tensors, numbers and texts as two files.

    Raises:
        OSError: The folder can't be written.
    """
    tensors: dict[str, torch.Tensor] = {}
    text = json.dumps(_taken_apart(tree, "", tensors))
    (directory / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    _save_tensors(tensors, directory, name)


def load_tree(directory: Path, name: str) -> Any:
    """Read back what `save_tree` wrote; tuples come as lists."""
    text = (directory / f"{name}.json").read_text(encoding="utf-8")
    return _put_together(json.loads(text), load_file(_tensor_file(directory, name)))


def _changing(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    """What training may change, by name; a tensor that is shared has one name only."""
    trained = {name: each for name, each in model.named_parameters() if each.requires_grad}
    return {**trained, **dict(model.named_buffers())}


def _tensor_file(directory: Path, name: str) -> str:
    return str(directory / f"{name}.safetensors")


def _save_tensors(tensors: dict[str, torch.Tensor], directory: Path, name: str) -> None:
    try:
        save_file(
            {key: each.detach().contiguous() for key, each in tensors.items()}, _tensor_file(directory, name)
        )
    except SafetensorError as error:
        raise OSError(f"{directory / name}: {error}") from error


def _taken_apart(tree: Any, path: str, tensors: dict[str, torch.Tensor]) -> Any:
    """The tree as JSON can hold it; its tensors are put into `tensors` by their paths."""
    if isinstance(tree, torch.Tensor):
        tensors[path] = tree
        return {_TENSOR: path}
    if isinstance(tree, dict):
        return {_ITEMS: [[key, _taken_apart(each, f"{path}/{key}", tensors)] for key, each in tree.items()]}
    if isinstance(tree, (list, tuple)):
        return [_taken_apart(each, f"{path}/{place}", tensors) for place, each in enumerate(tree)]
    return tree


def _put_together(tree: Any, tensors: dict[str, torch.Tensor]) -> Any:
    if isinstance(tree, dict) and _TENSOR in tree:
        return tensors[tree[_TENSOR]]
    if isinstance(tree, dict):
        return {key: _put_together(each, tensors) for key, each in tree[_ITEMS]}
    if isinstance(tree, list):
        return [_put_together(each, tensors) for each in tree]
    return tree
