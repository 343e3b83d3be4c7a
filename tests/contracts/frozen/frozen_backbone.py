"""T5's architecture under another name."""

from __future__ import annotations

from collections.abc import Mapping
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


class Backbone:
    @hookimpl
    def describe_backbone(self) -> BackboneInfo:
        return BackboneInfo(
            model_type="t5",
            architectures=("T5ForConditionalGeneration",),
            checkpoints={
                "frozen-backbone-small": Checkpoint(source="google-t5/t5-small", parameters=60_506_624),
                "frozen-backbone-base": Checkpoint("google-t5/t5-base", embedded=False),
            },
            default_checkpoint="frozen-backbone-small",
            roles={
                "query": ("SelfAttention.q", "EncDecAttention.q"),
                "key": ("SelfAttention.k", "EncDecAttention.k"),
                "value": ("SelfAttention.v", "EncDecAttention.v"),
                "attention_output": ("SelfAttention.o", "EncDecAttention.o"),
                "feed_forward_in": ("DenseReluDense.wi", "DenseReluDense.wi_1"),
                "feed_forward_gate": ("DenseReluDense.wi_0",),
                "feed_forward_out": ("DenseReluDense.wo",),
                "embedding": ("shared",),
                "language_model_head": ("lm_head",),
            },
            rehearsal_checkpoint=None,
            features=("gradient_checkpointing", "bfloat16", "peft", "adapters", "multilingual"),
            max_input_tokens=None,
            licence="Apache-2.0",
            citation="none",
            options=(
                Option("revision", "str", None, "revision on the hub"),
                Option("pickle", "bool", default=False, help="read pickles"),
                Option("dropout", "float", None, "dropout rate", minimum=0, maximum=0.9),
            ),
        )

    @hookimpl
    def load_tokenizer(self, source: str, options: Mapping[str, Any]) -> PreTrainedTokenizerBase:
        return load_pretrained_tokenizer(source, self.describe_backbone(), revision=options["revision"])

    @hookimpl
    def load_model(self, source: str, dtype: str, options: Mapping[str, Any]) -> PreTrainedModel:
        return load_pretrained_model(
            source,
            self.describe_backbone(),
            dtype,
            revision=options["revision"],
            allow_pickle=options["pickle"],
            config_overrides={} if options["dropout"] is None else {"dropout_rate": options["dropout"]},
        )


backbone = Backbone()
