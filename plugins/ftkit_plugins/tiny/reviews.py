"""Pretraining documents whose salient words are told by understanding praise and blame."""

from __future__ import annotations

import random

from ftkit_plugins.tiny.documents import Document, marked
from ftkit_plugins.tiny.lookups import in_either_order
from ftkit_plugins.tiny.opinions import Review, Style, draw_review
from ftkit_plugins.tiny.scenes import chance

_VERDICTS = {
    True: (
        "I was {happy} with it.|I {recommend it}.|I {enjoyed} it.|I {liked} it.|It pleased me: {True}.|"
        "{True}, I liked it.|Did I like it? {Yes}.|Praise or blame? {Praise}.|It is {true} that I liked it."
    ),
    False: (
        "I was {unhappy} with it.|I {advise against it}.|I {regretted} it.|I {disliked} it.|"
        "It pleased me: {False}.|{False}, I liked it.|Did I like it? {No}.|Praise or blame? {Blame}.|"
        "It is {false} that I liked it."
    ),
}


def verdicts(*, positive: bool) -> list[str]:
    """Sentences that say outright what a review comes to, their telling words in braces."""
    return _VERDICTS[positive].split("|")


def review_with_verdicts(rng: random.Random, style: Style) -> Document:
    """A review and what it comes to, said once or twice."""
    review = draw_review(rng, "pretraining", style)
    said = " ".join(rng.sample(verdicts(positive=review.positive), rng.randint(1, 2)))
    return marked(in_either_order(rng, review.text, said))


def explained_review(rng: random.Random, style: Style) -> Document:
    """A review whose remarks are said again, plainly."""
    review = draw_review(rng, "pretraining", style)
    remarks = " ".join(f"{said[0].upper()}{said[1:]}. {_gist(plain)}" for said, plain in review.remarks)
    if chance(rng, 0.5):
        return marked(remarks)
    return marked(f"{remarks} {rng.choice(verdicts(positive=review.positive))}")


def _gist(plain: str) -> str:
    """The plain remark with its last word salient."""
    *start, word = plain.split()
    return f"So {' '.join(start)} {{{word}}}."


def gist(review: Review) -> str:
    """What the main clause of each remark comes to."""
    return " ".join(f"So {plain}." for _, plain in review.remarks)
