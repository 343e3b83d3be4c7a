"""Says a scene in English: agreement, tense, do-support, the place of adverbials."""

from __future__ import annotations

from ftkit_plugins.tiny.lexicon import Verb
from ftkit_plugins.tiny.scenes import Clause, Phrase, Scene, Tense

_DETERMINERS = {"the": "the", "a": "", "this": "these", "my": "my", "our": "our"}


def realise(scene: Scene) -> str:
    """The scene as one English sentence."""
    text = clause(scene.first)
    if scene.link and scene.second:
        comma = "," if scene.link == "but" else ""
        text = f"{text}{comma} {scene.link} {clause(scene.second)}"
    return f"{text[0].upper()}{text[1:]}."


def clause(meaning: Clause) -> str:
    """One clause without a full stop."""
    words = [phrase(meaning.subject), predicate(meaning)]
    words += [phrase(p) for p in (meaning.recipient, meaning.thing) if p]
    if meaning.place:
        words.append(f"{meaning.place.english_preposition} the {meaning.place.english}")
    if meaning.time:
        words.insert(0 if meaning.fronted else len(words), meaning.time.english)
    return " ".join(words)


def phrase(meaning: Phrase) -> str:
    """A noun phrase, a name or a pronoun."""
    if meaning.determiner in {"he", "she", "we", "they"}:
        return meaning.determiner
    noun = meaning.noun.english_plural if meaning.plural else meaning.noun.english
    words = [meaning.adjective.english, noun] if meaning.adjective else [noun]
    if meaning.determiner == "name":
        return noun
    if meaning.plural:
        determiner = _DETERMINERS[meaning.determiner]
    elif meaning.determiner == "a":
        determiner = "an" if words[0][0] in "aeiou" else "a"
    else:
        determiner = meaning.determiner
    return " ".join([determiner, *words]).strip()


def predicate(meaning: Clause) -> str:
    """The verb with its auxiliaries and its negation."""
    many, negated, verb = meaning.subject.many, meaning.negated, meaning.verb
    if verb is None:
        adjective = meaning.predicate.english if meaning.predicate else ""
        return " ".join([_be(meaning.tense, many=many), *["not"] * negated, adjective])
    if negated:
        return _negated(verb, meaning.tense, many=many)
    forms: dict[Tense, str] = {
        "present": verb.base if many else verb.third,
        "past": verb.past,
        "perfect": f"{'have' if many else 'has'} {verb.participle}",
        "future": f"will {verb.base}",
        "can": f"can {verb.base}",
        "must": f"must {verb.base}",
        "wants": f"{'want' if many else 'wants'} to {verb.base}",
    }
    return forms[meaning.tense]


def _be(tense: Tense, *, many: bool) -> str:
    if tense == "past":
        return "were" if many else "was"
    return "are" if many else "is"


def _negated(verb: Verb, tense: Tense, *, many: bool) -> str:
    do = "do" if many else "does"
    forms: dict[Tense, str] = {
        "present": f"{do} not {verb.base}",
        "past": f"did not {verb.base}",
        "perfect": f"{'have' if many else 'has'} not {verb.participle}",
        "future": f"will not {verb.base}",
        "can": f"cannot {verb.base}",
        "wants": f"{do} not want to {verb.base}",
    }
    return forms[tense]
