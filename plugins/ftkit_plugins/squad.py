"""SQuAD v1.1's exact match and F1, and its nested files.

Rajpurkar et al., 2016: SQuAD: 100,000+ Questions for Machine Comprehension of Text,
https://arxiv.org/abs/1606.05250, section 6.1. The figures equal those of the official script to the last
digit, which asks for its order of additions too.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ftkit import RowError, __version__
from ftkit_plugins.rows import number_of_references

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


def squad_scores(predictions: Sequence[str | None], references: Sequence[Sequence[str]]) -> dict[str, float]:
    """Exact match and F1 in percent, each answer against the reference that suits it best.

    Args:
        predictions: Answers; None where there is none, which scores 0.
        references: For each answer, those that count as right.
    """
    exact = f1 = 0.0
    for answer, accepted in zip(predictions, references, strict=True):
        if answer is not None:
            exact += max(normalise_answer(answer) == normalise_answer(reference) for reference in accepted)
            f1 += max(token_f1(answer, reference) for reference in accepted)
    count = len(predictions)
    return {"exact_match": 100.0 * exact / count, "f1": 100.0 * f1 / count}


def squad_signature(references: Sequence[Sequence[str]]) -> str:
    """How `squad_scores` compares, in the manner of sacreBLEU's signatures.

    Args:
        references: For each answer, those that count as right.
    """
    return (
        f"SQuAD-v1.1|nrefs:{number_of_references(references)}|best:max|case:lc|punct:no|articles:no"
        f"|version:ftkit-{__version__}"
    )


def token_f1(answer: str, reference: str) -> float:
    """Harmonic mean of precision and recall over the words of two normalised answers."""
    found, wanted = normalise_answer(answer).split(), normalise_answer(reference).split()
    common = sum((Counter(found) & Counter(wanted)).values())
    if common == 0:
        return 0.0
    precision, recall = common / len(found), common / len(wanted)
    return (2 * precision * recall) / (precision + recall)


def normalise_answer(text: str) -> str:
    """Lower case, without ASCII punctuation and English articles, words apart by one space."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_NO_PUNCTUATION)).split())


def squad_rows(record: Mapping[str, Any], place: str = "") -> Iterator[dict[str, Any]]:
    """The questions in a SQuAD file, an article or a paragraph, as flat rows.

    Args:
        record: A mapping with `data`, `paragraphs` or `qas`; anything else is given back as one row.
        place: Where in the file it stands, for messages.

    Raises:
        RowError: It lacks something; the message says where.
    """
    if "qas" in record:
        yield from _questions(record, place)
    elif "paragraphs" in record:
        inherited = {"title": record["title"]} if "title" in record else {}
        for where, paragraph in _objects(record, "paragraphs", place):
            yield from _questions({**inherited, **paragraph}, where)
    elif "data" in record and "question" not in record:
        for where, article in _objects(record, "data", place):
            yield from squad_rows(article, where)
    elif place:
        raise RowError(f"{place} has neither 'paragraphs' nor 'qas'")
    else:
        yield dict(record)


def _questions(paragraph: Mapping[str, Any], place: str) -> Iterator[dict[str, Any]]:
    for key in ("context", "qas"):
        if key not in paragraph:
            raise RowError(f"{place or 'the record'} lacks {key!r}")
    shared = {key: paragraph[key] for key in ("title", "context") if key in paragraph}
    for where, question in _objects(paragraph, "qas", place):
        if "question" not in question:
            raise RowError(f"{where} lacks 'question'")
        yield {**shared, **question}


def _objects(record: Mapping[str, Any], key: str, place: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    where = f"{place}.{key}" if place else key
    if not isinstance(record[key], list):
        raise RowError(f"{where} must be a list, not {record[key]!r:.80}")
    for index, value in enumerate(record[key]):
        if not isinstance(value, Mapping):
            raise RowError(f"{where}[{index}] must be an object, not {value!r:.80}")
        yield f"{where}[{index}]", value
