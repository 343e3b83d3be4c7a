"""A closed set of answers: the likeliest label, without generating.

Rank classification (Brown et al., 2020, https://arxiv.org/abs/2005.14165, section 2.4): each label is scored
by the log-probability that the model gives it as a whole. The inputs are encoded once for all labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from transformers.modeling_outputs import BaseModelOutput

from ftkit.inference.batches import Batch, Output
from ftkit.inference.generation import token_scores

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


def choose(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, batch: Batch, labels: Sequence[str]
) -> list[Output]:
    """The likeliest label for each input.

    Args:
        model: Any encoder-decoder of transformers.
        tokenizer: The model's.
        batch: The inputs.
        labels: All answers there are.
    """
    tokens = tokenizer(text_target=list(labels), padding=True, return_tensors="pt").to(model.device)
    ids, counted = tokens["input_ids"], tokens["attention_mask"]
    sums = _sums(model, batch, ids, counted)
    best = sums.argmax(dim=1)
    means = sums.gather(1, best.unsqueeze(1)).squeeze(1) / counted.sum(dim=1)[best]
    return [Output(labels[index], score) for index, score in zip(best.tolist(), means.tolist(), strict=True)]


def _sums(model: PreTrainedModel, batch: Batch, ids: torch.Tensor, counted: torch.Tensor) -> torch.Tensor:
    """Log-probability of each label for each input, (B, labels)."""
    mask = batch["attention_mask"]
    columns = []
    hidden = None
    for label, real in zip(ids, counted, strict=True):
        wanted = label.expand(len(mask), -1)
        started = model.prepare_decoder_input_ids_from_labels(labels=wanted)
        known = batch if hidden is None else {"attention_mask": mask, "encoder_outputs": hidden}
        out = model(**known, decoder_input_ids=started, use_cache=False)
        hidden = BaseModelOutput(last_hidden_state=out.encoder_last_hidden_state)
        columns.append((token_scores(out.logits, wanted) * real).sum(dim=1))
    return torch.stack(columns, dim=1)
