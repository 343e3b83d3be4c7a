"""Answers of the embedded checkpoints, against transformers' own `generate` and loss, one input at a time."""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import GenerationConfig

import ftkit
from ftkit.answering.prediction import Prediction, predict
from ftkit.descriptions import Example
from ftkit.errors import OptionsError
from ftkit.inference.labels import choose
from ftkit.loading import LoadedModel

CHECKPOINTS = ("t5-tiny", "bart-tiny", "flan-t5-tiny")
TEXTS = [
    "question: Where does Anna live? context: Anna lives in Berlin. Peter lives in Rome.",
    "The dog",
    "translate to german. english: The old dog sleeps under the table, and the cat sees the bird.",
    "sentiment analysis: I liked it.",
]


@cache
def loaded(checkpoint: str, task: str = "qa") -> LoadedModel:
    return ftkit.load(checkpoint, task=task, device="cpu")


def answers(checkpoint: str, task: str = "qa", **settings: Any) -> list[Prediction]:
    model = loaded(checkpoint, task)
    return predict(model, [Example(text) for text in TEXTS], settings)


def generated_ids(checkpoint: str, text: str, **changes: Any) -> torch.Tensor:
    """What transformers writes for one input, unpadded, as ids (1, T)."""
    model, tokenizer = loaded(checkpoint)
    known = {
        "decoder_start_token_id": model.config.decoder_start_token_id,
        "eos_token_id": tokenizer.eos_token_id,
    }
    config = GenerationConfig(max_new_tokens=64, pad_token_id=tokenizer.pad_token_id, **known, **changes)
    ids: torch.Tensor = model.generate(
        **tokenizer(text, return_tensors="pt"), generation_config=config, use_model_defaults=False
    )
    return ids


def generated(checkpoint: str, text: str, **changes: Any) -> str:
    """The same as text."""
    ids = generated_ids(checkpoint, text, **changes)
    return str(loaded(checkpoint).tokenizer.decode(ids[0], skip_special_tokens=True))


@pytest.mark.parametrize("checkpoint", CHECKPOINTS)
def test_greedy_answers_are_those_of_transformers_in_the_order_of_the_inputs(checkpoint: str) -> None:
    expected = [generated(checkpoint, text) for text in TEXTS]
    assert [each.text for each in answers(checkpoint)] == expected
    assert [each.text for each in answers(checkpoint, token_budget=1)] == expected


@pytest.mark.parametrize("checkpoint", CHECKPOINTS)
def test_beam_search_is_that_of_transformers(checkpoint: str) -> None:
    options = {"num_beams": 3, "length_penalty": 0.5, "no_repeat_ngram_size": 2}
    expected = [generated(checkpoint, text, **options) for text in TEXTS]
    assert [each.text for each in answers(checkpoint, **options)] == expected


@pytest.mark.parametrize(
    "settings", [{}, {"num_beams": 3}, {"repetition_penalty": 1.3}, {"do_sample": True, "top_k": 1}], ids=str
)
@pytest.mark.parametrize("checkpoint", CHECKPOINTS)
def test_a_score_is_minus_the_loss_that_the_model_has_on_its_text(
    checkpoint: str, settings: dict[str, Any]
) -> None:
    model, tokenizer = loaded(checkpoint)
    for text, answer in zip(TEXTS, answers(checkpoint, **settings), strict=True):
        ids = generated_ids(checkpoint, text, **settings)
        with torch.inference_mode():
            loss = model(**tokenizer(text, return_tensors="pt"), labels=ids[:, 1:]).loss
        assert answer.score == pytest.approx(-float(loss), abs=1e-4)


def test_the_habits_of_a_checkpoint_do_not_leak_in(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = answers("bart-tiny")
    habits = GenerationConfig(
        decoder_start_token_id=2,
        eos_token_id=2,
        pad_token_id=1,
        bos_token_id=0,
        forced_bos_token_id=0,
        num_beams=4,
        no_repeat_ngram_size=3,
        max_length=5,
        early_stopping=True,
    )
    monkeypatch.setattr(loaded("bart-tiny").model, "generation_config", habits)
    assert answers("bart-tiny") == expected


def test_sampling_depends_on_its_seed_alone() -> None:
    torch.manual_seed(1)
    before = torch.get_rng_state()
    first = answers("t5-tiny", do_sample=True, temperature=2.0, seed=7)
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(2)
    assert answers("t5-tiny", do_sample=True, temperature=2.0, seed=7) == first
    assert answers("t5-tiny", do_sample=True, temperature=2.0, seed=8) != first


@pytest.mark.parametrize("checkpoint", CHECKPOINTS)
def test_the_chosen_label_is_the_one_on_which_the_model_has_the_least_loss(checkpoint: str) -> None:
    model, tokenizer = loaded(checkpoint, "sentiment")
    labels = ["sentiment: True", "sentiment: False"]
    for text, answer in zip(TEXTS, answers(checkpoint, "sentiment"), strict=True):
        losses = {}
        for label in labels:
            ids = tokenizer(text_target=label, return_tensors="pt").input_ids
            with torch.inference_mode():
                mean = float(model(**tokenizer(text, return_tensors="pt"), labels=ids).loss)
            losses[label] = mean * ids.shape[1], mean
        assert answer.text == min(labels, key=lambda label: losses[label][0])
        assert answer.score == pytest.approx(-losses[answer.text][1], abs=1e-4)


def test_labels_are_generated_where_that_is_asked_for() -> None:
    expected = [generated("flan-t5-tiny", text) for text in TEXTS]
    model = answers("flan-t5-tiny", "sentiment", decoding="generate", max_output_tokens=64)
    assert [each.text for each in model] == expected


def test_scoring_labels_needs_a_task_that_has_some() -> None:
    with pytest.raises(OptionsError, match="no closed set of labels; use auto or generate"):
        answers("t5-tiny", decoding="labels")


def test_the_model_is_left_in_the_mode_it_was_in() -> None:
    model = loaded("t5-tiny").model
    model.train()
    first = answers("t5-tiny")
    assert model.training
    model.eval()
    assert answers("t5-tiny") == first
    assert not model.training


def test_an_input_beyond_the_limit_is_said_to_be_truncated() -> None:
    truncated = [each.truncated for each in answers("t5-tiny", max_input_tokens=12)]
    assert truncated == [True, False, True, False]


def test_the_side_that_a_tokenizer_pads_on_changes_nothing(tmp_path: Path) -> None:
    expected = answers("bart-tiny", "sentiment")
    _, tokenizer = loaded("bart-tiny")
    shutil.copytree(tokenizer.name_or_path, tmp_path / "left")
    file = tmp_path / "left" / "tokenizer_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"padding_side": "left"}))
    left = ftkit.load("bart", task="sentiment", checkpoint=str(tmp_path / "left"), device="cpu")
    assert predict(left, [Example(text) for text in TEXTS], {}) == expected


def test_labels_of_different_lengths_are_scored_as_a_whole() -> None:
    model = loaded("t5-tiny", "sentiment")
    labels = ("True", "sentiment: False", "The old dog sleeps under the table.")
    with torch.no_grad():
        batch = model.tokenizer(TEXTS, padding=True, return_tensors="pt")
        chosen = choose(model.model, model.tokenizer, batch, labels, token_budget=40)
        for text, answer in zip(TEXTS, chosen, strict=True):
            sums = {}
            for label in labels:
                ids = model.tokenizer(text_target=label, return_tensors="pt").input_ids
                loss = model.model(**model.tokenizer(text, return_tensors="pt"), labels=ids).loss
                sums[label] = -float(loss) * ids.shape[1]
            assert answer.text == max(sums, key=lambda label: sums[label])


@pytest.mark.parametrize(
    ("task", "given", "message"),
    [
        ("sentiment", {"num_beams": 4}, "generation.num_beams: the task's labels are scored"),
        (
            "qa",
            {"temperature": 0.5},
            "generation.temperature: it has no effect without --generation.do-sample",
        ),
        ("qa", {"length_penalty": 2.0}, "generation.length_penalty: it has no effect without"),
    ],
)
def test_what_would_have_no_effect_is_refused(task: str, given: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionsError, match=message):
        answers("t5-tiny", task, **given)


def test_an_output_is_never_longer_than_the_decoder_has_positions() -> None:
    assert len(answers("bart-tiny", max_output_tokens=3000)) == len(TEXTS)


@pytest.mark.parametrize("config", [{}, {"num_beams": 4}])
def test_a_checkpoint_that_does_not_say_how_texts_start_and_end_is_asked_as_its_model_config_says(
    config: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = answers("bart-tiny")
    monkeypatch.setattr(loaded("bart-tiny").model, "generation_config", GenerationConfig(**config))
    assert answers("bart-tiny") == expected
