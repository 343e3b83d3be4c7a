"""SentencePiece models of T5's kind, for checkpoints that the tests make."""

from __future__ import annotations

import io
from collections.abc import Iterable

import sentencepiece


def sentencepiece_model(lines: Iterable[str], vocab_size: int) -> bytes:
    """A unigram model with T5's special tokens; smaller where the lines don't give as many pieces."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines),
        model_writer=model,
        vocab_size=vocab_size,
        hard_vocab_limit=False,
        pad_id=0,
        eos_id=1,
        unk_id=2,
        bos_id=-1,
        num_threads=1,  # the order of floating-point sums decides ties
        minloglevel=2,
        max_sentence_length=100_000,
        input_sentence_size=100_000,
    )
    return model.getvalue()
