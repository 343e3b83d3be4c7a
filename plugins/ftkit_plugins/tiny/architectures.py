"""The three families' configurations, small: real classes, real options, few dimensions."""

from __future__ import annotations

import torch
from transformers import (
    BartConfig,
    BartForConditionalGeneration,
    PreTrainedModel,
    T5Config,
    T5ForConditionalGeneration,
)

_WIDTH = 128
_HEADS = 4
_LAYERS = {"encoder": 3, "decoder": 3}


def build_model(checkpoint: str, vocab_size: int) -> PreTrainedModel:
    """The model of a tiny checkpoint with fresh weights; seed torch first."""
    return {"t5-tiny": _t5, "flan-t5-tiny": _flan_t5, "bart-tiny": _bart}[checkpoint](vocab_size)


def _t5(vocab_size: int) -> PreTrainedModel:
    """T5 1.0: ReLU, embeddings shared with the output layer."""
    return T5ForConditionalGeneration(
        _t5_config(vocab_size, d_ff=384, feed_forward_proj="relu", tie_word_embeddings=True)
    )


def _flan_t5(vocab_size: int) -> PreTrainedModel:
    """T5 1.1, which Flan-T5 continues: gated GELU and an output layer of its own.

    The output layer starts as small as a tied one would be after T5's scaling by d_model ** -0.5;
    the library's own start (standard deviation 1) is meant to be overwritten by real weights.
    """
    model = T5ForConditionalGeneration(
        _t5_config(vocab_size, d_ff=256, feed_forward_proj="gated-gelu", tie_word_embeddings=False)
    )
    torch.nn.init.normal_(model.lm_head.weight, std=_WIDTH**-0.5)
    return model


def _t5_config(vocab_size: int, **family: object) -> T5Config:
    return T5Config(
        vocab_size=vocab_size,
        d_model=_WIDTH,
        d_kv=_WIDTH // _HEADS,
        num_heads=_HEADS,
        num_layers=_LAYERS["encoder"],
        num_decoder_layers=_LAYERS["decoder"],
        dropout_rate=0.1,
        decoder_start_token_id=0,
        pad_token_id=0,
        eos_token_id=1,
        **family,
    )


def _bart(vocab_size: int) -> PreTrainedModel:
    """BART: learned positions, layer norm after each sublayer, GELU."""
    config = BartConfig(
        vocab_size=vocab_size,
        d_model=_WIDTH,
        encoder_layers=_LAYERS["encoder"],
        decoder_layers=_LAYERS["decoder"],
        encoder_attention_heads=_HEADS,
        decoder_attention_heads=_HEADS,
        encoder_ffn_dim=384,
        decoder_ffn_dim=384,
        max_position_embeddings=512,
        dropout=0.1,
        bos_token_id=0,
        pad_token_id=1,
        eos_token_id=2,
        decoder_start_token_id=2,
        forced_eos_token_id=2,
    )
    return BartForConditionalGeneration(config)
