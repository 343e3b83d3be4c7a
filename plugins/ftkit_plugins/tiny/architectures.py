"""The three families' configurations, small: real classes, real options, few dimensions."""

from __future__ import annotations

import math

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
_NEARBY_SLOPE, _ELSEWHERE = 0.5, -3.0
_LAYERS = {"encoder": 3, "decoder": 3}


def build_model(checkpoint: str, vocab_size: int) -> PreTrainedModel:
    """The model of a tiny checkpoint with fresh weights; seed torch first."""
    return {"t5-tiny": _t5, "flan-t5-tiny": _flan_t5, "bart-tiny": _bart}[checkpoint](vocab_size)


def _t5(vocab_size: int) -> PreTrainedModel:
    """T5 1.0: ReLU, embeddings shared with the output layer."""
    model = T5ForConditionalGeneration(
        _t5_config(vocab_size, d_ff=384, feed_forward_proj="relu", tie_word_embeddings=True)
    )
    _look_nearby(model)
    return model


def _flan_t5(vocab_size: int) -> PreTrainedModel:
    """T5 1.1, which Flan-T5 continues: gated GELU and an output layer of its own.

    The output layer starts as small as a tied one would be after T5's scaling by d_model ** -0.5;
    the library's own start (standard deviation 1) is meant to be overwritten by real weights.
    """
    model = T5ForConditionalGeneration(
        _t5_config(vocab_size, d_ff=256, feed_forward_proj="gated-gelu", tie_word_embeddings=False)
    )
    torch.nn.init.normal_(model.lm_head.weight, std=_WIDTH**-0.5)
    _look_nearby(model)
    return model


def _look_nearby(model: T5ForConditionalGeneration) -> None:
    """Starts one head looking at what stands shortly before, one at what comes shortly after.

    The biases are linear in the distance, as in ALiBi (Press et al. 2022, arXiv:2108.12409). From
    T5's small random biases such heads, which bind a value to its name, take very long to form.
    """
    falling = -_NEARBY_SLOPE * torch.arange(16)
    for stack in (model.encoder, model.decoder):
        bias = stack.block[0].layer[0].SelfAttention.relative_attention_bias.weight.data
        before, after = (bias[:16], bias[16:]) if stack is model.encoder else (bias[:16], bias[:0])
        before[:, 0] += falling
        before[0, :2] += _ELSEWHERE
        if len(after):
            after[:, 0] += _ELSEWHERE
            after[:, 1] += falling
            before[:, 1] += _ELSEWHERE


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
    """BART: learned positions, layer norm after each sublayer, GELU.

    The positions start as sinusoids (Vaswani et al. 2017, arXiv:1706.03762), as large as the token
    embeddings, so that distances can be told from the first step on. Random ones were not compared.
    """
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
        init_std=_WIDTH**-0.5,  # the family's 0.02 is meant for 1,024 dimensions
        dropout=0.1,
        bos_token_id=0,
        pad_token_id=1,
        eos_token_id=2,
        decoder_start_token_id=2,
        forced_eos_token_id=2,
    )
    model = BartForConditionalGeneration(config)
    for side in (model.model.encoder, model.model.decoder):
        positions = side.embed_positions.weight.data
        positions.copy_(sinusoids(*positions.shape) * config.init_std * math.sqrt(2))
    return model


def sinusoids(positions: int, width: int) -> torch.Tensor:
    """Sines and cosines of each position at wavelengths from 2 pi to 10,000 times that."""
    rates = 10_000 ** (-torch.arange(0, width, 2) / width)
    angles = torch.arange(positions)[:, None] * rates
    return torch.cat([angles.sin(), angles.cos()], dim=1)
