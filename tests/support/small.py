"""Small random checkpoints in the real architectures, made once a process, and what tests do with them."""

from __future__ import annotations

import atexit
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from tokenizers import ByteLevelBPETokenizer
from transformers import (
    BartConfig,
    BartForConditionalGeneration,
    BartTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
    T5TokenizerFast,
)

import ftkit
from support.pieces import sentencepiece_model

BACKBONES = ("t5", "flan-t5", "bart")
METHODS = ("full", "lora", "adapter")
PAIRS = [(backbone, method) for backbone in BACKBONES for method in METHODS]

SENTENCES = [
    "question: Where does the old house stand? context: The old house stands in the small town by the river.",
    "sentiment analysis: I liked the film, but the music was far too loud.",
    "sentiment: True",
    "sentiment: False",
    "translate to german. english: The dog sleeps under the table.",
    "german: Der Hund schläft unter dem Tisch.",
    "0123456789 !\"'(),-.:;?",
]
torch.set_num_threads(1)  # models this small gain nothing from threads, and lose much where cores are shared

LAYERS = 2
_VOCABULARY = 320
_HOME = tempfile.TemporaryDirectory(prefix="ftkit-small-")
atexit.register(_HOME.cleanup)


@cache
def checkpoint(backbone: str) -> Path:
    """A folder in hub format: two layers, width 32, random weights, a tokenizer of its own."""
    folder = Path(_HOME.name) / backbone
    folder.mkdir()
    torch.manual_seed(0)
    if backbone == "bart":
        _save_bart(folder)
    else:
        _save_t5(folder, gated=backbone == "flan-t5")
    return folder


def _save_t5(folder: Path, *, gated: bool) -> None:
    (folder / "spiece.model").write_bytes(sentencepiece_model(SENTENCES * 20, 150))
    T5TokenizerFast(str(folder / "spiece.model"), extra_ids=100, legacy=True).save_pretrained(folder)
    variant = {"feed_forward_proj": "gated-gelu", "tie_word_embeddings": False} if gated else {}
    config = T5Config(
        vocab_size=_VOCABULARY,
        d_model=32,
        d_kv=8,
        d_ff=64,
        num_heads=4,
        num_layers=LAYERS,
        decoder_start_token_id=0,
        **variant,
    )
    T5ForConditionalGeneration(config).save_pretrained(folder)


def _save_bart(folder: Path) -> None:
    bpe = ByteLevelBPETokenizer()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    bpe.train_from_iterator(SENTENCES * 20, vocab_size=_VOCABULARY, special_tokens=special)
    bpe.save_model(str(folder))
    BartTokenizerFast(str(folder / "vocab.json"), str(folder / "merges.txt")).save_pretrained(folder)
    config = BartConfig(
        vocab_size=_VOCABULARY,
        d_model=32,
        encoder_layers=LAYERS,
        decoder_layers=LAYERS,
        encoder_attention_heads=4,
        decoder_attention_heads=4,
        encoder_ffn_dim=64,
        decoder_ffn_dim=64,
        max_position_embeddings=64,
    )
    BartForConditionalGeneration(config).save_pretrained(folder)


def load(backbone: str, method: str | None = None, **arguments: Any) -> ftkit.LoadedModel:
    """`ftkit.load` on the backbone's small checkpoint, on the CPU, with the same random numbers each time."""
    torch.manual_seed(1)
    return ftkit.load(backbone, method, checkpoint=str(checkpoint(backbone)), device="cpu", **arguments)


def batch(tokenizer: Any, start: int = 0) -> dict[str, torch.Tensor]:
    """Two examples: `input_ids` and `attention_mask` (2, S), `labels` (2, T)."""
    inputs = tokenizer([SENTENCES[start], SENTENCES[start + 1]], padding=True, return_tensors="pt")
    labels = tokenizer([SENTENCES[start + 2], SENTENCES[start + 3]], padding=True, return_tensors="pt")
    masked = labels["input_ids"].masked_fill(labels["attention_mask"] == 0, -100)
    return {"input_ids": inputs["input_ids"], "attention_mask": inputs["attention_mask"], "labels": masked}


def train(model: Any, tokenizer: Any, steps: int = 2) -> None:
    """Move the trained parameters away from where they began."""
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=0.01)
    mode = model.training
    model.train()
    for step in range(steps):
        optimizer.zero_grad()
        model(**batch(tokenizer, step)).loss.backward()
        optimizer.step()
    model.train(mode)


@torch.no_grad()
def logits(model: Any, tokenizer: Any) -> torch.Tensor:
    """Logits (2, T, vocabulary) of one batch in evaluation mode."""
    return model.eval()(**batch(tokenizer)).logits


def trainable(model: torch.nn.Module) -> dict[str, torch.nn.Parameter]:
    """The parameters that require gradients, by name."""
    return {name: weight for name, weight in model.named_parameters() if weight.requires_grad}


def saved_tensors(folder: Path) -> Iterator[str]:
    """Names of all tensors in a folder's safetensors files."""
    for file in sorted(folder.glob("*.safetensors")):
        with safe_open(file, framework="pt") as opened:
            yield from opened.keys()
