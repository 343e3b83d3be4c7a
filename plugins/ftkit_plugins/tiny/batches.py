"""From endless text to padded batches of one objective's inputs and labels."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import torch
from transformers import BartTokenizerFast, PreTrainedTokenizerFast

from ftkit_plugins.tiny import corpus, instructions, objectives
from ftkit_plugins.tiny.scenes import chance, generator

Batch = dict[str, torch.Tensor]
Pair = tuple[list[int], list[int]]

_POOL = 32  # batches that are sorted by length together: little padding, yet mixed lengths
_IGNORED = -100
_PERMUTED = 0.3  # BART permutes always; where sentences restate one another, order is mostly luck


def denoising_pairs(tokenizer: PreTrainedTokenizerFast, seed: int) -> Iterator[Pair]:
    """Corpus documents under the objective of the tokenizer's family."""
    if isinstance(tokenizer, BartTokenizerFast):
        return _infilling_pairs(tokenizer, seed)
    return _span_corruption_pairs(tokenizer, seed)


def _span_corruption_pairs(tokenizer: PreTrainedTokenizerFast, seed: int) -> Iterator[Pair]:
    rng = generator("span corruption", seed)
    sentinels = [tokenizer.convert_tokens_to_ids(f"<extra_id_{i}>") for i in range(100)]
    end = tokenizer.eos_token_id
    for text in corpus.documents(seed):
        tokens = tokenizer(text, add_special_tokens=False).input_ids
        source, target = objectives.span_corruption(tokens, sentinels, rng)
        yield [*source, end], [*target, end]


def _infilling_pairs(tokenizer: PreTrainedTokenizerFast, seed: int) -> Iterator[Pair]:
    rng = generator("infilling", seed)
    begin, end, mask = tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.mask_token_id
    for text in corpus.documents(seed):
        shuffled = objectives.permuted_sentences(text, rng) if chance(rng, _PERMUTED) else text
        tokens = tokenizer(shuffled, add_special_tokens=False).input_ids
        source = objectives.text_infilling(tokens, mask, rng)
        yield [begin, *source, end], tokenizer(text).input_ids


def instruction_pairs(tokenizer: PreTrainedTokenizerFast, seed: int) -> Iterator[Pair]:
    """The instruction mixture."""
    for instruction, answer in instructions.instruction_pairs(seed):
        yield tokenizer(instruction).input_ids, tokenizer(answer).input_ids


def batches(
    pairs: Iterator[Pair], tokenizer: PreTrainedTokenizerFast, size: int, seed: int
) -> Iterator[Batch]:
    """Batches of pairs of similar length, in random order."""
    rng = generator("batches", seed)
    while pool := sorted(islice(pairs, size * _POOL), key=lambda pair: len(pair[0])):
        groups = [pool[start : start + size] for start in range(0, len(pool), size)]
        rng.shuffle(groups)
        for group in groups:
            yield _padded(group, tokenizer.pad_token_id)


def _padded(group: list[Pair], pad: int) -> Batch:
    inputs = _rectangle([source for source, _ in group], pad)
    return {
        "input_ids": inputs,
        "attention_mask": (inputs != pad).long(),
        "labels": _rectangle([target for _, target in group], _IGNORED),
    }


def _rectangle(rows: list[list[int]], filler: int) -> torch.Tensor:
    width = max(map(len, rows))
    return torch.tensor([row + [filler] * (width - len(row)) for row in rows])
