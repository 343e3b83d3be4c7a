"""Inputs beyond the limit, read in overlapping windows (Devlin et al., 2019, arXiv:1810.04805, for SQuAD)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from ftkit.descriptions import Example

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_SPARE = 8  # a text's edge may be other tokens than they were in the middle


def in_windows(
    example: Example, tokenizer: PreTrainedTokenizerBase, limit: int, overlap: int
) -> list[Example]:
    """An overlong example as one example a window, each with the rest of the input round it.

    Args:
        example: Its input has more than `limit` tokens.
        tokenizer: A fast one, which knows what characters a token stands for.
        limit: Tokens of an input at most.
        overlap: Tokens that neighbouring windows share; at most half a window is.

    Returns:
        The example alone where it names no window, the tokenizer is slow, or what is round the window fills
        the limit.
    """
    if example.window is None or not tokenizer.is_fast:
        return [example]
    start, end = example.window
    before, text, after = example.input[:start], example.input[start:end], example.input[end:]
    room = limit - _SPARE - len(tokenizer(before + after, verbose=False)["input_ids"])
    if room < 2:  # noqa: PLR2004 - an overlap and something new
        return [example]
    spans = _spans(text, tokenizer, room, min(overlap, room // 2))
    return [
        replace(
            example,
            input=f"{before}{text[first:last]}{after}",
            window=(len(before), len(before) + last - first),
        )
        for first, last in spans
    ]


def _spans(
    text: str, tokenizer: PreTrainedTokenizerBase, room: int, overlap: int
) -> Iterator[tuple[int, int]]:
    """Where each window begins and ends in the text, at blanks where there are some; nothing is left out."""
    encoded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    starts, ends = zip(*(span for span in encoded["offset_mapping"] if span[1] > span[0]), strict=True)
    first = 0
    while first + room < len(starts):
        start = _forwards_to_a_word(text, starts[first], ends[first + room - 1]) if first else 0
        end = _back_to_a_blank(text, start, ends[first + room - 1])
        yield start, end
        # A token that the end was drawn back over begins the next window, or stands in what both share.
        first = max(first + 1, bisect_right(ends, end) - overlap)
    yield starts[first], len(text)


def _forwards_to_a_word(text: str, start: int, end: int) -> int:
    """Where the first whole word begins; `start` where there is none before `end`."""
    for place in range(start, end):
        if text[place - 1].isspace() or text[place].isspace():
            return place
    return start


def _back_to_a_blank(text: str, start: int, end: int) -> int:
    """Where the last whole word ends; `end` where that leaves nothing."""
    for place in range(end, start, -1):
        if text[place].isspace():
            return place
    return end
