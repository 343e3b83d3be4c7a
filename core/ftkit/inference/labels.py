"""A closed set of answers: the likeliest label, without generating.

Rank classification (Brown et al., 2020, https://arxiv.org/abs/2005.14165, section 2.4): each label is scored
by the log-probability that the model gives it as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from transformers import DynamicCache, EncoderDecoderCache

from ftkit.inference.batches import Batch, Output
from ftkit.inference.generation import token_scores
from ftkit.inference.reading import Read, reading_in_pieces

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


def choose(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    batch: Batch,
    labels: Sequence[str],
    token_budget: int,
) -> list[Output]:
    """The likeliest label for each input.

    Args:
        model: Any encoder-decoder of transformers.
        tokenizer: The model's.
        batch: The inputs.
        labels: All answers there are.
        token_budget: Tokens that the encoder reads at a time.
    """
    tokens = [
        torch.tensor(ids, device=model.device) for ids in tokenizer(text_target=list(labels))["input_ids"]
    ]
    with reading_in_pieces(model, token_budget) as read:
        sums = _sums(model, batch, read, tokens)
    best = sums.argmax(dim=1)
    counts = torch.tensor([len(ids) for ids in tokens], device=model.device)
    means = sums.gather(1, best.unsqueeze(1)).squeeze(1) / counts[best]
    return [Output(labels[index], score) for index, score in zip(best.tolist(), means.tolist(), strict=True)]


def _sums(model: PreTrainedModel, batch: Batch, read: Read, labels: Sequence[torch.Tensor]) -> torch.Tensor:
    """Log-probability of each label for each input, (B, labels).

    What the first label's pass computes of the inputs serves all: their states, and keys and values if any.
    """
    known: dict[str, Any] = {**batch}
    parts = []
    for label in labels:
        wanted = label.expand(len(batch["attention_mask"]), -1)
        started = model.prepare_decoder_input_ids_from_labels(labels=wanted)
        out = model(**known, decoder_input_ids=started, use_cache=True)
        parts.append(token_scores(out.logits, wanted).sum(dim=1))
        known |= {**read.arguments(), "past_key_values": _of_the_inputs(out.past_key_values)}
    return torch.stack(parts, dim=1)


def _of_the_inputs(cache: Any) -> EncoderDecoderCache | None:
    """What a cache keeps of the inputs, without what it keeps of a text."""
    if not isinstance(cache, EncoderDecoderCache):  # a model of its own kind computes them again
        return None
    return EncoderDecoderCache(DynamicCache(), cache.cross_attention_cache)
