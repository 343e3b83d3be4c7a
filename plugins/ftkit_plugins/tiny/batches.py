"""From endless documents to padded batches of one objective's inputs and labels."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import torch
from transformers import BartTokenizerFast, PreTrainedTokenizerFast

from ftkit_plugins.tiny import instructions, objectives
from ftkit_plugins.tiny.documents import Document
from ftkit_plugins.tiny.scenes import chance, generator

Batch = dict[str, torch.Tensor]
Pair = tuple[list[int], list[int]]

_POOL = 16  # batches that are sorted by length together: little padding, yet mixed lengths
IGNORED = -100
_CONTINUED = 0.3  # share of prefix language modelling among documents that end in a salient span
_PERMUTED = 0.3  # BART permutes always; where sentences restate one another, order is mostly luck


def denoising_pairs(
    documents: Iterator[Document], tokenizer: PreTrainedTokenizerFast, seed: int, random_share: float
) -> Iterator[Pair]:
    """Documents under the objective of the tokenizer's family.

    Hidden are the salient spans (Guu et al. 2020, arXiv:2002.08909; for T5 Roberts et al. 2020,
    arXiv:2002.08910), and the spans of the family's own paper in ``random_share`` of the documents.
    Some of T5's documents that end in a salient span go on where it begins, without sentinels: prefix
    language modelling (Raffel et al. 2020, section 3.3.1).
    """
    if isinstance(tokenizer, BartTokenizerFast):
        return _infilling_pairs(documents, tokenizer, seed, random_share)
    return _span_corruption_pairs(documents, tokenizer, seed, random_share)


def _span_corruption_pairs(
    documents: Iterator[Document], tokenizer: PreTrainedTokenizerFast, seed: int, random_share: float
) -> Iterator[Pair]:
    rng = generator("span corruption", seed)
    sentinels = [tokenizer.convert_tokens_to_ids(f"<extra_id_{i}>") for i in range(100)]
    end = tokenizer.eos_token_id
    for document in documents:
        tokens, spans = tokens_and_spans(tokenizer, document)
        if chance(rng, random_share):
            spans = objectives.random_spans(len(tokens), rng)
        elif chance(rng, _CONTINUED) and spans[-1][1] >= len(tokens) - 1:
            start = spans[-1][0]
            yield [*tokens[:start], end], [*tokens[start:], end]
            continue
        source, target = objectives.span_corruption(tokens, spans, sentinels)
        yield [*source, end], [*target, end]


def _infilling_pairs(
    documents: Iterator[Document], tokenizer: PreTrainedTokenizerFast, seed: int, random_share: float
) -> Iterator[Pair]:
    rng = generator("infilling", seed)
    begin, end, mask = tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.mask_token_id
    for document in documents:
        tokens, spans = tokens_and_spans(tokenizer, document)
        corrupted = tokens
        if chance(rng, random_share):
            if chance(rng, _PERMUTED):
                shuffled = objectives.permuted_sentences(document.text, rng)
                corrupted = tokenizer(shuffled, add_special_tokens=False).input_ids
            spans = objectives.poisson_spans(len(corrupted), rng)
        yield [begin, *objectives.text_infilling(corrupted, spans, mask), end], [begin, *tokens, end]


def tokens_and_spans(
    tokenizer: PreTrainedTokenizerFast, document: Document
) -> tuple[list[int], list[objectives.Span]]:
    """The document's tokens and its salient spans, counted in tokens."""
    encoded = tokenizer(document.text, add_special_tokens=False, return_offsets_mapping=True)
    ends = [end for _, end in encoded.offset_mapping]
    spans = []
    for first, last in document.salient:
        start = next(i for i, end in enumerate(ends) if end > first)
        spans.append((start, next(i for i, end in enumerate(ends) if end >= last) + 1))
    return encoded.input_ids, spans


def instruction_pairs(tokenizer: PreTrainedTokenizerFast, seed: int) -> Iterator[Pair]:
    """The instruction mixture."""
    for instruction, answer in instructions.instruction_pairs(seed):
        yield tokenizer(instruction).input_ids, tokenizer(answer).input_ids


def batches(
    pairs: Iterator[Pair], tokenizer: PreTrainedTokenizerFast, size: int, seed: int
) -> Iterator[Batch]:
    """Batches of pairs of similar length, in random order."""
    rng = generator("batches", seed)
    while pool := sorted(islice(pairs, size * _POOL), key=_shape):
        groups = [pool[start : start + size] for start in range(0, len(pool), size)]
        rng.shuffle(groups)
        for group in groups:
            yield _padded(group, tokenizer.pad_token_id)


def _shape(pair: Pair) -> tuple[int, int]:
    """Targets of about the same length together, then sources."""
    source, target = pair
    return len(target) // 6, len(source)


def _padded(group: list[Pair], pad: int) -> Batch:
    inputs = _rectangle([source for source, _ in group], pad)
    return {
        "input_ids": inputs,
        "attention_mask": (inputs != pad).long(),
        "labels": _rectangle([target for _, target in group], IGNORED),
    }


def _rectangle(rows: list[list[int]], filler: int) -> torch.Tensor:
    width = max(map(len, rows))
    return torch.tensor([row + [filler] * (width - len(row)) for row in rows])
