"""Translate a sentence, from English to German where nothing else is asked.

    row     {"translation": {"en": "The house is old.", "de": "Das Haus ist alt."}}
    input   translate to german. english: The house is old.
    target  german: Das Haus ist alt.

Rows are WMT16's (Bojar et al., 2016, https://aclanthology.org/W16-2301), or have a column for each of the two
languages, named by its code or its name. Scores are sacreBLEU's (Post, 2018,
https://aclanthology.org/W18-6319).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ftkit import Column, Example, Metric, Option, OptionsError, RowError, Sample, TaskInfo, hookimpl
from ftkit_plugins.rows import checked_text, demand_pairs, demand_whole, sample_files
from ftkit_plugins.translation_scores import (
    corpus_scores,
    sacrebleu_signatures,
    sentence_scores,
    weighted_corpus_scores,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Languages whose words sacreBLEU's default tokenizer tells apart.
_LANGUAGES = {
    "cs": "czech",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "lt": "lithuanian",
    "lv": "latvian",
    "nl": "dutch",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "tr": "turkish",
}


@hookimpl
def describe_task() -> TaskInfo:
    """Describe translation."""
    codes = tuple(_LANGUAGES)
    return TaskInfo(
        columns=(
            Column("translation", "both texts: {'en': …, 'de': …}", required=False),
            Column("en", "source text, in place of `translation`; or `english`", required=False),
            Column("de", "target text, in place of `translation`; or `german`", required=False),
        ),
        metrics=(
            Metric("bleu", "sacreBLEU's corpus BLEU: 13a tokens, mixed case", maximum=100),
            Metric("chrf", "sacreBLEU's chrF2", maximum=100),
        ),
        max_output_tokens=256,
        sample=Sample(*sample_files("translation", "jsonl")),
        rehearsed_first=True,
        citation="Bojar et al., 2016, https://aclanthology.org/W16-2301; Post, 2018, arXiv:1804.08771",
        options=(
            Option("source", "str", "en", "language to translate from", codes),
            Option("target", "str", "de", "language to translate to", codes),
        ),
    )


@hookimpl
def row_of_text(text: str, options: Mapping[str, Any]) -> Mapping[str, Any]:
    """A text to translate."""
    return {_languages(options)[0]: text}


@hookimpl
def format_example(row: Mapping[str, Any], options: Mapping[str, Any]) -> Example:
    """Write `translate to german. english: …` and `german: …`."""
    source, target = _languages(options)
    demand_whole(row)
    texts = row.get("translation", row)
    if not isinstance(texts, Mapping):
        raise RowError(f"'translation' must be an object, not {texts!r:.80}")
    original, translation = _text(texts, source), _text(texts, target)
    if original is None:
        has = ", ".join(repr(name) for name in texts) or "no fields"
        raise RowError(f"the row lacks {source!r} (or {_LANGUAGES[source]!r}); it has {has}")
    return Example(
        input=f"translate to {_LANGUAGES[target]}. {_LANGUAGES[source]}: {original}",
        target=None if translation is None else f"{_LANGUAGES[target]}: {translation}",
    )


@hookimpl
def parse_output(text: str, options: Mapping[str, Any]) -> str | None:
    """Read what follows `german:`; without it, or with nothing behind it, there is no answer."""
    _, target = _languages(options)
    label, colon, translation = text.strip().partition(":")
    if not colon or label.strip().lower() != _LANGUAGES[target]:
        return None
    return translation.strip() or None


@hookimpl
def score(predictions: Sequence[str | None], references: Sequence[Sequence[str]]) -> Mapping[str, float]:
    """BLEU and chrF over all sentences; no answer counts as an empty one."""
    demand_pairs(predictions, references)
    return corpus_scores([answer or "" for answer in predictions], references)


@hookimpl
def score_row(prediction: str | None, references: Sequence[str]) -> Mapping[str, float]:
    """Sentence BLEU, with n-grams as long as the sentence allows, and chrF."""
    demand_pairs([prediction], [references])
    return sentence_scores(prediction or "", references)


@hookimpl
def weighted_score(
    predictions: Sequence[str | None], references: Sequence[Sequence[str]]
) -> Callable[[NDArray[Any]], Mapping[str, float]]:
    """BLEU and chrF from each sentence's counts, which are taken once."""
    demand_pairs(predictions, references)
    return weighted_corpus_scores([answer or "" for answer in predictions], references)


@hookimpl
def score_signatures(references: Sequence[Sequence[str]]) -> Mapping[str, str]:
    """The signatures that sacreBLEU's own command prints."""
    return sacrebleu_signatures(references)


def _languages(options: Mapping[str, Any]) -> tuple[str, str]:
    source, target = options["source"], options["target"]
    if source == target:
        raise OptionsError([f"task.source and task.target are both {source!r}"])
    return source, target


def _text(texts: Mapping[str, Any], code: str) -> str | None:
    """The text in a language, by its code or its name; None where there is none."""
    for name in (code, _LANGUAGES[code]):
        if texts.get(name) is not None:
            return checked_text(texts[name], name)
    return None
