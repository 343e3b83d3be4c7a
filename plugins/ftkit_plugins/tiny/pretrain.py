"""Pretrains the embedded tiny checkpoints: ``python -m ftkit_plugins.tiny.pretrain all --output DIR``.

One pass over a corpus drawn as it is needed, each family with its own objective (``objectives``,
then ``instructions`` for flan-t5-tiny). AdamW (Loshchilov & Hutter 2019) with relative step sizes as
in Adafactor (Shazeer & Stern 2018), linear warm-up and decay, bfloat16 autocast, no dropout: no text
comes twice, so there is nothing to overfit. Everything random is seeded and one thread does the
arithmetic, so that two runs on one machine give the same weights.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from ftkit_plugins.tiny import corpus, tokenization
from ftkit_plugins.tiny.architectures import build_model
from ftkit_plugins.tiny.batches import Batch, batches, denoising_pairs, instruction_pairs

_LOG = logging.getLogger(__name__)
_TOKENIZER_DOCUMENTS = 30_000
_LOG_EVERY = 100
_SMALLEST_SCALE = 0.02  # for biases, which start at zero


@dataclass(frozen=True)
class Recipe:
    """How one checkpoint is pretrained."""

    checkpoint: str
    steps: int
    instruction_steps: int = 0
    batch_size: int = 48
    learning_rate: float = 3e-2  # relative; see scaled_adamw
    warmup_steps: int = 100
    seed: int = 0


RECIPES = {
    "t5-tiny": Recipe("t5-tiny", 4500),
    "bart-tiny": Recipe("bart-tiny", 2400),
    "flan-t5-tiny": Recipe("flan-t5-tiny", 3400, instruction_steps=1400),
}


def pretrain(recipe: Recipe, output: Path) -> PreTrainedModel:
    """Runs a recipe and writes the checkpoint to ``output``."""
    output.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    torch.manual_seed(recipe.seed)
    tokenizer = train_tokenizer(recipe, output)
    model = build_model(recipe.checkpoint, len(tokenizer))
    model.set_attn_implementation("eager")  # in bfloat16 on a CPU, three times as fast as SDPA
    started = time.perf_counter()
    losses = train(model, training_batches(recipe, tokenizer), recipe)
    record = {
        **asdict(recipe),
        "seconds": round(time.perf_counter() - started),
        "parameters": model.num_parameters(),
        "losses": losses,
    }
    save(model, tokenizer, output, record)
    return model


def train_tokenizer(recipe: Recipe, output: Path) -> PreTrainedTokenizerFast:
    """The family's tokenizer, trained on the first documents of the corpus."""
    texts = islice(corpus.documents(recipe.seed), _TOKENIZER_DOCUMENTS)
    if recipe.checkpoint == "bart-tiny":
        return tokenization.train_byte_bpe(texts, output)
    return tokenization.train_sentencepiece(texts, output)


def training_batches(recipe: Recipe, tokenizer: PreTrainedTokenizerFast) -> Iterator[Batch]:
    """The denoising batches, then the instruction batches where the recipe has them."""
    size, seed = recipe.batch_size, recipe.seed
    denoising = recipe.steps - recipe.instruction_steps
    yield from islice(batches(denoising_pairs(tokenizer, seed), tokenizer, size, seed), denoising)
    instructions = batches(instruction_pairs(tokenizer, seed), tokenizer, size, seed)
    yield from islice(instructions, recipe.instruction_steps)


def train(model: PreTrainedModel, data: Iterator[Batch], recipe: Recipe) -> dict[int, float]:
    """Takes one optimiser step a batch; gives the mean loss of every hundred steps."""
    model.eval()  # no dropout; see the module's docstring
    optimizer = scaled_adamw(model, recipe.learning_rate)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, warmup_then_decay(recipe))
    losses: dict[int, float] = {}
    recent: list[float] = []
    for step, batch in enumerate(data, start=1):
        recent.append(train_step(model, optimizer, batch))
        schedule.step()
        if step % _LOG_EVERY == 0:
            losses[step] = round(sum(recent) / len(recent), 4)
            _LOG.info("%s step %d loss %.4f", recipe.checkpoint, step, losses[step])
            recent.clear()
    return losses


def scaled_adamw(model: PreTrainedModel, relative_rate: float) -> torch.optim.AdamW:
    """AdamW whose step on each tensor is relative to the size of that tensor's initial weights.

    T5 was made for Adafactor's relative steps: its embeddings start a hundred times as large as its
    attention weights, and one rate for all of them learns several times more slowly.
    """
    groups: dict[float, list[torch.nn.Parameter]] = {}
    for parameter in model.parameters():
        scale = max(round(float(parameter.detach().square().mean().sqrt()), 2), _SMALLEST_SCALE)
        groups.setdefault(scale, []).append(parameter)
    rated = [{"params": group, "lr": scale * relative_rate} for scale, group in groups.items()]
    return torch.optim.AdamW(rated, betas=(0.9, 0.98), weight_decay=0.0, fused=True)


def train_step(model: PreTrainedModel, optimizer: torch.optim.Optimizer, batch: Batch) -> float:
    """One update; gives the loss before it."""
    with torch.autocast("cpu", torch.bfloat16):
        loss = model(**batch).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad()
    return float(loss.detach())


def warmup_then_decay(recipe: Recipe) -> Callable[[int], float]:
    """The factor on the learning rate, a function of the step."""

    def factor(step: int) -> float:
        left = (recipe.steps - step) / max(recipe.steps - recipe.warmup_steps, 1)
        return min((step + 1) / recipe.warmup_steps, max(left, 0.0))

    return factor


def save(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    output: Path,
    record: dict[str, object],
) -> None:
    """Writes a checkpoint in the hub's format, in bfloat16, with the record of its pretraining."""
    model.to(torch.bfloat16).save_pretrained(output, safe_serialization=True)
    tokenizer.save_pretrained(output)
    (output / "pretraining.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def main(arguments: list[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m ftkit_plugins.tiny.pretrain")
    parser.add_argument("checkpoint", choices=[*RECIPES, "all"])
    parser.add_argument("--output", type=Path, required=True, help="one folder a checkpoint goes here")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    chosen = RECIPES if options.checkpoint == "all" else [options.checkpoint]
    for name in chosen:
        pretrain(RECIPES[name], options.output / name)


if __name__ == "__main__":
    main()
