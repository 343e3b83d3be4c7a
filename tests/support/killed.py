"""Runs in processes that can be killed at any moment, forked so that nothing is imported twice."""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

import ftkit
import ftkit.evaluating.evaluation
import ftkit.training.loop
from ftkit.training.checkpoints import last_whole
from ftkit.training.state import OPTIMIZER, WEIGHTS, load_tree
from support import small

_FORK = multiprocessing.get_context("fork")
ROWS = 48


def recipe(method: str, folder: Path, backbone: str = "t5", **training: Any) -> ftkit.Recipe:
    """Nine steps of two accumulated batches, a checkpoint every other step: in the middle of epochs."""
    settings = {"epochs": 3, "token_budget": 500, "accumulation": 2, "save_steps": 2, "log_steps": 2}
    options = {
        "training": {**settings, "remove_checkpoints": False, **training},
        "method": {"rank": 2} if method == "lora" else {},
    }
    return ftkit.Recipe(
        model=backbone,
        method=method,
        task="sentiment",
        checkpoint=str(small.checkpoint(backbone)),
        data=str(rows()),
        validation_data=str(rows()),
        output=str(folder),
        device="cpu",
        seed=5,
        options=options,
    )


def rows() -> Path:
    """A file of short reviews of several lengths."""
    path = small.checkpoint("t5").parent / "reviews.jsonl"
    if not path.exists():
        reviews = [{"text": f"Film {n} was{' very' * (n % 7)} good.", "label": n % 2} for n in range(ROWS)]
        path.write_text("".join(json.dumps(each) + "\n" for each in reviews), encoding="utf-8")
    return path


def in_child(work: Callable[[], object], kill_after: float | None = None) -> int:
    """Do work in a forked process and kill it after so many seconds; gives its exit code."""
    process = _FORK.Process(target=_quietly, args=(work,))
    process.start()
    if kill_after is not None:
        time.sleep(kill_after)
        process.kill()
    process.join(120)
    assert process.exitcode is not None, "the run hangs"
    return process.exitcode


def train(wanted: ftkit.Recipe, kill_after: float | None = None) -> int:
    """Train in a child."""
    return in_child(lambda: ftkit.train(wanted, quiet=True), kill_after)


def resume(folder: Path, kill_after: float | None = None) -> int:
    """Resume in a child."""
    return in_child(lambda: ftkit.resume(folder, quiet=True), kill_after)


def train_to_the_end(wanted: ftkit.Recipe, kill_after: list[float]) -> None:
    """Train, be killed at each of the moments, and go on until the run has finished."""
    folder = Path(wanted.output or "")
    for moment in kill_after:
        resume(folder, moment) if (folder / "recipe.yaml").exists() else train(wanted, moment)
    ended = resume(folder) if (folder / "recipe.yaml").exists() else train(wanted)
    assert ended == 0


def kill_self_at(call: int, module: Any, name: str) -> None:
    """From now on, the process kills itself when it calls a function for the n-th time."""
    original, calls = getattr(module, name), [0]

    def counted(*arguments: Any, **known: Any) -> Any:
        calls[0] += 1
        if calls[0] == call:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*arguments, **known)

    setattr(module, name, counted)


def traces(folder: Path) -> dict[str, Any]:
    """All that a finished run leaves, without the times: equal for equal runs, to the last bit."""
    last = last_whole(folder / "checkpoints").last
    assert last is not None
    metrics = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    result = json.loads((folder / "result.json").read_text())
    timed = {"seconds", "train_seconds", "tokens_per_second", "peak_memory_bytes", "memory"}
    return {
        "artifact": {file.name: file.read_bytes() for file in (folder / "artifact").glob("*.safetensors")},
        "weights": {
            name: each.numpy().tobytes() for name, each in load_file(last / f"{WEIGHTS}.safetensors").items()
        },
        "optimizer": _as_bytes(load_tree(last, OPTIMIZER)),
        "step": last.name,
        "metrics": [{key: value for key, value in row.items() if key not in timed} for row in metrics],
        "result": {key: value for key, value in result.items() if key not in timed},
        "predictions": (folder / "predictions.jsonl").read_text(),
    }


def _as_bytes(state: Any) -> Any:
    if isinstance(state, torch.Tensor):
        return state.numpy().tobytes()
    if isinstance(state, dict):
        return {key: _as_bytes(value) for key, value in state.items()}
    return [_as_bytes(each) for each in state] if isinstance(state, (list, tuple)) else state


def _quietly(work: Callable[[], object]) -> None:
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), 2)
    gc.freeze()  # what the parent has made is not to be searched for garbage
    work()
