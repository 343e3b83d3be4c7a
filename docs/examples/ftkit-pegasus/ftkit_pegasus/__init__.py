"""Pegasus: an encoder-decoder pretrained to write the sentences that were taken out of a document.

Zhang et al., 2020: PEGASUS: Pre-training with Extracted Gap-sentences for Abstractive Summarization,
https://arxiv.org/abs/1912.08777. Its positions are fixed sinusoids; its tokenizer keeps the first 105 ids for
pretraining. The adapters library doesn't know this architecture, so that the feature is not declared.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ftkit import (
    BackboneInfo,
    Checkpoint,
    Option,
    hookimpl,
    load_pretrained_model,
    load_pretrained_tokenizer,
)

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

TINY = Path(__file__).parent / "tiny"  # made by make_tiny.py
CHECKPOINTS = {
    "pegasus-large": Checkpoint("google/pegasus-large"),
    "pegasus-xsum": Checkpoint("google/pegasus-xsum"),
    "pegasus-cnn-dailymail": Checkpoint("google/pegasus-cnn_dailymail"),
    "pegasus-tiny": Checkpoint(str(TINY), 265_408, embedded=True),
}
ROLES = {
    "query": ("self_attn.q_proj", "encoder_attn.q_proj"),
    "key": ("self_attn.k_proj", "encoder_attn.k_proj"),
    "value": ("self_attn.v_proj", "encoder_attn.v_proj"),
    "attention_output": ("self_attn.out_proj", "encoder_attn.out_proj"),
    "feed_forward_in": ("fc1",),
    "feed_forward_out": ("fc2",),
    "embedding": ("embed_tokens",),
    "language_model_head": ("lm_head",),
}


@hookimpl
def describe_backbone() -> BackboneInfo:
    """Describe Pegasus."""
    return BackboneInfo(
        model_type="pegasus",
        architectures=("PegasusForConditionalGeneration",),
        checkpoints=CHECKPOINTS,
        default_checkpoint="pegasus-large",
        rehearsal_checkpoint="pegasus-tiny",
        roles=ROLES,
        features=("gradient_checkpointing", "bfloat16", "peft"),
        max_input_tokens=1024,  # a checkpoint may have fewer positions
        licence="Apache-2.0",
        citation="Zhang et al., 2020, arXiv:1912.08777",
        options=(
            Option(
                "allow_pickle",
                "bool",
                default=False,
                help="read pytorch_model.bin where there are no safetensors",
            ),
            Option(
                "dropout", "float", None, "dropout rate; none: the checkpoint's own", minimum=0, maximum=0.9
            ),
        ),
    )


@hookimpl
def load_tokenizer(source: str) -> PreTrainedTokenizerBase:
    """Load the tokenizer of a Pegasus checkpoint: SentencePiece."""
    return load_pretrained_tokenizer(source, describe_backbone())


@hookimpl
def load_model(source: str, dtype: str, options: Mapping[str, Any]) -> PreTrainedModel:
    """Load the weights of a Pegasus checkpoint."""
    rate = options["dropout"]
    rates = ("dropout", "attention_dropout", "activation_dropout")
    model = load_pretrained_model(
        source,
        describe_backbone(),
        dtype,
        allow_pickle=options["allow_pickle"],
        config_overrides={} if rate is None else dict.fromkeys(rates, rate),
    )
    for half in (model.get_encoder(), model.get_decoder()):
        half.embed_positions.requires_grad_(
            requires_grad=False
        )  # fixed; transformers forgets it while loading
    return model
