"""BART: an encoder-decoder pretrained to restore texts with masked spans and shuffled sentences.

Lewis et al., 2020: BART: Denoising Sequence-to-Sequence Pre-training for Natural Language Generation,
Translation, and Comprehension, https://arxiv.org/abs/1910.13461.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ftkit import BackboneInfo, Checkpoint, hookimpl, load_pretrained_model, load_pretrained_tokenizer
from ftkit_plugins.checkpoint_options import OPTIONS, tiny_checkpoint
from ftkit_plugins.layers.bart import use_fast_layers

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

CHECKPOINTS = {
    "bart-base": Checkpoint("facebook/bart-base", 139_420_416),
    "bart-large": Checkpoint("facebook/bart-large", 406_291_456),
    "bart-tiny": tiny_checkpoint("bart-tiny", 1_566_464),
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
    """Describe BART."""
    return BackboneInfo(
        model_type="bart",
        # The published checkpoints call themselves BartModel; the generating model adds no weights to it.
        architectures=("BartForConditionalGeneration", "BartModel"),
        checkpoints=CHECKPOINTS,
        default_checkpoint="bart-base",
        rehearsal_checkpoint="bart-tiny",
        roles=ROLES,
        features=("gradient_checkpointing", "bfloat16", "peft", "adapters"),
        max_input_tokens=1024,
        licence="Apache-2.0",
        citation="Lewis et al., 2020, arXiv:1910.13461",
        options=OPTIONS,
    )


@hookimpl
def load_tokenizer(source: str, options: Mapping[str, Any]) -> PreTrainedTokenizerBase:
    """Load the tokenizer of a BART checkpoint: byte-level BPE."""
    return load_pretrained_tokenizer(source, describe_backbone(), revision=options["revision"])


@hookimpl
def load_model(source: str, dtype: str, options: Mapping[str, Any]) -> PreTrainedModel:
    """Load the weights of a BART checkpoint."""
    rate = options["dropout"]
    rates = ("dropout", "attention_dropout", "activation_dropout")
    model = load_pretrained_model(
        source,
        describe_backbone(),
        dtype,
        revision=options["revision"],
        allow_pickle=options["allow_pickle"],
        config_overrides={} if rate is None else dict.fromkeys(rates, rate),
    )
    if options["layers"] == "fast":
        use_fast_layers(model)
    return model
