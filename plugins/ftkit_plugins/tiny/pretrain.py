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
from itertools import islice
from pathlib import Path

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from ftkit_plugins.tiny import corpus, curriculum, tokenization
from ftkit_plugins.tiny.architectures import build_model
from ftkit_plugins.tiny.batches import IGNORED, Batch, batches, denoising_pairs, instruction_pairs
from ftkit_plugins.tiny.recipes import RECIPES, Recipe

_LOG = logging.getLogger(__name__)
_TOKENIZER_DOCUMENTS = 30_000
_LOG_EVERY = 100
_SMALLEST_SCALE = 0.02  # for biases, which start at zero


def pretrain(recipe: Recipe, output: Path) -> PreTrainedModel:
    """Runs a recipe and writes the checkpoint to ``output``."""
    output.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    torch.manual_seed(recipe.seed)
    tokenizer = train_tokenizer(recipe, output)
    model = build_model(recipe.checkpoint, len(tokenizer))
    model.set_attn_implementation("eager")  # in bfloat16 on a CPU, three times as fast as SDPA
    started = time.perf_counter()
    rounds = run_rounds(model, tokenizer, recipe)
    record = {
        "checkpoint": recipe.checkpoint,
        "steps": sum(each.steps for each in recipe.rounds),
        "seconds": round(time.perf_counter() - started),
        "parameters": model.num_parameters(),
        "rounds": rounds,
    }
    save(model, tokenizer, output, record)
    return model


def run_rounds(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, recipe: Recipe
) -> list[dict[str, object]]:
    """Trains by the recipe and by what follows it; gives the record of each."""
    told: list[dict[str, object]] = []
    for each in recipe.rounds:
        if told:
            round_to_stored(model)
        told.append(run_round(model, tokenizer, each))
    return told


def run_round(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, recipe: Recipe
) -> dict[str, object]:
    """Trains through the stages of one recipe and tells how."""
    losses = train(model, training_batches(recipe, tokenizer), recipe)
    return {
        "stages": {stage.name: [stage.steps, stage.batch_size] for stage in recipe.stages},
        "learning_rate": recipe.learning_rate,
        "warmup_steps": recipe.warmup_steps,
        "seed": recipe.seed,
        "losses": losses,
    }


def round_to_stored(model: PreTrainedModel) -> None:
    """Gives the weights the precision in which they are stored."""
    for parameter in model.parameters():
        parameter.data = parameter.data.to(torch.bfloat16).to(parameter.dtype)


def train_tokenizer(recipe: Recipe, output: Path) -> PreTrainedTokenizerFast:
    """The family's tokenizer, trained on the first documents of the corpus."""
    drawn = islice(corpus.documents(recipe.seed, curriculum.FULL), _TOKENIZER_DOCUMENTS)
    texts = (document.text for document in drawn)
    if recipe.checkpoint == "bart-tiny":
        return tokenization.train_byte_bpe(texts, output)
    return tokenization.train_sentencepiece(texts, output)


def training_batches(recipe: Recipe, tokenizer: PreTrainedTokenizerFast) -> Iterator[Batch]:
    """The batches of all stages."""
    for number, stage in enumerate(recipe.stages):
        seed = recipe.seed + number  # stages draw different documents
        if stage.mixture is None:
            pairs = instruction_pairs(tokenizer, seed)
        else:
            documents = corpus.documents(seed, stage.mixture)
            pairs = denoising_pairs(documents, tokenizer, seed, stage.random_spans)
        yield from islice(batches(pairs, tokenizer, stage.batch_size, seed), stage.steps)


def train(model: PreTrainedModel, data: Iterator[Batch], recipe: Recipe) -> dict[int, float]:
    """Takes one optimizer step a batch; gives the mean loss of every hundred steps."""
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
    for name, parameter in model.named_parameters():
        scale = max(round(float(parameter.detach().square().mean().sqrt()), 2), _SMALLEST_SCALE)
        if "relative_attention_bias" in name:
            scale = 1.0  # it is added to logits: a head that looks one word back needs several units
        groups.setdefault(scale, []).append(parameter)
    rated = [{"params": group, "lr": scale * relative_rate} for scale, group in groups.items()]
    return torch.optim.AdamW(rated, betas=(0.9, 0.98), weight_decay=0.0, fused=True)


def train_step(model: PreTrainedModel, optimizer: torch.optim.Optimizer, batch: Batch) -> float:
    """One update; gives the loss before it."""
    with torch.autocast("cpu", torch.bfloat16):
        loss = batch_loss(model, batch)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad()
    return float(loss.detach())


def batch_loss(model: PreTrainedModel, batch: Batch) -> torch.Tensor:
    """The model's own loss, but without computing logits for padding, which is half the positions."""
    labels = batch["labels"]
    real = labels != IGNORED
    started = model.prepare_decoder_input_ids_from_labels(labels)
    keep_real = model.lm_head.register_forward_pre_hook(lambda _, inputs: (inputs[0][real],))
    try:
        logits = model(batch["input_ids"], batch["attention_mask"], decoder_input_ids=started).logits
    finally:
        keep_real.remove()
    return torch.nn.functional.cross_entropy(logits.float().view(-1, logits.shape[-1]), labels[real])


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
