"""Says a scene in German: gender, case, adjective endings, verb-second and verb-final order.

Main clauses have the finite verb second, whatever comes first; clauses after *weil, wenn, obwohl,
während, dass* have it last, behind participle or infinitive; separable prefixes part from their
verb in the first kind only.
"""

from __future__ import annotations

from typing import Literal

from ftkit_plugins.tiny.lexicon import Noun, Verb
from ftkit_plugins.tiny.scenes import Clause, Phrase, Scene, Tense

Case = Literal["nominative", "accusative", "dative"]

_COLUMNS = "mfnp"  # masculine, feminine, neuter, plural
_ENDINGS: dict[Case, tuple[str, str, str, str]] = {
    "nominative": ("er", "e", "es", "e"),
    "accusative": ("en", "e", "es", "e"),
    "dative": ("em", "er", "em", "en"),
}
_DEFINITE: dict[Case, tuple[str, str, str, str]] = {
    "nominative": ("der", "die", "das", "die"),
    "accusative": ("den", "die", "das", "die"),
    "dative": ("dem", "der", "dem", "den"),
}
_EIN_STEMS = {"a": "ein", "my": "mein", "our": "unser", "no": "kein"}
_CONTRACTED = {"in dem": "im", "an dem": "am"}
_PRONOUNS = {"he": "er", "she": "sie", "we": "wir", "they": "sie"}
_CONJUNCTIONS = {
    "because": ", weil",
    "when": ", wenn",
    "although": ", obwohl",
    "while": ", während",
    "that": ", dass",
    "and": " und",
    "but": ", aber",
}
_FINITE = {
    "haben": ("hat", "haben"),
    "sein": ("ist", "sind"),
    "war": ("war", "waren"),
    "future": ("wird", "werden"),
    "can": ("kann", "können"),
    "must": ("muss", "müssen"),
    "wants": ("will", "wollen"),
}


def realise(scene: Scene) -> str:
    """The scene as one German sentence."""
    text = clause(scene.first)
    if scene.link and scene.second:
        final = scene.link not in {"and", "but"}
        second = clause(scene.second, verb_final=final)
        text = f"{text}{_CONJUNCTIONS[scene.link]} {second}"
    return f"{text[0].upper()}{text[1:]}."


def clause(meaning: Clause, *, verb_final: bool = False) -> str:
    """One clause: the verb second, or last."""
    finite, rest = _verb_forms(meaning, verb_final=verb_final)
    subject = phrase(meaning.subject, "nominative")
    time = [meaning.time.german] if meaning.time else []
    if verb_final:
        order = [subject, *time, *_objects(meaning), *rest, finite]
    elif meaning.fronted:
        order = [*time, finite, subject, *_objects(meaning), *rest]
    else:
        order = [subject, finite, *time, *_objects(meaning), *rest]
    return " ".join(order)


def _objects(meaning: Clause) -> list[str]:
    """Recipient, thing, *nicht*, place: what stands between the two halves of the verb."""
    last = meaning.thing or meaning.recipient
    no = meaning.negated and last is not None and last.determiner == "a"  # nicht ein -> kein
    words = []
    if meaning.recipient:
        direct = meaning.verb is not None and meaning.verb.frame == "being"
        case: Case = "accusative" if direct else "dative"
        words.append(phrase(meaning.recipient, case, no=no and meaning.thing is None))
    if meaning.thing:
        words.append(phrase(meaning.thing, "accusative", no=no))
    if meaning.negated and not no:
        words.append("nicht")
    if meaning.place:
        words.append(_place(meaning.place))
    return words


def _place(noun: Noun) -> str:
    article = f"{noun.german_preposition} {phrase(Phrase('the', noun), 'dative').split()[0]}"
    return f"{_CONTRACTED.get(article, article)} {_noun(noun, 'dative', plural=False)}"


def phrase(meaning: Phrase, case: Case, *, no: bool = False) -> str:
    """A noun phrase in its case; with ``no``, the indefinite article becomes *kein*."""
    if meaning.determiner in _PRONOUNS:
        return _PRONOUNS[meaning.determiner]
    noun = _noun(meaning.noun, case, plural=meaning.plural)
    if meaning.determiner == "name":
        return noun
    determiner = "no" if no else meaning.determiner
    column = _COLUMNS.index("p" if meaning.plural else meaning.noun.gender)
    words = [_determiner(determiner, case, column)]
    if meaning.adjective:
        words.append(meaning.adjective.stem + _adjective_ending(determiner, case, column))
    return " ".join([*words, noun]).strip()


def _noun(noun: Noun, case: Case, *, plural: bool) -> str:
    if plural:
        added = "n" if case == "dative" and noun.german_plural[-1] not in "ns" else ""
        return noun.german_plural + added
    return noun.german_plural if noun.weak and case != "nominative" else noun.german


def _determiner(determiner: str, case: Case, column: int) -> str:
    plural = _COLUMNS[column] == "p"
    if determiner == "the":
        return _DEFINITE[case][column]
    if determiner == "this":
        return "dies" + _ENDINGS[case][column]
    if determiner == "a" and plural:
        return ""
    return _EIN_STEMS[determiner] + ("" if _bare(case, column) else _ENDINGS[case][column])


def _bare(case: Case, column: int) -> bool:
    """Whether *ein* and its like have no ending here: ein Hund, ein Kind."""
    gender = _COLUMNS[column]
    return (case == "nominative" and gender in "mn") or (case == "accusative" and gender == "n")


def _adjective_ending(determiner: str, case: Case, column: int) -> str:
    """Strong where no determiner shows gender and case, else weak."""
    gender = _COLUMNS[column]
    shown_by_none = determiner == "a" and gender == "p"
    if shown_by_none or (determiner in _EIN_STEMS and _bare(case, column)):
        return _ENDINGS[case][column]
    weak_e = case == "nominative" or (case == "accusative" and gender in "fn")
    return "e" if weak_e and gender != "p" else "en"


def _verb_forms(meaning: Clause, *, verb_final: bool) -> tuple[str, list[str]]:
    """The finite verb, and what of the predicate stands at the end."""
    verb, tense, many = meaning.verb, meaning.tense, meaning.subject.many
    if verb is None:
        adjective = meaning.predicate.german if meaning.predicate else ""
        return _FINITE["war" if tense == "past" else "sein"][many], [adjective]
    if tense == "perfect":
        return _FINITE[verb.auxiliary][many], [verb.german_participle]
    if tense in _FINITE:
        return _FINITE[tense][many], [verb.prefix + verb.infinitive]
    finite = _simple(verb, tense, many=many)
    if verb_final:
        return verb.prefix + finite, []
    return finite, [verb.prefix] if verb.prefix else []


def _simple(verb: Verb, tense: Tense, *, many: bool) -> str:
    if tense == "present":
        return verb.infinitive if many else verb.german_third
    if not many:
        return verb.preterite
    return verb.preterite + ("n" if verb.preterite.endswith("e") else "en")
