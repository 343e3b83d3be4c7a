"""The bundled samples: schemas, right answers, and no rule of thumb that solves them."""

import csv
import json
import math
import re
from collections import Counter
from importlib.resources import files

import pytest

from ftkit_plugins.tiny import lexicon, opinions, samples

BUNDLED = files("ftkit_plugins.tiny") / "samples"
PARTS = ("train", "validation")
NAMES = {name.english for name in lexicon.names()}


def paragraphs(part):
    document = json.loads((BUNDLED / "qa" / f"{part}.json").read_text(encoding="utf-8"))
    return [p for article in document["data"] for p in article["paragraphs"]]


def reviews(part):
    text = (BUNDLED / "sentiment" / f"{part}.csv").read_text(encoding="utf-8")
    return [(row["text"], int(row["label"])) for row in csv.DictReader(text.splitlines())]


def translations(part):
    text = (BUNDLED / "translation" / f"{part}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line)["translation"] for line in text.splitlines()]


def words(text):
    return re.findall(r"\w+", text.lower())


def test_the_bundled_files_are_what_the_command_writes(tmp_path):
    samples.main(["--output", str(tmp_path)])
    for written in tmp_path.rglob("*.*"):
        bundled = BUNDLED.joinpath(*written.relative_to(tmp_path).parts)
        assert bundled.read_bytes() == written.read_bytes(), written.name


def test_the_samples_stay_small(tmp_path):
    samples.write(tmp_path)
    assert sum(file.stat().st_size for file in tmp_path.rglob("*.*")) < 1_500_000


@pytest.mark.parametrize("part", PARTS)
def test_every_sample_has_its_number_of_rows(part):
    count = samples.ROWS[part]
    assert sum(len(p["qas"]) for p in paragraphs(part)) == count
    assert len(reviews(part)) == len(translations(part)) == count


@pytest.mark.parametrize("part", PARTS)
def test_answers_are_spans_of_their_context(part):
    for paragraph in paragraphs(part):
        for qa in paragraph["qas"]:
            (answer,) = qa["answers"]
            start = answer["answer_start"]
            assert paragraph["context"][start : start + len(answer["text"])] == answer["text"]


def test_question_ids_are_unique():
    ids = [qa["id"] for part in PARTS for p in paragraphs(part) for qa in p["qas"]]
    assert len(set(ids)) == len(ids)


def test_train_and_validation_share_no_row():
    contexts, texts, sentences = (
        [{p["context"] for p in paragraphs(part)} for part in PARTS],
        [{text for text, _ in reviews(part)} for part in PARTS],
        [{pair["en"] for pair in translations(part)} for part in PARTS],
    )
    for train, validation in (contexts, texts, sentences):
        assert train
        assert validation
        assert not train & validation


def test_neither_the_first_nor_the_commonest_name_answers_the_questions_about_people():
    asked = [
        (re.findall(r"\w+", p["context"]), qa["answers"][0]["text"])
        for p in paragraphs("validation")
        for qa in p["qas"]
        if qa["answers"][0]["text"] in NAMES
    ]
    named = [([w for w in context if w in NAMES], answer) for context, answer in asked]
    first = sum(names[0] == answer for names, answer in named)
    commonest = sum(Counter(names).most_common(1)[0][0] == answer for names, answer in named)
    assert len(named) > 50
    assert max(first, commonest) / len(named) <= 0.5


def test_the_first_value_of_the_asked_kind_seldom_answers():
    validation = paragraphs("validation")
    right = total = 0
    for paragraph in validation:
        for qa in paragraph["qas"]:
            answer = qa["answers"][0]["text"]
            if answer in NAMES:
                continue
            kind = next(r for r in samples.facts.relations() if answer in r.values)
            present = [v for v in kind.values if re.search(rf"\b{v}\b", paragraph["context"])]
            right += min(present, key=paragraph["context"].index) == answer
            total += 1
            assert len(present) >= 3
    assert total > 50
    assert right / total <= 0.5


def test_no_answer_is_frequent():
    answers = Counter(qa["answers"][0]["text"] for p in paragraphs("validation") for qa in p["qas"])
    assert answers.most_common(1)[0][1] / answers.total() < 0.1


def test_labels_are_balanced():
    for part in PARTS:
        labels = [label for _, label in reviews(part)]
        assert sum(labels) / len(labels) == pytest.approx(0.5, abs=0.01)


def test_counting_good_and_bad_words_does_not_tell_the_sentiment():
    good, bad = (set(side) for side in zip(*opinions.word_pairs(), strict=True))
    rows = reviews("validation")
    right = 0
    for text, label in rows:
        balance = sum((w in good) - (w in bad) for w in words(text))
        right += (balance > 0) == bool(label)
    assert 0.35 <= right / len(rows) <= 0.65


def test_a_bag_of_words_learned_from_train_does_not_tell_the_sentiment():
    counts = {label: Counter() for label in (0, 1)}
    for text, label in reviews("train"):
        counts[label].update(set(words(text)))
    rows = reviews("validation")
    right = 0
    for text, label in rows:
        odds = sum(math.log((counts[1][w] + 1) / (counts[0][w] + 1)) for w in set(words(text)))
        right += (odds > 0) == bool(label)
    assert right / len(rows) <= 0.65


def test_the_last_opinion_word_does_not_tell_the_sentiment():
    good, bad = (set(side) for side in zip(*opinions.word_pairs(), strict=True))
    rows = reviews("validation")
    last = [next(w for w in reversed(words(text)) if w in good | bad) for text, _ in rows]
    right = sum((w in good) == bool(label) for w, (_, label) in zip(last, rows, strict=True))
    assert right / len(rows) <= 0.65


def test_reviews_negate_and_contrast():
    texts = [text.lower() for text, _ in reviews("train")]
    for share, pattern in ((0.4, r"\b(not|never|nobody|anything but)\b"), (0.3, "but|although")):
        assert sum(bool(re.search(pattern, text)) for text in texts) / len(texts) > share


def test_translations_cover_cases_verb_final_clauses_and_separable_verbs():
    german = [pair["de"] for pair in translations("train")]
    for pattern in (
        r"\beine[nmr]\b",
        r"\bdie[ns]e[mrn]?\b|\bdiese[nmr]\b",
        r", (weil|wenn|obwohl|während|dass) .* (hat|ist|will|kann|muss|wird)\.",
        r" (ab|an|auf|ein|mit|weg)\.",
        r"\bkein",
    ):
        assert sum(bool(re.search(pattern, text)) for text in german) >= 20, pattern
