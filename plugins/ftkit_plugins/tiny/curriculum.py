"""From short and plain documents to long and varied ones (curriculum learning, Bengio et al. 2009).

Looking up forms all at once or not at all: started on passages with every kind of fact it had not
formed after 1,900 steps, the longest that was tried.
Asked for the towns of two people and nothing else, it forms in a few hundred;
from there it carries over to questions, to other kinds of fact and to longer passages.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ftkit_plugins.tiny.corpus import Mixture
from ftkit_plugins.tiny.lookups import PassageStyle
from ftkit_plugins.tiny.opinions import Style
from ftkit_plugins.tiny.parallel import PairStyle


@dataclass(frozen=True)
class Stage:
    """So many steps on the documents of one mixture, or on the instruction mixture where it is None."""

    name: str
    mixture: Mixture | None
    steps: int
    batch_size: int = 96
    random_spans: float = 0.0  # share of the documents that hide random spans, not the salient ones


_PLAIN = Style(remarks=1, denied=0.4, contrasted=0.0)
_PAIR = PairStyle(pairs=1, short=True, whole=0.3)
_TWO_PEOPLE = PassageStyle((2, 2), two_facts=0.0, kinds=1, varied=False, one_asked=1.0)

ONE_KIND = Mixture(replace(_TWO_PEOPLE, names_asked=False, forms=(0, 1, 0)), _PLAIN, _PAIR, looked_up=1.0)
ASKED = Mixture(replace(_TWO_PEOPLE, forms=(0.6, 0.4, 0)), _PLAIN, _PAIR, looked_up=1.0)
ALL_KINDS = Mixture(
    PassageStyle((2, 3), two_facts=0.0, varied=False, one_asked=0.7),
    _PLAIN,
    _PAIR,
    looked_up=0.8,
    judged=0.2,
)
OPINIONS = Mixture(_TWO_PEOPLE, Style(remarks=1, denied=0.25, contrasted=0.0), _PAIR, judged=1.0)
BOTH = Mixture(
    PassageStyle((2, 3), two_facts=0.0, varied=False, one_asked=0.7),
    Style(remarks=1, denied=0.45, contrasted=0.4),
    _PAIR,
    looked_up=0.6,
    judged=0.4,
)
SHORT = Mixture(
    PassageStyle((2, 3), two_facts=0.2),
    Style(remarks=1, denied=0.45, contrasted=0.4),
    _PAIR,
    looked_up=0.4,
    judged=0.25,
    translated=0.35,
)
FULL = Mixture(
    PassageStyle((2, 3)),
    Style(remarks=2, denied=0.45, contrasted=0.6),
    PairStyle(pairs=1, whole=0.7),
    looked_up=0.3,
    judged=0.2,
    translated=0.5,
)
LONGER = Mixture(
    PassageStyle((3, 4), one_asked=0.6),
    Style(remarks=2, denied=0.45, contrasted=0.6),
    PairStyle(pairs=1, whole=0.7),
    looked_up=0.65,
    judged=0.1,
    translated=0.25,
)
BART_LONGER = replace(
    LONGER, passage=PassageStyle((2, 3), one_asked=0.8), looked_up=0.6, judged=0.3, translated=0.1
)
EVEN = replace(FULL, passage=PassageStyle((2, 3), one_asked=0.8), looked_up=0.45, judged=0.35, translated=0.2)
PARALLEL = replace(FULL, looked_up=0.25, judged=0.15, translated=0.6)
