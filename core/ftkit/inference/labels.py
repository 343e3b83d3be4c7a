"""A closed set of answers: the likeliest label, without generating.

Rank classification (Brown et al., 2020, https://arxiv.org/abs/2005.14165, section 2.4): each label is scored
by the log-probability that the model gives it as a whole. The inputs are encoded once for all labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch
from transformers.modeling_outputs import BaseModelOutput

from ftkit.inference.batches import Batch, Output
from ftkit.inference.generation import token_scores

_MOST_ROWS = 128  # inputs times labels of a pass

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
    """Log-probability of each label for each input, (B, labels).

    The first label's pass encodes the inputs; the others are scored together, as many as make a batch.
    """
    mask = batch["attention_mask"]
    rows = len(mask)
    first, states = _pass(model, batch, ids[:1], counted[:1])
    parts = [first]
    together = max(1, _MOST_ROWS // rows)
    for start in range(1, len(ids), together):
        some = slice(start, start + together)
        count = len(ids[some])
        encoded = BaseModelOutput(last_hidden_state=states.repeat(count, 1, 1))
        known = {"attention_mask": mask.repeat(count, 1), "encoder_outputs": encoded}
        parts.append(_pass(model, known, ids[some], counted[some])[0])
    return torch.cat(parts, dim=1)


def _pass(
    model: PreTrainedModel, known: Mapping[str, Any], ids: torch.Tensor, counted: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Log-probabilities of some labels, (B, labels), and the encoder's states (rows, S, width).

    The rows are the inputs once for each label, label by label.
    """
    rows = len(known["attention_mask"]) // len(ids)
    wanted = ids.repeat_interleave(rows, dim=0)
    started = model.prepare_decoder_input_ids_from_labels(labels=wanted)
    out = model(**known, decoder_input_ids=started, use_cache=False)
    scores = token_scores(out.logits, wanted) * counted.repeat_interleave(rows, dim=0)
    return scores.sum(dim=1).view(len(ids), rows).T, out.encoder_last_hidden_state
