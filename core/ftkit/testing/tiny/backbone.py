"""Two backbones with random weights that are made when they are loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftkit.descriptions import BackboneInfo, Checkpoint
from ftkit.errors import CheckpointError, OptionsError
from ftkit.hookspecs import hookimpl
from ftkit.testing.tiny.architectures import ARCHITECTURES, tiny_model, tiny_tokenizer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from transformers import PreTrainedModel, PreTrainedTokenizerBase

_T5_ROLES = {
    "query": ("SelfAttention.q", "EncDecAttention.q"),
    "key": ("SelfAttention.k", "EncDecAttention.k"),
    "value": ("SelfAttention.v", "EncDecAttention.v"),
    "attention_output": ("SelfAttention.o", "EncDecAttention.o"),
    "feed_forward_in": ("DenseReluDense.wi",),
    "feed_forward_out": ("DenseReluDense.wo",),
    "embedding": ("shared",),
    "language_model_head": ("lm_head",),
}
_BART_ROLES = {
    "query": ("self_attn.q_proj", "encoder_attn.q_proj"),
    "key": ("self_attn.k_proj", "encoder_attn.k_proj"),
    "value": ("self_attn.v_proj", "encoder_attn.v_proj"),
    "attention_output": ("self_attn.out_proj", "encoder_attn.out_proj"),
    "feed_forward_in": ("fc1",),
    "feed_forward_out": ("fc2",),
    "embedding": ("embed_tokens",),
    "language_model_head": ("lm_head",),
}


class TinyBackbone:
    """A backbone plugin with one checkpoint, which lies nowhere."""

    def __init__(self, model_type: str, roles: Mapping[str, tuple[str, ...]]) -> None:
        self._model_type = model_type
        self._roles = roles

    @property
    def checkpoint(self) -> str:
        """The name of its checkpoint, which is its source as well."""
        return f"tiny-{self._model_type}-random"

    @hookimpl
    def describe_backbone(self) -> BackboneInfo:
        """Describe the backbone."""
        return BackboneInfo(
            model_type=self._model_type,
            architectures=(ARCHITECTURES[self._model_type],),
            checkpoints={self.checkpoint: Checkpoint(self.checkpoint, embedded=True)},
            default_checkpoint=self.checkpoint,
            rehearsal_checkpoint=self.checkpoint,
            roles=self._roles,
            features=("gradient_checkpointing", "bfloat16", "peft", "adapters", "multilingual"),
        )

    @hookimpl
    def load_tokenizer(self, source: str) -> PreTrainedTokenizerBase:
        """Make the tokenizer."""
        self._demand_own(source)
        return tiny_tokenizer()

    @hookimpl
    def load_model(self, source: str, dtype: str) -> PreTrainedModel:
        """Make the model."""
        self._demand_own(source)
        if dtype not in ("float32", "bfloat16"):
            raise OptionsError([f"dtype: it must be float32 or bfloat16, not {dtype!r}"])
        model = tiny_model(self._model_type)
        return model.bfloat16() if dtype == "bfloat16" else model

    def _demand_own(self, source: str) -> None:
        if source != self.checkpoint:
            raise CheckpointError(f"{source}: there is only {self.checkpoint}")


T5 = TinyBackbone("t5", _T5_ROLES)
BART = TinyBackbone("bart", _BART_ROLES)
