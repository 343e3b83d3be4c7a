"""Flan-T5: T5 v1.1, tuned on instructions for 1,836 tasks.

Chung et al., 2022: Scaling Instruction-Finetuned Language Models, https://arxiv.org/abs/2210.11416.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ftkit import BackboneInfo, Checkpoint, hookimpl
from ftkit_plugins import t5_family as family
from ftkit_plugins.checkpoint_options import OPTIONS, tiny_checkpoint

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

CHECKPOINTS = {
    "flan-t5-small": Checkpoint("google/flan-t5-small", 76_961_152),
    "flan-t5-base": Checkpoint("google/flan-t5-base", 247_577_856),
    "flan-t5-large": Checkpoint("google/flan-t5-large", 783_150_080),
    "flan-t5-xl": Checkpoint("google/flan-t5-xl", 2_849_757_184),
    "flan-t5-xxl": Checkpoint("google/flan-t5-xxl", 11_135_332_352),
    "flan-t5-tiny": tiny_checkpoint("flan-t5-tiny", 1_527_680),
}


@hookimpl
def describe_backbone() -> BackboneInfo:
    """Describe Flan-T5."""
    return BackboneInfo(
        model_type=family.MODEL_TYPE,
        architectures=family.ARCHITECTURES,
        checkpoints=CHECKPOINTS,
        default_checkpoint="flan-t5-small",
        rehearsal_checkpoint="flan-t5-tiny",
        roles=family.ROLES,
        features=family.FEATURES,
        max_input_tokens=None,  # its positions are relative
        licence="Apache-2.0",
        citation="Chung et al., 2022, arXiv:2210.11416",
        options=OPTIONS,
    )


@hookimpl
def load_tokenizer(source: str, options: Mapping[str, Any]) -> PreTrainedTokenizerBase:
    """Load the tokenizer of a Flan-T5 checkpoint."""
    return family.load_t5_tokenizer(source, describe_backbone(), options)


@hookimpl
def load_model(source: str, dtype: str, options: Mapping[str, Any]) -> PreTrainedModel:
    """Load the weights of a Flan-T5 checkpoint; float16 is refused."""
    return family.load_t5_model(source, describe_backbone(), dtype, options)
