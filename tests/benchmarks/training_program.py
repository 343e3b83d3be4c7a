"""One training in a process of its own: ftkit's, or that of transformers' stock trainer on the same rows.

    python training_program.py SIDE BACKBONE METHOD TASK ROWS SEED DEVICE BATCH WEIGHTS

prints JSON: seconds of training, tokens without padding, the peak of memory in bytes, and the loss of the
trained model on rows that it hasn't seen, in fp32 and without dropout. The sides are `ftkit`; `stock`, the
trainer's defaults (batches of BATCH rows, padded to the longest); `grouped`, which adds `group_by_length`;
`grouped-bf16`, which adds bf16: the best that a careful user gets; and `limit`, which trains nothing: its
seconds are those of the arithmetic alone, at the rate of this machine's matrix products. DEVICE is `cpu` or
`cuda`; a batch of ours has as many tokens as BATCH rows have on the whole.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from adapters import Seq2SeqAdapterTrainer
from torch.utils.flop_counter import FlopCounterMode
from transformers import (
    DataCollatorForSeq2Seq,
    PrinterCallback,
    Seq2SeqTrainer,
    Seq2SeqTrainingArguments,
)

import ftkit
from ftkit.data.examples import Formatter, rows_of
from ftkit.data.reading import Reading
from ftkit.data.sources import find_sources
from ftkit.memory import peak_memory
from ftkit.precision import chosen_precision
from ftkit.runs.recipe import read_recipe
from ftkit.training.loss import token_mean_loss
from support.real_data import FOLDER, TRAINING

LIMIT = 512
UNSEEN = 64
TOKENS_OF_A_ROW = 192  # so that 16 rows, the stock scripts' batch, are as much as ftkit's own default
PRODUCT = {"cpu": (3072, 1024), "cuda": (16384, 8192)}  # rows and width of a large matrix product
STOCK: dict[str, dict[str, Any]] = {
    "stock": {},
    "grouped": {"group_by_length": True},
    "grouped-bf16": {"group_by_length": True, "bf16": True},
}


@dataclass(frozen=True)
class Course:
    """What all sides have in common.

    Attributes:
        chosen: Model, method, task, checkpoint and device.
        batch: Rows of a stock batch.
        seed: Of the order of rows and of dropout.
        folder: For what is written.
    """

    chosen: dict[str, Any]
    batch: int
    seed: int
    folder: Path

    @property
    def device(self) -> str:
        return str(self.chosen["device"])


def main(words: Sequence[str]) -> None:
    """Train, measure, print."""
    side, backbone, method, task = words[:4]
    rows, seed, device, batch, weights = int(words[4]), int(words[5]), words[6], int(words[7]), words[8]
    chosen = {"model": backbone, "method": method, "task": task, "checkpoint": weights, "device": device}
    plain = ftkit.load(backbone, task=task, checkpoint=weights, device="cpu")
    formatter = Formatter.of(plain)
    found = some_rows(task, rows + UNSEEN, formatter)
    tokenised = [ids_of(plain.tokenizer, formatter.example(row)) for row in found]
    with tempfile.TemporaryDirectory() as name:
        course = Course(chosen, batch, seed, Path(name))
        if side == "limit":
            sys.stdout.write(json.dumps({"seconds": least_seconds(course, tokenised[:rows])}))
            return
        if side == "ftkit":
            seconds, load = with_ftkit(course, found[:rows])
        else:
            seconds, load = with_stock(side, course, tokenised[:rows])
        peak = peak_memory()
        loss = unseen_loss(load(), plain.tokenizer, tokenised[rows:])
        precision = precision_of(course.folder / "run") if side == "ftkit" else None
    tokens = sum(len(ids) for row in tokenised[:rows] for ids in row.values())
    told = {"seconds": seconds, "rows": rows, "tokens": tokens, "peak": peak, "loss": loss}
    sys.stdout.write(json.dumps(told | {"precision": precision}))


def some_rows(task: str, count: int, formatter: Formatter) -> list[Any]:
    """Rows spread over the real training file."""
    records = (
        row for source in find_sources(str(FOLDER / TRAINING[task]), Reading()) for row in source.rows()
    )
    found = [each.row for each in rows_of(records, formatter)]
    return found[:: len(found) // count][:count]


def ids_of(tokenizer: Any, example: Any) -> dict[str, list[int]]:
    """Token ids as the stock scripts make them, without the attention mask that the collator adds."""
    return {
        "input_ids": tokenizer(example.input, truncation=True, max_length=LIMIT)["input_ids"],
        "labels": tokenizer(text_target=example.target, truncation=True, max_length=LIMIT)["input_ids"],
    }


def with_ftkit(course: Course, rows: list[Any]) -> tuple[float, Callable[[], Any]]:
    """Train with ftkit's defaults, for one epoch."""
    folder, budget = course.folder, course.batch * TOKENS_OF_A_ROW
    data, validation = folder / "rows.jsonl", folder / "one.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    validation.write_text(json.dumps(rows[0]) + "\n", encoding="utf-8")
    run = ftkit.train(
        ftkit.Recipe(
            **course.chosen,
            data=str(data),
            validation_data=str(validation),
            output=str(folder / "run"),
            seed=course.seed,
            options={"training": {"epochs": 1, "max_input_tokens": LIMIT, "token_budget": budget}},
        ),
        quiet=True,
    )
    return run.result["train_seconds"], lambda: ftkit.load_run(run.folder, device=course.device).loaded.model


def with_stock(side: str, course: Course, rows: list[Any]) -> tuple[float, Callable[[], Any]]:
    """Train as transformers' scripts do, with the learning rate, schedule and clipping of ftkit's run."""
    torch.manual_seed(course.seed)
    loaded = stock_model(course.chosen)
    method = loaded.plugins.method
    assert method is not None
    arguments = Seq2SeqTrainingArguments(
        str(course.folder),
        num_train_epochs=1,
        per_device_train_batch_size=course.batch,
        learning_rate=method.info.learning_rate,
        warmup_ratio=0.05,
        seed=course.seed,
        save_strategy="no",
        report_to="none",
        use_cpu=course.device == "cpu",
        disable_tqdm=True,
        **STOCK[side],
    )
    trainer_class = Seq2SeqAdapterTrainer if course.chosen["method"] == "adapter" else Seq2SeqTrainer
    trainer = trainer_class(
        loaded.model.train(),
        arguments,
        train_dataset=rows,
        data_collator=DataCollatorForSeq2Seq(loaded.tokenizer, model=loaded.model),
    )
    trainer.remove_callback(PrinterCallback)  # stdout is for the figures
    start = time.perf_counter()
    trainer.train()
    return time.perf_counter() - start, lambda: loaded.model


def least_seconds(course: Course, rows: list[Any]) -> float:
    """What the matrix products of one epoch take, without padding and at the best rate measured here."""
    model = stock_model(course.chosen).model
    model.set_attn_implementation("eager")  # whose products the counter knows
    precision = chosen_precision("auto", model)
    low = torch.autocast(course.device, torch.bfloat16, enabled=precision == "bf16")
    with FlopCounterMode(display=False) as counter:
        for row in rows:
            with low:
                ids = {name: torch.tensor([value], device=course.device) for name, value in row.items()}
                out = model(**ids)
            out.loss.backward()
    return counter.get_total_flops() / matrix_product_rate(precision, course.device)


def matrix_product_rate(precision: str, device: str) -> float:
    """Floating-point operations a second, of products as large as those of a batch."""
    height, width = PRODUCT[device]
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    left, right = (torch.randn(size, width, device=device, dtype=dtype) for size in (height, width))
    taken = []
    for _ in range(30):
        start = time.perf_counter()
        left @ right
        if device == "cuda":
            torch.cuda.synchronize()
        taken.append(time.perf_counter() - start)
    return 2 * height * width * width / min(taken)


def precision_of(run: Path) -> str:
    """What ftkit decided."""
    return str(read_recipe(run / "recipe.yaml").options["training"]["precision"])


def stock_model(chosen: dict[str, Any]) -> Any:
    """The model with its method, and the layers that transformers gives it."""
    names = {name: chosen[name] for name in ("model", "method", "checkpoint", "device")}
    return ftkit.load(**names, model_options={"layers": "stock"})


def unseen_loss(model: Any, tokenizer: Any, rows: list[Any]) -> float:
    """Mean cross-entropy of a target token."""
    model.eval()
    collate = DataCollatorForSeq2Seq(tokenizer, model=model)
    total, tokens = 0.0, 0
    with torch.no_grad():
        for start in range(0, len(rows), 8):
            batch = collate([dict(row) for row in rows[start : start + 8]]).to(model.device)
            count = int((batch["labels"] >= 0).sum())
            total += float(token_mean_loss(model(**batch), batch["labels"])) * count
            tokens += count
    return total / tokens


if __name__ == "__main__":
    main(sys.argv[1:])
