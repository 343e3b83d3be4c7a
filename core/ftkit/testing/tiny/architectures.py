"""Random models of two real architectures, two layers of width 32, and a tokenizer of bytes."""

from __future__ import annotations

import atexit
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ftkit.testing.violations import CannotTry

if TYPE_CHECKING:
    from transformers import PretrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

_SPECIAL = ("<pad>", "</s>", "<unk>", "<s>")  # their places are their ids
_VOCABULARY = len(_SPECIAL) + 256
_LONGEST = 128  # positions of BART's

ARCHITECTURES = {"t5": "T5ForConditionalGeneration", "bart": "BartForConditionalGeneration"}
"""The class of each architecture by its `model_type`."""


def tiny_model(model_type: str) -> PreTrainedModel:
    """The same random weights at each call, in evaluation mode; other random numbers stay as they were."""
    import torch  # noqa: PLC0415 - seconds, paid by whoever makes a model
    import transformers  # noqa: PLC0415 - likewise

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = getattr(transformers, ARCHITECTURES[model_type])(_config(model_type))
    return model.eval()


def _config(model_type: str) -> PretrainedConfig:
    from transformers import BartConfig, T5Config  # noqa: PLC0415 - likewise

    common = {"vocab_size": _VOCABULARY, "d_model": 32, "pad_token_id": 0, "eos_token_id": 1}
    if model_type == "t5":
        return T5Config(d_kv=8, d_ff=64, num_heads=4, num_layers=2, decoder_start_token_id=0, **common)
    sizes = {"layers": 2, "attention_heads": 4, "ffn_dim": 64}
    halves = {f"{half}_{key}": size for half in ("encoder", "decoder") for key, size in sizes.items()}
    ends = {"bos_token_id": 3, "decoder_start_token_id": 1, "forced_eos_token_id": 1}
    # BART's own 0.02 is for a width of 768; at this width it would leave next to nothing to learn from.
    return BartConfig(max_position_embeddings=_LONGEST, init_std=0.1, **common, **halves, **ends)


def tiny_tokenizer() -> PreTrainedTokenizerBase:
    """A tokenizer that knows every text: a token for each byte, and an end token."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors  # noqa: PLC0415 - likewise
    from transformers import PreTrainedTokenizerFast  # noqa: PLC0415 - likewise

    tokens = [*_SPECIAL, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    tokenizer = Tokenizer(models.BPE({token: number for number, token in enumerate(tokens)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    names = dict(zip(("pad_token", "eos_token", "unk_token", "bos_token"), _SPECIAL, strict=True))
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, clean_up_tokenization_spaces=False, model_max_length=_LONGEST, **names
    )


@cache
def saved_checkpoint(model_type: str) -> str:
    """A folder in hub format with such a model and its tokenizer, made once a process.

    Raises:
        CannotTry: The architecture is none of those known here.
    """
    if model_type not in ARCHITECTURES:
        known = ", ".join(ARCHITECTURES)
        raise CannotTry(f"embed a checkpoint or give `checkpoint`: tiny ones are made for {known} only")
    folder = tempfile.TemporaryDirectory(prefix="ftkit-testing-")
    atexit.register(folder.cleanup)
    tiny_model(model_type).save_pretrained(folder.name)
    tiny_tokenizer().save_pretrained(folder.name)
    return str(Path(folder.name))
