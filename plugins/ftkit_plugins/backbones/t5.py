"""T5: an encoder-decoder pretrained by span corruption, every task cast as text to text.

Raffel et al., 2020: Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer,
https://arxiv.org/abs/1910.10683. The v1.1 checkpoints are Shazeer's (2020, https://arxiv.org/abs/2002.05202):
a gated feed-forward block, an output layer of their own, and no supervised tasks in pretraining.
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
    "t5-small": Checkpoint("google-t5/t5-small", 60_506_624),
    "t5-base": Checkpoint("google-t5/t5-base", 222_903_552),
    "t5-large": Checkpoint("google-t5/t5-large", 737_668_096),
    "t5-3b": Checkpoint("google-t5/t5-3b", 2_851_598_336),
    "t5-11b": Checkpoint("google-t5/t5-11b", 11_307_321_344),
    "t5-v1.1-small": Checkpoint("google/t5-v1_1-small", 76_961_152),
    "t5-v1.1-base": Checkpoint("google/t5-v1_1-base", 247_577_856),
    "t5-v1.1-large": Checkpoint("google/t5-v1_1-large", 783_150_080),
    "t5-v1.1-xl": Checkpoint("google/t5-v1_1-xl", 2_849_757_184),
    "t5-v1.1-xxl": Checkpoint("google/t5-v1_1-xxl", 11_135_332_352),
    "t5-tiny": tiny_checkpoint("t5-tiny", 1_354_880),
}


@hookimpl
def describe_backbone() -> BackboneInfo:
    """Describe T5."""
    return BackboneInfo(
        model_type=family.MODEL_TYPE,
        architectures=family.ARCHITECTURES,
        checkpoints=CHECKPOINTS,
        default_checkpoint="t5-base",
        rehearsal_checkpoint="t5-tiny",
        roles=family.ROLES,
        features=family.FEATURES,
        max_input_tokens=None,  # its positions are relative
        licence="Apache-2.0",
        citation="Raffel et al., 2020, arXiv:1910.10683",
        options=OPTIONS,
    )


@hookimpl
def load_tokenizer(source: str, options: Mapping[str, Any]) -> PreTrainedTokenizerBase:
    """Load the tokenizer of a T5 checkpoint."""
    return family.load_t5_tokenizer(source, describe_backbone(), options)


@hookimpl
def load_model(source: str, dtype: str, options: Mapping[str, Any]) -> PreTrainedModel:
    """Load the weights of a T5 checkpoint; float16 is refused."""
    return family.load_t5_model(source, describe_backbone(), dtype, options)
