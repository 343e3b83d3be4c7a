"""The recipe: batches, schedule, and the same weights from the same seed."""

from dataclasses import replace
from importlib.resources import files
from itertools import islice
from pathlib import Path

import pytest
import torch
from transformers import AutoTokenizer

from ftkit_plugins.tiny import batches, pretrain, tokenization
from ftkit_plugins.tiny.architectures import build_model

FOLDER = Path(str(files("ftkit_plugins.tiny") / "checkpoints"))


def short(name):
    return replace(pretrain.RECIPES[name], steps=2, instruction_steps=1, batch_size=2)


def trained(name):
    recipe = short(name)
    tokenizer = AutoTokenizer.from_pretrained(FOLDER / name)
    torch.manual_seed(recipe.seed)
    model = build_model(name, len(tokenizer))
    before = {key: value.clone() for key, value in model.state_dict().items()}
    pretrain.train(model, pretrain.training_batches(recipe, tokenizer), recipe)
    return before, model.state_dict()


@pytest.mark.parametrize("name", pretrain.RECIPES)
def test_two_runs_of_a_recipe_give_the_same_weights(name):
    (before, first), (_, second) = trained(name), trained(name)
    assert all(torch.equal(first[key], second[key]) for key in first)
    assert any(not torch.equal(first[key], before[key]) for key in first)


@pytest.mark.parametrize("name", ["t5-tiny", "bart-tiny"])
def test_denoising_pairs_hide_text_and_end_with_the_end_token(name):
    tokenizer = AutoTokenizer.from_pretrained(FOLDER / name)
    hidden = tokenizer.mask_token_id or tokenizer.convert_tokens_to_ids("<extra_id_0>")
    for source, target in islice(batches.denoising_pairs(tokenizer, seed=0), 50):
        assert hidden in source
        assert source[-1] == target[-1] == tokenizer.eos_token_id


def test_barts_target_is_the_whole_undamaged_document():
    tokenizer = AutoTokenizer.from_pretrained(FOLDER / "bart-tiny")
    pairs = islice(batches.denoising_pairs(tokenizer, seed=0), 20)
    documents = islice(batches.corpus.documents(0), 20)
    for (_, target), document in zip(pairs, documents, strict=True):
        assert tokenizer.decode(target, skip_special_tokens=True).strip() == document


def test_batches_pad_inputs_with_pad_and_labels_with_minus_100():
    tokenizer = AutoTokenizer.from_pretrained(FOLDER / "t5-tiny")
    pairs = iter([([5, 6, 1], [7, 1]), ([5, 1], [8, 9, 1])])
    (batch,) = batches.batches(pairs, tokenizer, size=2, seed=0)
    assert batch["input_ids"].tolist() == [[5, 1, 0], [5, 6, 1]]
    assert batch["attention_mask"].tolist() == [[1, 1, 0], [1, 1, 1]]
    assert batch["labels"].tolist() == [[8, 9, 1], [7, 1, -100]]


def test_the_rate_rises_then_falls_to_zero():
    recipe = replace(pretrain.RECIPES["t5-tiny"], steps=100, warmup_steps=10)
    factor = pretrain.warmup_then_decay(recipe)
    rates = [factor(step) for step in range(101)]
    assert rates[0] == pytest.approx(0.1)
    assert rates.index(max(rates)) in {9, 10}
    assert rates[100] == 0


def test_larger_tensors_take_larger_steps():
    model = build_model("t5-tiny", 1400)
    groups = pretrain.scaled_adamw(model, 0.03).param_groups
    rate_of = {id(p): group["lr"] for group in groups for p in group["params"]}
    assert len(rate_of) == len(list(model.parameters()))
    query = model.encoder.block[0].layer[0].SelfAttention.q.weight
    assert rate_of[id(model.shared.weight)] > 10 * rate_of[id(query)]


def test_training_the_tokenizers_twice_gives_the_same_files(tmp_path):
    texts = list(islice(batches.corpus.documents(5), 6000))
    for train, file in (
        (tokenization.train_sentencepiece, "spiece.model"),
        (tokenization.train_byte_bpe, "merges.txt"),
    ):
        written = []
        for run in ("first", "second"):
            folder = tmp_path / run
            folder.mkdir(exist_ok=True)
            train(texts, folder)
            written.append((folder / file).read_bytes())
        assert written[0] == written[1]
