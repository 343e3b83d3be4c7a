"""What T5 and its instruction-tuned descendants share: one architecture, one tokenizer, one set of traps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ftkit import BackboneInfo, OptionsError, load_pretrained_model, load_pretrained_tokenizer
from ftkit_plugins.layers.t5 import use_fast_layers

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

MODEL_TYPE = "t5"
ARCHITECTURES = ("T5ForConditionalGeneration", "T5WithLMHeadModel")  # the latter is its name before 2020

# The first T5 has one projection into its feed-forward block (`wi`), v1.1 and Flan-T5 a gate as well.
ROLES = {
    "query": ("SelfAttention.q", "EncDecAttention.q"),
    "key": ("SelfAttention.k", "EncDecAttention.k"),
    "value": ("SelfAttention.v", "EncDecAttention.v"),
    "attention_output": ("SelfAttention.o", "EncDecAttention.o"),
    "feed_forward_in": ("DenseReluDense.wi", "DenseReluDense.wi_1"),
    "feed_forward_gate": ("DenseReluDense.wi_0",),
    "feed_forward_out": ("DenseReluDense.wo",),
    "embedding": ("shared",),
    "language_model_head": ("lm_head",),
}
FEATURES = ("gradient_checkpointing", "bfloat16", "peft", "adapters", "multilingual")
_NO_FLOAT16 = (
    "dtype: T5's activations overflow in float16 and the loss becomes NaN "
    "(transformers issues 9295 and 14189): use bfloat16 or float32"
)


def load_t5_tokenizer(
    source: str, backbone: BackboneInfo, options: Mapping[str, Any]
) -> PreTrainedTokenizerBase:
    """Load a T5 tokenizer: SentencePiece, with 100 sentinels for span corruption."""
    return load_pretrained_tokenizer(source, backbone, revision=options["revision"])


def load_t5_model(
    source: str, backbone: BackboneInfo, dtype: str, options: Mapping[str, Any]
) -> PreTrainedModel:
    """Load a T5 model.

    Raises:
        OptionsError: `dtype` is float16, in which T5 overflows.
    """
    if dtype == "float16":
        raise OptionsError([_NO_FLOAT16])
    model = load_pretrained_model(
        source,
        backbone,
        dtype,
        revision=options["revision"],
        allow_pickle=options["allow_pickle"],
        config_overrides={} if options["dropout"] is None else {"dropout_rate": options["dropout"]},
    )
    if options["layers"] == "fast":
        use_fast_layers(model)
    return model
