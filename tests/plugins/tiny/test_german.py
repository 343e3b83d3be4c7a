"""The German grammar against sentences written by hand."""

import pytest

from ftkit_plugins.tiny import english, german, lexicon
from ftkit_plugins.tiny.lexicon import Adjective, Noun, TimeAdverb, Verb
from ftkit_plugins.tiny.scenes import Clause, Phrase, Scene


def noun(english_word: str) -> Noun:
    kinds = ("person", "animal", "thing", "place")
    return next(n for kind in kinds for n in lexicon.nouns(kind) if n.english == english_word)


def verb(base: str) -> Verb:
    known = (*lexicon.verbs(), *lexicon.reporting_verbs())
    return next(v for v in known if v.base == base)


def adjective(english_word: str) -> Adjective:
    known = (*lexicon.adjectives("person"), *lexicon.adjectives("thing"))
    return next(a for a in known if a.english == english_word)


def time(english_words: str) -> TimeAdverb:
    return next(t for t in lexicon.times() if t.english == english_words)


FARMER = Phrase("the", noun("farmer"))
CHILD = Phrase("the", noun("child"))
BOOK = Phrase("the", noun("book"))


@pytest.mark.parametrize(
    ("phrase", "case", "expected"),
    [
        (Phrase("the", noun("dog"), adjective("old")), "nominative", "der alte Hund"),
        (Phrase("the", noun("dog"), adjective("old")), "accusative", "den alten Hund"),
        (Phrase("the", noun("cat"), adjective("old")), "dative", "der alten Katze"),
        (Phrase("a", noun("dog"), adjective("old")), "nominative", "ein alter Hund"),
        (Phrase("a", noun("child"), adjective("old")), "accusative", "ein altes Kind"),
        (Phrase("a", noun("child"), adjective("old")), "dative", "einem alten Kind"),
        (Phrase("my", noun("lamp"), adjective("new")), "accusative", "meine neue Lampe"),
        (Phrase("our", noun("house"), adjective("big")), "nominative", "unser großes Haus"),
        (Phrase("this", noun("hat"), adjective("expensive")), "accusative", "diesen teuren Hut"),
        (Phrase("a", noun("child"), adjective("happy"), plural=True), "nominative",
         "glückliche Kinder"),
        (Phrase("the", noun("child"), adjective("happy"), plural=True), "dative",
         "den glücklichen Kindern"),
        (Phrase("my", noun("woman"), adjective("old"), plural=True), "nominative",
         "meine alten Frauen"),
        (Phrase("the", noun("farmer")), "accusative", "den Bauern"),
        (Phrase("the", noun("boy")), "dative", "dem Jungen"),
        (Phrase("the", noun("neighbour"), plural=True), "dative", "den Nachbarn"),
    ],
)  # fmt: skip
def test_phrases_show_gender_number_and_case(phrase, case, expected):
    assert german.phrase(phrase, case) == expected


@pytest.mark.parametrize(
    ("clause", "in_english", "in_german"),
    [
        (
            Clause(FARMER, verb("see"), "present", thing=Phrase("a", noun("hat"))),
            "The farmer sees a hat.",
            "Der Bauer sieht einen Hut.",
        ),
        (
            Clause(CHILD, verb("help"), "past", recipient=FARMER),
            "The child helped the farmer.",
            "Das Kind half dem Bauern.",
        ),
        (
            Clause(FARMER, verb("give"), "perfect", recipient=CHILD, thing=BOOK),
            "The farmer has given the child the book.",
            "Der Bauer hat dem Kind das Buch gegeben.",
        ),
        (
            Clause(CHILD, verb("swim"), "perfect", place=noun("river")),
            "The child has swum by the river.",
            "Das Kind ist am Fluss geschwommen.",
        ),
        (
            Clause(FARMER, verb("pick up"), "past", recipient=CHILD, time=time("yesterday"),
                   fronted=True),
            "Yesterday the farmer picked up the child.",
            "Gestern holte der Bauer das Kind ab.",
        ),
        (
            Clause(Phrase("she"), verb("buy"), "wants", thing=Phrase("a", noun("cup")),
                   negated=True),
            "She does not want to buy a cup.",
            "Sie will keine Tasse kaufen.",
        ),
        (
            Clause(Phrase("we"), verb("see"), "present", thing=BOOK, negated=True),
            "We do not see the book.",
            "Wir sehen das Buch nicht.",
        ),
        (
            Clause(Phrase("they"), verb("work"), "past", place=noun("garden")),
            "They worked in the garden.",
            "Sie arbeiteten im Garten.",
        ),
        (
            Clause(CHILD, None, "past", adjective("tired"), negated=True),
            "The child was not tired.",
            "Das Kind war nicht müde.",
        ),
    ],
)  # fmt: skip
def test_main_clauses_have_the_finite_verb_second(clause, in_english, in_german):
    assert english.realise(Scene(clause)) == in_english
    assert german.realise(Scene(clause)) == in_german


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (Clause(FARMER, verb("arrive"), "present"), "weil der Bauer ankommt."),
        (
            Clause(FARMER, verb("bring along"), "perfect", thing=Phrase("a", noun("map"))),
            "weil der Bauer eine Karte mitgebracht hat.",
        ),
        (
            Clause(FARMER, verb("follow"), "must", recipient=CHILD),
            "weil der Bauer dem Kind folgen muss.",
        ),
    ],
)
def test_subordinate_clauses_have_the_finite_verb_last(second, expected):
    scene = Scene(Clause(CHILD, verb("laugh"), "present"), "because", second)
    assert german.realise(scene) == f"Das Kind lacht, {expected}"


def test_coordinated_clauses_keep_the_verb_second():
    laughs, sings = (Clause(CHILD, verb(base), "present") for base in ("laugh", "sing"))
    assert german.realise(Scene(laughs, "but", sings)) == "Das Kind lacht, aber das Kind singt."
    assert english.realise(Scene(laughs, "but", sings)) == "The child laughs, but the child sings."


def test_an_article_before_a_vowel_is_an():
    uncle = Phrase("a", noun("uncle"))
    assert english.phrase(uncle) == "an uncle"
    assert english.phrase(Phrase("a", noun("uncle"), adjective("tired"))) == "a tired uncle"
    assert english.phrase(Phrase("this", noun("mouse"), plural=True)) == "these mice"
