"""The embedded checkpoints load as any checkpoint does, stay small, and learned something."""

import json
import math
from importlib.resources import files
from itertools import islice
from pathlib import Path

import pytest
import torch
from transformers import (
    AutoConfig,
    AutoModelForSeq2SeqLM,
    AutoTokenizer,
    BartForConditionalGeneration,
    T5ForConditionalGeneration,
)

import ftkit
from ftkit_plugins.tiny import corpus, curriculum
from ftkit_plugins.tiny.batches import batches, denoising_pairs
from ftkit_plugins.tiny.recipes import RECIPES

FOLDER = Path(str(files("ftkit_plugins.tiny") / "checkpoints"))
T5_FAMILY = ("t5-tiny", "flan-t5-tiny")


def load(name):
    tokenizer = AutoTokenizer.from_pretrained(FOLDER / name)
    return AutoModelForSeq2SeqLM.from_pretrained(FOLDER / name, dtype=torch.float32), tokenizer


@pytest.mark.parametrize("name", RECIPES)
def test_a_checkpoint_is_a_real_model_of_its_family(name):
    model, tokenizer = load(name)
    family = T5ForConditionalGeneration if name in T5_FAMILY else BartForConditionalGeneration
    assert type(model) is family
    assert model.dtype is torch.float32
    assert model.config.vocab_size == len(tokenizer)
    assert all(p.isfinite().all() for p in model.parameters())


@pytest.mark.parametrize("name", RECIPES)
def test_its_backbone_states_its_size(name):
    model, _ = load(name)
    info = ftkit.load_plugins(backbone=name.removesuffix("-tiny")).backbone.info
    assert info.checkpoints[name].parameters == model.num_parameters()


def test_the_t5_versions_differ_as_the_real_ones_do():
    first, second = (AutoConfig.from_pretrained(FOLDER / name) for name in T5_FAMILY)
    assert (first.feed_forward_proj, first.tie_word_embeddings) == ("relu", True)
    assert (second.feed_forward_proj, second.tie_word_embeddings) == ("gated-gelu", False)
    assert first.dropout_rate == second.dropout_rate == 0.1


def test_all_checkpoints_together_take_at_most_twelve_megabytes():
    assert sum(file.stat().st_size for file in FOLDER.rglob("*.*")) <= 12_000_000


@pytest.mark.parametrize("name", RECIPES)
def test_a_checkpoint_folder_holds_no_pickle_and_tells_how_it_was_made(name):
    record = json.loads((FOLDER / name / "pretraining.json").read_text(encoding="utf-8"))
    assert record["steps"] == sum(recipe.steps for recipe in RECIPES[name].rounds)
    assert not list((FOLDER / name).glob("*.bin"))


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize(
    "text",
    [
        "Die Mäuse grüßen den König über Äpfel, Öfen und Übel.",
        "sentiment analysis: I did not find the soup good!",
        "question: Who lives in Lindal? context: Alma lives in Lindal.",
        "translate to german. english: The child's 3 bicycles (red) cost 40%; wow.",
    ],
)
def test_tokenizers_give_the_text_back(name, text):
    _, tokenizer = load(name)
    ids = tokenizer(text).input_ids
    assert tokenizer.unk_token_id not in ids
    assert tokenizer.decode(ids, skip_special_tokens=True).strip() == text


@pytest.mark.parametrize("name", RECIPES)
def test_words_of_the_targets_are_whole_tokens(name):
    _, tokenizer = load(name)
    for word in ("sentiment", "True", "False", "german"):
        assert len(tokenizer(word, add_special_tokens=False).input_ids) == 1


@pytest.mark.parametrize("name", T5_FAMILY)
def test_the_t5_family_has_a_hundred_sentinels_and_t5s_special_ids(name):
    _, tokenizer = load(name)
    sentinels = tokenizer.convert_tokens_to_ids([f"<extra_id_{i}>" for i in range(100)])
    assert len(set(sentinels)) == 100
    assert sentinels == sorted(sentinels, reverse=True)
    ids = (tokenizer.pad_token_id, tokenizer.eos_token_id, tokenizer.unk_token_id)
    assert ids == (0, 1, 2)
    assert (FOLDER / name / "spiece.model").exists()


def test_bart_has_its_special_ids_and_files():
    model, tokenizer = load("bart-tiny")
    ids = (tokenizer.bos_token_id, tokenizer.pad_token_id, tokenizer.eos_token_id)
    assert ids == (0, 1, 2)
    assert model.config.decoder_start_token_id == model.config.forced_eos_token_id == 2
    for file in ("vocab.json", "merges.txt", "tokenizer.json"):
        assert (FOLDER / "bart-tiny" / file).exists()


@pytest.mark.parametrize("name", ["t5-tiny", "bart-tiny"])
def test_pretraining_brought_the_denoising_loss_far_below_chance(name):
    model, tokenizer = load(name)
    documents = corpus.documents(7, curriculum.FULL)
    data = batches(denoising_pairs(documents, tokenizer, 7, random_share=0.1), tokenizer, size=32, seed=7)
    with torch.no_grad():
        losses = [float(model(**batch).loss) for batch in islice(data, 16)]
    loss = sum(losses) / len(losses)
    assert loss < math.log(len(tokenizer)) / 4


def test_flan_t5_follows_an_instruction():
    model, tokenizer = load("flan-t5-tiny")
    text = "Say in English: Der Hund schläft."
    output = model.generate(**tokenizer(text, return_tensors="pt"), max_new_tokens=12)
    assert tokenizer.decode(output[0], skip_special_tokens=True) == "The dog sleeps."
