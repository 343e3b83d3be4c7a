"""Text out of a model: greedy generation over many inputs, in batches of like length, in input order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from transformers import GenerationConfig
from transformers.data.data_collator import pad_without_fast_tokenizer_warning

from ftkit.data.bucketing import cut

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


def generate_texts(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    inputs: Sequence[list[int]],
    *,
    max_output_tokens: int,
    token_budget: int,
) -> list[str]:
    """Generate one text for each input.

    Args:
        model: Any encoder-decoder that can `generate`; left in the mode it was in.
        tokenizer: The model's.
        inputs: Token ids of each input.
        max_output_tokens: Tokens after which a text ends anyway.
        token_budget: Tokens of a batch: its rows times the longest input and `max_output_tokens`.

    Returns:
        The texts in the order of the inputs, without special tokens.
    """
    lengths = [(len(ids), max_output_tokens) for ids in inputs]
    longest_first = sorted(range(len(inputs)), key=lambda index: -lengths[index][0])
    texts = [""] * len(inputs)
    config = _greedy(model, max_output_tokens)
    training = model.training
    model.eval()
    with torch.inference_mode():
        for batch in cut(longest_first, lengths, token_budget):
            padded = pad_without_fast_tokenizer_warning(
                tokenizer, {"input_ids": [inputs[index] for index in batch]}, return_tensors="pt"
            )
            out = model.generate(
                **padded.to(model.device), generation_config=config, use_model_defaults=False
            )
            for index, text in zip(batch, tokenizer.batch_decode(out, skip_special_tokens=True), strict=True):
                texts[index] = text
    model.train(training)
    return texts


def _greedy(model: PreTrainedModel, max_output_tokens: int) -> GenerationConfig:
    """Greedy decoding with nothing of the checkpoint's own habits (beams, banned n-grams, length)."""
    own = model.generation_config
    return GenerationConfig(
        max_new_tokens=max_output_tokens,
        decoder_start_token_id=own.decoder_start_token_id,
        bos_token_id=own.bos_token_id,
        eos_token_id=own.eos_token_id,
        pad_token_id=own.pad_token_id,
        num_beams=1,
        do_sample=False,
    )
