"""Inputs beyond the limit, read in overlapping windows (Devlin et al., 2019, arXiv:1810.04805, for SQuAD)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ftkit.descriptions import Example

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


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
    room = limit - _tokens(tokenizer, before + after)
    if room < 2:  # noqa: PLR2004 - an overlap and something new
        return [example]

    def excess(piece: str) -> int:
        return _tokens(tokenizer, before + piece + after) - limit

    return [
        replace(
            example,
            input=f"{before}{text[first:last]}{after}",
            window=(len(before), len(before) + last - first),
        )
        for first, last in _spans(text, _ends_of_tokens(tokenizer, text), room, overlap, excess)
    ]


def _tokens(tokenizer: PreTrainedTokenizerBase, text: str) -> int:
    return len(tokenizer(text, verbose=False)["input_ids"])


def _ends_of_tokens(tokenizer: PreTrainedTokenizerBase, text: str) -> list[int]:
    """Where each token ends in the text; several may end where one letter does."""
    encoded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    return [end for start, end in encoded["offset_mapping"] if end > start]


def _spans(
    text: str, ends: Sequence[int], room: int, overlap: int, excess: Callable[[str], int]
) -> Iterator[tuple[int, int]]:
    """Where each window begins and ends in the text; no letter is left out.

    Args:
        text: What is read in windows.
        ends: Where each of its tokens ends.
        room: Tokens that a window may have.
        overlap: Tokens that neighbours share; at most half a window is.
        excess: How many tokens too many a window has, once it stands in its place: at its edges and in
            what is round it a text may become other tokens.
    """
    start = 0
    while True:
        count = room
        while True:
            end = _end(text, ends, start, count)
            if end - start <= 1 or (over := excess(text[start:end])) <= 0:
                break
            count = max(1, count - over)
        yield start, end
        if end == len(text):
            return
        shared = ends[max(0, bisect_right(ends, end) - min(overlap, count // 2) - 1)]
        start = max(start + 1, _forwards_to_a_blank(text, min(shared, end), end))


def _end(text: str, ends: Sequence[int], start: int, count: int) -> int:
    """Where so many tokens end, drawn back to a blank if one is near; at least one letter on."""
    last = bisect_right(ends, start) + count - 1
    if last >= len(ends):
        return len(text)
    end = max(start + 1, ends[last])
    nearest = start + (end - start) * 3 // 4
    return next((place for place in range(end, nearest, -1) if text[place : place + 1].isspace()), end)


def _forwards_to_a_blank(text: str, start: int, end: int) -> int:
    """The first blank from `start` on; `start` itself where there is none before `end`."""
    return next((place for place in range(start, end) if text[place].isspace()), start)
