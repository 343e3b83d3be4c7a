"""Small checkpoints for learning real data from nothing: T5, with a tokenizer of the training rows.

    python -m support.learning imdb FOLDER       # from tests/; or multi30k

Nothing of it is pretrained: what a model then knows, fine-tuning has taught it. AdamW moves every weight by
about the same, and T5's embeddings start a hundred times as large as its attention weights, made for
Adafactor's relative steps. So all that is added up along the layers starts smaller in proportion, embeddings
included: the same function, and words learn their meaning twenty times sooner.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from transformers import T5Config, T5ForConditionalGeneration, T5TokenizerFast

from support.pieces import sentencepiece_model
from support.real_data import csv_rows, json_lines

_REPEATED = 100  # times that the words of the targets are shown to the tokenizer, so that each is one token


def imdb_texts() -> Iterator[str]:
    """Inputs and targets of the sentiment task."""
    yield from (f"sentiment analysis: {row['text']}" for row in csv_rows("imdb/train.csv"))
    yield from ["sentiment: True", "sentiment: False"] * _REPEATED


def multi30k_texts() -> Iterator[str]:
    """Inputs and targets of the translation task."""
    for row in json_lines("wmt16_en_de_multi30k/train.jsonl"):
        yield f"translate to german. english: {row['translation']['en']}"
        yield f"german: {row['translation']['de']}"


TEXTS: dict[str, Callable[[], Iterator[str]]] = {"imdb": imdb_texts, "multi30k": multi30k_texts}
SIZES = {
    "imdb": {"d_model": 128, "num_layers": 1, "num_decoder_layers": 1},
    "multi30k": {"d_model": 256, "num_layers": 3, "num_decoder_layers": 3},
}
SCALE = 0.05  # of what is added up along the layers
HEAD_SCALE = 0.1  # an even start: T5's own is sure of a random word
VOCABULARIES = {"imdb": 16_000, "multi30k": 8_000}


def save_checkpoint(data: str, folder: Path) -> None:
    """Write a folder in hub format: a few million parameters, random weights."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "spiece.model").write_bytes(sentencepiece_model(TEXTS[data](), VOCABULARIES[data]))
    tokenizer = T5TokenizerFast(str(folder / "spiece.model"), extra_ids=100, legacy=False)
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    size = SIZES[data]
    width = size["d_model"]
    config = T5Config(
        vocab_size=len(tokenizer),
        d_kv=32,
        d_ff=2 * width,
        num_heads=width // 32,
        decoder_start_token_id=0,
        tie_word_embeddings=False,
        **size,
    )
    model = T5ForConditionalGeneration(config)
    for name, parameter in model.named_parameters():
        if name == "shared.weight" or name.endswith((".o.weight", ".wo.weight")):
            parameter.data *= SCALE
    model.lm_head.weight.data *= HEAD_SCALE
    model.save_pretrained(folder)


if __name__ == "__main__":
    save_checkpoint(sys.argv[1], Path(sys.argv[2]))
