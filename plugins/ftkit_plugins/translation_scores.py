"""sacreBLEU's BLEU and chrF of a corpus, of one sentence, and of resamples, with their signatures.

Post, 2018: A Call for Clarity in Reporting BLEU Scores, https://aclanthology.org/W18-6319; Popović, 2015:
chrF, https://aclanthology.org/W15-3049. All figures are sacreBLEU's own: nothing is computed again here.
Sizes in shapes: N sentences, C counts (matches and totals of each n-gram order, and lengths).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sacrebleu.metrics.base import Metric


def corpus_scores(answers: Sequence[str], references: Sequence[Sequence[str]]) -> dict[str, float]:
    """BLEU and chrF over all sentences.

    Args:
        answers: Translations; an empty one where there is none.
        references: For each, the right ones; their number may differ.
    """
    streams = _streams(references)
    return {name: float(metric.corpus_score(answers, streams).score) for name, metric in _metrics().items()}


def sentence_scores(answer: str, references: Sequence[str]) -> dict[str, float]:
    """BLEU and chrF of one sentence.

    BLEU leaves out the n-gram orders that the sentence is too short for ("effective order"), because any of
    them would make it 0; so it is not what `corpus_scores` gives for a corpus of one sentence.

    Args:
        answer: A translation, or an empty text.
        references: The right ones.
    """
    metrics = _metrics(effective_order=True)
    return {name: float(metric.sentence_score(answer, references).score) for name, metric in metrics.items()}


def weighted_corpus_scores(
    answers: Sequence[str], references: Sequence[Sequence[str]]
) -> Callable[[NDArray[Any]], dict[str, float]]:
    """BLEU and chrF of the same sentences in other numbers.

    Args:
        answers: Translations; an empty one where there is none.
        references: For each, the right ones.

    Returns:
        A function of a whole weight for each sentence (N,).
    """
    import numpy as np  # noqa: PLC0415 - only intervals need it

    streams = _streams(references)
    metrics = _metrics()
    # Both metrics are functions of sums of counts over sentences. sacreBLEU offers these steps to
    # subclasses of its Metric only.
    counts = {
        name: np.array(metric._extract_corpus_statistics(answers, streams))  # (N, C) # noqa: SLF001
        for name, metric in metrics.items()
    }
    return lambda weights: {
        name: float(metric._compute_score_from_stats((weights @ counts[name]).tolist()).score)  # noqa: SLF001
        for name, metric in metrics.items()
    }


def sacrebleu_signatures(references: Sequence[Sequence[str]]) -> dict[str, str]:
    """The signatures of both metrics, behind sacreBLEU's names for them.

    Args:
        references: For each sentence, the right translations.
    """
    # A signature knows the number of references alone, so that empty ones do.
    empty = [["" for each in accepted if each is not None] for accepted in references]
    metrics = _metrics(references=_streams(empty))
    names = {"bleu": "BLEU", "chrf": "chrF2"}
    return {name: f"{names[name]}|{metric.get_signature()}" for name, metric in metrics.items()}


def _metrics(*, effective_order: bool = False, references: Any = None) -> Mapping[str, Metric]:
    from sacrebleu.metrics.bleu import BLEU  # noqa: PLC0415 - only scoring needs it
    from sacrebleu.metrics.chrf import CHRF  # noqa: PLC0415

    bleu = BLEU(effective_order=effective_order, references=references)
    return {"bleu": bleu, "chrf": CHRF(references=references)}


def _streams(references: Sequence[Sequence[str]]) -> list[Any]:
    """One stream of references after the other, as sacreBLEU wants them, None where a sentence has fewer."""
    most = max(len(accepted) for accepted in references)
    return [[each[i] if i < len(each) else None for each in references] for i in range(most)]
