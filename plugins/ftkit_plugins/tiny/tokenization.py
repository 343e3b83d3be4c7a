"""Trains the two small tokenizers: SentencePiece for the T5 family, byte-level BPE for BART.

Both are the families' own kinds with the families' own special tokens (Kudo & Richardson 2018,
Radford et al. 2019); only the vocabulary is small, because the tiny world has some thousand word
forms. Two departures: every printable ASCII character is a piece, so that no text of a user's is
unknown for want of a letter; and BART's tokenizer adds a space before the first word, so that a
name has one token wherever it stands (a second entry would rarely be trained at this size).
"""

from __future__ import annotations

import io
import math
import re
import string
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import sentencepiece
from tokenizers import ByteLevelBPETokenizer
from transformers import BartTokenizerFast, T5TokenizerFast

SENTINELS = 100
_MAX_LENGTH = 512
_SENTENCEPIECE_SIZE = 1250
_BPE_SIZE = 1900
_BART_SPECIAL_TOKENS = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
_ALWAYS_COVERED = string.ascii_letters + string.digits + string.punctuation + "äöüÄÖÜß–…„“”’€"


def train_sentencepiece(texts: Iterable[str], directory: Path) -> T5TokenizerFast:
    """A unigram SentencePiece model with T5's ids for pad, end and unknown, and 100 sentinels."""
    model = io.BytesIO()  # and no file: its path would become part of the model
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=_flattened_words(texts),
        model_writer=model,
        vocab_size=_SENTENCEPIECE_SIZE,
        model_type="unigram",
        character_coverage=1.0,
        required_chars=_ALWAYS_COVERED,
        pad_id=0,
        eos_id=1,
        unk_id=2,
        bos_id=-1,
        num_threads=1,  # the order of floating-point sums decides ties
        minloglevel=2,
    )
    (directory / "spiece.model").write_bytes(model.getvalue())
    return T5TokenizerFast(
        vocab_file=str(directory / "spiece.model"),
        extra_ids=SENTINELS,
        legacy=False,
        model_max_length=_MAX_LENGTH,
    )


def _flattened_words(texts: Iterable[str]) -> Iterator[str]:
    """The words of the texts, each as often as the square root of its frequency.

    Raw frequencies would cut the rarer inflected forms into letters, although each is one meaning.
    Each comes with and without a full stop, since SentencePiece takes as candidates only what
    occurs in two different words.
    """
    counts = Counter(word for text in texts for word in re.findall(r"\w+|[^\w\s]", text))
    for word, count in sorted(counts.items()):
        yield from [f"{word} {word}."] * math.isqrt(count)


def train_byte_bpe(texts: Iterable[str], directory: Path) -> BartTokenizerFast:
    """A byte-level BPE with BART's special tokens."""
    bpe = ByteLevelBPETokenizer(add_prefix_space=True)
    bpe.train_from_iterator(
        _flattened_words(texts),
        vocab_size=_BPE_SIZE,
        special_tokens=_BART_SPECIAL_TOKENS,
        show_progress=False,
    )
    bpe.save_model(str(directory))
    return BartTokenizerFast(
        vocab_file=str(directory / "vocab.json"),
        merges_file=str(directory / "merges.txt"),
        add_prefix_space=True,
        model_max_length=_MAX_LENGTH,
    )
