"""Text out of a model, by transformers' `generate`, with the score of each text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch
from transformers import GenerationConfig, LogitsProcessor, LogitsProcessorList

from ftkit.errors import CheckpointError
from ftkit.inference.batches import Batch, Output
from ftkit.inference.cache import roomy_cache
from ftkit.inference.reading import Read, reading_in_pieces

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


_SCORED_TOGETHER = 8  # texts; each has logits over the vocabulary for all of its tokens


def generate(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, batch: Batch, settings: Mapping[str, Any]
) -> list[Output]:
    """Generate one text for each input.

    Greedy decoding notes the scores on the way; beams, sampling and penalties choose by other figures than
    the model's own, so that a further pass gives the scores.

    Args:
        model: Any encoder-decoder that can `generate`.
        tokenizer: The model's.
        batch: The inputs.
        settings: Values of `ftkit.inference.settings.GENERATION`.

    Raises:
        CheckpointError: Nobody says which tokens start and end a text.
    """
    config = _config(model, tokenizer, settings)
    recorder = _GreedyScores(settings["max_output_tokens"]) if _is_plainly_greedy(settings) else None
    with reading_in_pieces(model, settings["token_budget"]) as read:
        ids = model.generate(
            **batch,
            **roomy_cache(model, settings["max_output_tokens"]),
            generation_config=config,
            logits_processor=LogitsProcessorList([recorder] if recorder else []),
            use_model_defaults=False,
        )
    written = ids[:, 1:]  # behind the start token
    scores = recorder.scores if recorder else _scores(model, batch, read, ids)
    means = _means(scores, _until_end(written, config.eos_token_id))
    texts = tokenizer.batch_decode(ids, skip_special_tokens=True)
    return [Output(text, score) for text, score in zip(texts, means.tolist(), strict=True)]


class _GreedyScores(LogitsProcessor):  # type: ignore[misc]  # transformers carries no types
    """Notes the log-probability of the likeliest token at each step, which greedy decoding takes.

    transformers would keep the whole vocabulary's scores of every step. What is kept here gets its memory at
    once: a few bytes kept of each step, behind the megabytes that it needs for a while, leave holes.
    """

    def __init__(self, tokens: int) -> None:
        """Note nothing yet.

        Args:
            tokens: How many are to be written at most.
        """
        self._tokens, self._written = tokens, 0
        self._noted = torch.empty(0, 0)

    def __call__(self, _ids: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
        if self._written == self._noted.shape[1]:  # at first, or where a model writes more
            more = logits.new_empty(len(logits), self._tokens)
            self._noted = torch.cat([self._noted, more], dim=1) if self._written else more
        self._noted[:, self._written] = logits.amax(dim=-1) - logits.logsumexp(dim=-1)
        self._written += 1
        return logits

    @property
    def scores(self) -> torch.Tensor:
        """(B, T), what follows a text's end included."""
        return self._noted[:, : self._written]


def _is_plainly_greedy(settings: Mapping[str, Any]) -> bool:
    plain = settings["repetition_penalty"] == 1.0 and settings["no_repeat_ngram_size"] == 0
    return plain and settings["num_beams"] == 1 and not settings["do_sample"]


def _scores(model: PreTrainedModel, batch: Batch, read: Read, ids: torch.Tensor) -> torch.Tensor:
    """Log-probability of each written token by a further pass over the texts, (B, T)."""
    parts = []
    for start in range(0, len(ids), _SCORED_TOGETHER):
        some = slice(start, start + _SCORED_TOGETHER)
        known = {name: tensor[some] for name, tensor in batch.items()} | read.arguments(some)
        logits = model(**known, decoder_input_ids=ids[some, :-1], use_cache=False).logits
        parts.append(token_scores(logits, ids[some, 1:]))
    return torch.cat(parts)


def token_scores(logits: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """Log-probabilities of tokens, (B, T), under logits (B, T, vocabulary)."""
    chosen = logits.gather(-1, ids.unsqueeze(-1)).squeeze(-1)
    return chosen.float() - logits.float().logsumexp(dim=-1)


def _until_end(ids: torch.Tensor, end: int | list[int]) -> torch.Tensor:
    """True for the tokens up to the first end token and for it, (B, T)."""
    is_end = torch.isin(ids, torch.as_tensor(end, device=ids.device))
    ends = is_end.cumsum(dim=1)
    return (ends == 0) | ((ends == 1) & is_end)


def _means(scores: torch.Tensor, counted: torch.Tensor) -> torch.Tensor:
    return (scores * counted).sum(dim=1) / counted.sum(dim=1).clamp(min=1)


def _config(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, settings: Mapping[str, Any]
) -> GenerationConfig:
    """The settings, and of the checkpoint's own only which tokens start, end and pad."""
    sampling = ("temperature", "top_k", "top_p") if settings["do_sample"] else ()
    beams = ("length_penalty",) if settings["num_beams"] > 1 else ()
    named = ("num_beams", "do_sample", "repetition_penalty", "no_repeat_ngram_size", *sampling, *beams)
    homes = (model.generation_config, model.config, tokenizer)
    return GenerationConfig(
        max_new_tokens=settings["max_output_tokens"],
        decoder_start_token_id=_token(homes, "decoder_start_token_id"),
        eos_token_id=_token(homes, "eos_token_id"),
        pad_token_id=_token(homes, "pad_token_id"),
        **{name: settings[name] for name in named},
    )


def _token(homes: Sequence[Any], name: str) -> Any:
    """A special token's id, or several, from the first that says it."""
    found = [value for home in homes if (value := getattr(home, name, None)) is not None]
    if not found:
        raise CheckpointError(f"neither the checkpoint's configs nor its tokenizer have a {name}")
    return found[0]
