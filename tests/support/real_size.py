"""The real architectures at their real sizes, with random weights and a tokenizer of real size.

    python -m support.real_size t5 FOLDER        # from tests/: a folder in hub format

stands in for t5-base, bart-base or flan-t5-small where no hub can be reached.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from tokenizers import ByteLevelBPETokenizer
from transformers import (
    BartConfig,
    BartForConditionalGeneration,
    BartTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
    T5TokenizerFast,
)

from support.pieces import sentencepiece_model
from support.real_data import csv_rows, json_file, json_lines

CHECKPOINTS = {"t5": "t5-base", "bart": "bart-base", "flan-t5": "flan-t5-small"}


def real_model(backbone: str, device: str) -> Any:
    """The backbone's default checkpoint's architecture, with random weights or, on `meta`, none."""
    with torch.device(device):
        if backbone == "bart":
            halves = {"attention_heads": 12, "ffn_dim": 3072, "layers": 6}
            sizes = {f"{half}_{key}": n for half in ("encoder", "decoder") for key, n in halves.items()}
            rates = {"attention_dropout": 0.1, "activation_dropout": 0.1}  # bart-base's own, and no defaults
            model: Any = BartForConditionalGeneration(
                BartConfig(vocab_size=50265, d_model=768, **sizes, **rates)
            )
        else:
            model = T5ForConditionalGeneration(_t5_config(gated=backbone == "flan-t5"))
    model.tie_weights()
    return model


def _t5_config(*, gated: bool) -> T5Config:
    """flan-t5-small where gated, else t5-base."""
    common = {"vocab_size": 32128, "decoder_start_token_id": 0}
    if not gated:
        return T5Config(d_model=768, d_ff=3072, num_heads=12, num_layers=12, **common)
    variant = {"feed_forward_proj": "gated-gelu", "tie_word_embeddings": False}
    return T5Config(d_model=512, d_ff=1024, num_heads=6, num_layers=8, **variant, **common)


def saved(backbone: str, home: Path) -> Path:
    """A folder in hub format under a home of several, written when it is first asked for."""
    folder = home / backbone
    if not folder.exists():
        aside = home / f"{backbone}-unfinished"
        save_checkpoint(backbone, aside)
        aside.rename(folder)
    return folder


def save_checkpoint(backbone: str, folder: Path) -> None:
    """Write a folder in hub format."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    model = real_model(backbone, "cpu")
    if not model.config.tie_word_embeddings:  # else 20 steps of learning drown in logits of size 20
        model.lm_head.weight.data *= model.config.d_model**-0.5
    model.save_pretrained(folder)
    if backbone == "bart":
        bpe = ByteLevelBPETokenizer()
        special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
        bpe.train_from_iterator(texts(), vocab_size=50265, special_tokens=special)
        bpe.save_model(str(folder))
        BartTokenizerFast(str(folder / "vocab.json"), str(folder / "merges.txt")).save_pretrained(folder)
        return
    (folder / "spiece.model").write_bytes(sentencepiece_model(texts(), 32000))
    T5TokenizerFast(str(folder / "spiece.model"), extra_ids=100).save_pretrained(folder)


def texts() -> Iterator[str]:
    """The texts of all three real training sets."""
    for article in json_file("squad/train.json")["data"]:
        for paragraph in article["paragraphs"]:
            yield paragraph["context"]
            yield from (qa["question"] for qa in paragraph["qas"])
    yield from (row["text"] for row in csv_rows("imdb/train.csv"))
    for name in ("wmt16_en_de_news", "wmt16_en_de_multi30k"):
        for row in json_lines(f"{name}/train.jsonl"):
            yield from row["translation"].values()


if __name__ == "__main__":
    save_checkpoint(sys.argv[1], Path(sys.argv[2]))
