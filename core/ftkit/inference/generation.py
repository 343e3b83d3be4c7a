"""Text out of a model, with the score of each text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch
from transformers import GenerationConfig, GenerationMixin, LogitsProcessorList

from ftkit.errors import CheckpointError
from ftkit.inference.batches import Batch, Output
from ftkit.inference.cache import roomy_cache
from ftkit.inference.greedy import GreedyScores, write_greedily
from ftkit.inference.reading import Read, reading_in_pieces

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


_SCORED_TOGETHER = 8  # texts; each has logits over the vocabulary for all of its tokens


def generate(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, batch: Batch, settings: Mapping[str, Any]
) -> list[Output]:
    """Generate one text for each input.

    Greedy decoding has the scores on the way; beams, sampling and penalties choose by other figures than the
    model's own, so that a further pass gives the scores.

    Args:
        model: Any encoder-decoder that can `generate`.
        tokenizer: The model's.
        batch: The inputs.
        settings: Values of `ftkit.inference.settings.GENERATION`.

    Raises:
        CheckpointError: Nobody says which tokens start and end a text.
    """
    config = _config(model, tokenizer, settings)
    with reading_in_pieces(model, settings["token_budget"]) as read:
        ids, scores = _written(model, batch, settings, config)
    if scores is None:
        scores = _scores(model, batch, read, ids)
    counted = _until_end(ids[:, 1:], config.eos_token_id)  # behind the start token
    means = _means(scores, counted)
    ids = ids[:, 1:].masked_fill(~counted, config.pad_token_id)
    texts = tokenizer.batch_decode(ids, skip_special_tokens=True)
    return [Output(text, score) for text, score in zip(texts, means.tolist(), strict=True)]


def _written(
    model: PreTrainedModel, batch: Batch, settings: Mapping[str, Any], config: GenerationConfig
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Tokens from the start token on, (B, 1 + T), and their log-probabilities, (B, T), if they are known."""
    limit, greedy = settings["max_output_tokens"], _is_plainly_greedy(settings)
    cache = roomy_cache(model, limit)
    if cache is not None and greedy and _generates_like_most(model):
        written = write_greedily(model, batch, cache, config)
        if written is not None:
            return written
        cache = None
    noted = GreedyScores(limit) if greedy else None
    ids: torch.Tensor = model.generate(
        **batch,
        **({} if cache is None else {"past_key_values": cache}),
        generation_config=config,
        logits_processor=LogitsProcessorList([noted] if noted else []),
        use_model_defaults=False,
    )
    return ids, noted.of(ids) if noted else None


def _is_plainly_greedy(settings: Mapping[str, Any]) -> bool:
    plain = settings["repetition_penalty"] == 1.0 and settings["no_repeat_ngram_size"] == 0
    return plain and settings["num_beams"] == 1 and not settings["do_sample"]


def _generates_like_most(model: PreTrainedModel) -> bool:
    """Whether the model, and PEFT's wrappings of it, leave it to transformers how they generate."""
    bare = model.get_base_model() if hasattr(model, "get_base_model") else model
    all_of_them = [each for each in (bare, model.base_model) if hasattr(each, "generate")]
    return all(getattr(each.generate, "__func__", None) is GenerationMixin.generate for each in all_of_them)


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
