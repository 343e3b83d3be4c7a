"""Greedy decoding that lets go of the texts that have ended.

transformers' `generate` carries them along until the last of a batch ends, so that a single text that goes on
to the limit costs as much as if all of them did.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from transformers import LogitsProcessor
from transformers.modeling_outputs import BaseModelOutput

from ftkit.inference.batches import Batch

if TYPE_CHECKING:
    from transformers import EncoderDecoderCache, GenerationConfig, PreTrainedModel

_WORTH_A_COPY = 0.75  # the share of rows that go on, below which what is kept of them is copied together


@dataclass
class _Rows:
    """The rows whose texts go on, or ended so lately that they are still here.

    Attributes:
        places: (R,), where in the batch each one is.
        known: The model's arguments, (R, …) each.
        cache: Keys and values of what was read and written, of R rows.
        go_on: (R,), which of them haven't ended.
    """

    places: torch.Tensor
    known: dict[str, torch.Tensor]
    cache: EncoderDecoderCache
    go_on: torch.Tensor

    def end(self, ended: torch.Tensor) -> int:
        """How many go on, and let go of the others once there are enough of them.

        Args:
            ended: (R,), which have ended by now.
        """
        self.go_on &= ~ended
        left = int(self.go_on.sum())
        if 0 < left <= _WORTH_A_COPY * len(self.go_on):
            self._keep(self.go_on.nonzero().squeeze(1))
        return left

    def _keep(self, kept: torch.Tensor) -> None:
        self.places, self.go_on = self.places[kept], self.go_on[kept]
        self.known = {name: each[kept] for name, each in self.known.items()}
        for half in (self.cache.self_attention_cache, self.cache.cross_attention_cache):
            half.batch_select_indices(kept)


def write_greedily(
    model: PreTrainedModel, batch: Batch, cache: EncoderDecoderCache, config: GenerationConfig
) -> tuple[torch.Tensor, torch.Tensor] | None:
    """The likeliest next token, again and again; whoever calls has turned gradients off.

    Args:
        model: Any encoder-decoder of transformers.
        batch: The inputs, of B rows.
        cache: An empty one.
        config: Its special tokens and `max_new_tokens` are used.

    Returns:
        The tokens, (B, 1 + T), from the start token on, and their log-probabilities, (B, T); what stands
        behind a text's end means nothing. None for a model that puts another cache in the place of this one,
        as prefix tuning does.
    """
    places = torch.arange(len(batch["attention_mask"]), device=batch["attention_mask"].device)
    rows = _Rows(places, {**batch}, cache, torch.ones_like(places, dtype=torch.bool))
    ids = places.new_full((len(places), 1 + config.max_new_tokens), config.pad_token_id)
    ids[:, 0] = config.decoder_start_token_id
    scores = torch.zeros(len(places), config.max_new_tokens, device=places.device)
    ends = torch.as_tensor(config.eos_token_id, device=places.device)
    for step in range(config.max_new_tokens):
        out = model(
            **_arguments(rows.known),
            decoder_input_ids=ids[rows.places, step : step + 1],
            past_key_values=cache,
            use_cache=True,
            return_dict=True,
        )
        if out.past_key_values is not cache:
            return None
        logits = out.logits[:, -1].float()
        likeliest, tokens = logits.max(dim=-1)
        ids[rows.places, step + 1] = tokens
        scores[rows.places, step] = likeliest - logits.logsumexp(dim=-1)
        rows.known["states"] = out.encoder_last_hidden_state
        del out, logits  # else they would stay through the next step
        if not rows.end(torch.isin(tokens, ends)):
            break
    return ids[:, : step + 2], scores[:, : step + 1]


def _arguments(known: Mapping[str, torch.Tensor]) -> dict[str, Any]:
    """For a model's `forward`, which reads the inputs where there are no states of them."""
    named: dict[str, Any] = {**known}
    states = named.pop("states", None)
    return named if states is None else {**named, "encoder_outputs": BaseModelOutput(states)}


class GreedyScores(LogitsProcessor):  # type: ignore[misc]  # transformers carries no types
    """Notes the log-probability of the likeliest token at each step of `generate`, which greedy search takes.

    transformers would keep the whole vocabulary's scores of every step. What is kept here gets its memory at
    once: a few bytes kept of each step, behind the megabytes that it needs for a while, leave holes.
    """

    def __init__(self, tokens: int) -> None:
        """Note nothing yet.

        Args:
            tokens: How many are to be written at most.
        """
        self._tokens, self._written = tokens, 0
        self._noted = torch.empty(0, tokens)

    def __call__(self, _ids: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
        """Note, and give the logits (B, vocabulary) back as they are."""
        if not self._written:
            self._noted = logits.new_empty(len(logits), self._tokens)
        self._noted[:, self._written] = logits.amax(dim=-1) - logits.logsumexp(dim=-1)
        self._written += 1
        return logits

    def of(self, ids: torch.Tensor) -> torch.Tensor | None:
        """Those of written tokens (B, 1 + T), as (B, T); None where a model's `generate` didn't ask."""
        whole = self._written == ids.shape[1] - 1
        return self._noted[:, : self._written] if whole else None
