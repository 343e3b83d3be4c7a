"""Train a few plain SGD steps: as one process that accumulates two batches a step, or as two processes."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from transformers import Seq2SeqTrainingArguments

import ftkit
from ftkit.data.batches import TokenBudgetBatches
from ftkit.training.clock import Clock
from ftkit.training.course import Course
from ftkit.training.meter import Meter
from ftkit.training.trainer import TokenBudgetTrainer

WORLD = 2
STEPS = 4


class Examples:
    """Token ids whose targets differ in length more than their inputs do."""

    def __init__(self) -> None:
        self.inputs = [[5 + n % 90, 7, 9 + n % 11, 1] for n in range(64)]
        self.targets = [[3 + (n + k) % 80 for k in range(1 + (n * 7) % 13)] + [1] for n in range(64)]
        self.lengths = np.array([(len(i), len(t)) for i, t in zip(self.inputs, self.targets, strict=True)])

    def __len__(self) -> int:
        return len(self.inputs)

    def __getitem__(self, index: int) -> dict[str, list[int]]:
        return {"input_ids": self.inputs[index], "labels": self.targets[index]}


class InTurn:
    """The batches of all ranks one after the other, as one process accumulates them."""

    def __init__(self) -> None:
        self._ranks = [batches(rank) for rank in range(WORLD)]

    def set_epoch(self, epoch: int) -> None:
        for rank in self._ranks:
            rank.set_epoch(epoch)

    def __len__(self) -> int:
        return sum(map(len, self._ranks))

    def __iter__(self) -> Iterator[list[int]]:
        for step in zip(*self._ranks, strict=True):
            yield from step


def batches(rank: int) -> TokenBudgetBatches:
    return TokenBudgetBatches(Examples().lengths, 60, seed=3, rank=rank, world_size=WORLD)


def main(checkpoint: str, output: str) -> None:
    together = int(os.environ.get("WORLD_SIZE", "1")) == WORLD
    rank = int(os.environ.get("RANK", "0"))
    torch.manual_seed(0)
    options = {"dropout": 0.0}
    model, tokenizer = ftkit.load("t5", "full", checkpoint=checkpoint, device="cpu", model_options=options)
    with tempfile.TemporaryDirectory() as scratch:
        arguments = Seq2SeqTrainingArguments(
            scratch,
            max_steps=STEPS,
            optim="sgd",
            learning_rate=0.1,
            lr_scheduler_type="constant",
            max_grad_norm=0.0,
            gradient_accumulation_steps=1 if together else WORLD,
            use_cpu=True,
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            remove_unused_columns=False,
        )
        course = Course(
            batches=batches(rank) if together else InTurn(),  # type: ignore[arg-type]  # the same methods
            examples=Examples(),  # type: ignore[arg-type]  # likewise
            encoded=None,
            low_precision=False,
            clock=Clock(Meter(), None),
            checkpoints=Path(scratch),
            keep_checkpoints=1,
            label_smoothing=0.0,
            evaluate=lambda _: {},
            place=str,
        )
        TokenBudgetTrainer(model, tokenizer, arguments, [], course).train()
    if rank == 0:
        weights = {name: each.detach().contiguous() for name, each in model.named_parameters()}
        save_file(weights, output)


if __name__ == "__main__":
    main(*sys.argv[1:])
