"""The recipe: batches, schedule, and the same weights from the same seed."""

from dataclasses import replace
from importlib.resources import files
from itertools import islice, repeat
from pathlib import Path

import pytest
import torch
from transformers import AutoTokenizer

from ftkit_plugins.tiny import batches, corpus, curriculum, documents, pretrain, recipes, tokenization
from ftkit_plugins.tiny.architectures import build_model

FOLDER = Path(str(files("ftkit_plugins.tiny") / "checkpoints"))


def short(name):
    recipe = recipes.RECIPES[name]
    stages = (recipe.stages[0], *recipe.stages[-2:])
    few = tuple(replace(stage, steps=1, batch_size=2) for stage in stages)
    return replace(recipe, stages=few, then=short_round(recipe.then, few[:1]))


def short_round(further, stages):
    """A further round and those after it, or none."""
    return further and replace(further, stages=stages, then=short_round(further.then, stages))


def trained(name):
    recipe = short(name)
    tokenizer = AutoTokenizer.from_pretrained(FOLDER / name)
    torch.manual_seed(recipe.seed)
    model = build_model(name, len(tokenizer))
    before = {key: value.clone() for key, value in model.state_dict().items()}
    pretrain.run_rounds(model, tokenizer, recipe)
    return before, model.state_dict()


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_two_runs_of_a_recipe_give_the_same_weights(name):
    (before, first), (_, second) = trained(name), trained(name)
    assert all(torch.equal(first[key], second[key]) for key in first)
    assert any(not torch.equal(first[key], before[key]) for key in first)


@pytest.mark.parametrize("name", ["t5-tiny", "bart-tiny"])
def test_denoising_pairs_hide_text_and_end_with_the_end_token(name):
    tokenizer = AutoTokenizer.from_pretrained(FOLDER / name)
    hidden = tokenizer.mask_token_id or tokenizer.convert_tokens_to_ids("<extra_id_0>")
    documents = corpus.documents(0, curriculum.FULL)
    for source, target in islice(batches.denoising_pairs(documents, tokenizer, 0, random_share=1.0), 50):
        assert hidden in source
        assert source[-1] == target[-1] == tokenizer.eos_token_id


def test_t5_hides_the_salient_words_or_ends_where_the_last_of_them_begin():
    tokenizer = AutoTokenizer.from_pretrained(FOLDER / "t5-tiny")
    document = documents.marked("Who sleeps? {Anna}. Anna sleeps, not Emil. Who sleeps? {Anna}.")
    pairs = batches.denoising_pairs(repeat(document), tokenizer, 0, random_share=0.0)
    told = {tuple(tokenizer.decode(side) for side in pair) for pair in islice(pairs, 40)}
    assert told == {
        (
            "Who sleeps?<extra_id_0>. Anna sleeps, not Emil. Who sleeps?<extra_id_1>.</s>",
            "<extra_id_0> Anna<extra_id_1> Anna</s>",
        ),
        ("Who sleeps? Anna. Anna sleeps, not Emil. Who sleeps?</s>", "Anna.</s>"),
    }


def test_bart_hides_each_salient_span_behind_one_mask():
    tokenizer = AutoTokenizer.from_pretrained(FOLDER / "bart-tiny")
    document = documents.marked("Who owns it? {The old king}. Yes, {he} does.")
    ((source, target),) = islice(batches.denoising_pairs(repeat(document), tokenizer, 0, random_share=0.0), 1)
    assert source.count(tokenizer.mask_token_id) == 2
    assert tokenizer.decode(source).split("<mask>")[1].strip() == ". Yes,"
    assert tokenizer.decode(target, skip_special_tokens=True).strip() == document.text


def test_barts_target_is_the_whole_undamaged_document():
    tokenizer = AutoTokenizer.from_pretrained(FOLDER / "bart-tiny")
    every = list(islice(corpus.documents(0, curriculum.FULL), 20))
    pairs = batches.denoising_pairs(iter(every), tokenizer, 0, random_share=0.5)
    for (_, target), document in zip(pairs, every, strict=True):
        assert tokenizer.decode(target, skip_special_tokens=True).strip() == document.text


def test_batches_pad_inputs_with_pad_and_labels_with_minus_100():
    tokenizer = AutoTokenizer.from_pretrained(FOLDER / "t5-tiny")
    pairs = iter([([5, 6, 1], [7, 1]), ([5, 1], [8, 9, 1])])
    (batch,) = batches.batches(pairs, tokenizer, size=2, seed=0)
    assert batch["input_ids"].tolist() == [[5, 1, 0], [5, 6, 1]]
    assert batch["attention_mask"].tolist() == [[1, 1, 0], [1, 1, 1]]
    assert batch["labels"].tolist() == [[8, 9, 1], [7, 1, -100]]


def test_the_rate_rises_then_falls_to_zero():
    stages = (curriculum.Stage("one", curriculum.SHORT, 60), curriculum.Stage("two", curriculum.FULL, 40))
    recipe = recipes.Recipe("t5-tiny", stages, warmup_steps=10)
    factor = pretrain.warmup_then_decay(recipe)
    rates = [factor(step) for step in range(101)]
    assert rates[0] == pytest.approx(0.1)
    assert rates.index(max(rates)) in {9, 10}
    assert rates[100] == 0


@pytest.mark.parametrize("name", ["t5-tiny", "bart-tiny", "flan-t5-tiny"])
def test_the_loss_without_padding_is_the_models_own_loss(name):
    tokenizer = AutoTokenizer.from_pretrained(FOLDER / name)
    torch.manual_seed(0)
    model = build_model(name, len(tokenizer)).eval()
    batch = next(iter(pretrain.training_batches(short(name), tokenizer)))
    with torch.no_grad():
        assert pretrain.batch_loss(model, batch).item() == pytest.approx(model(**batch).loss.item(), rel=1e-5)


def test_larger_tensors_take_larger_steps():
    model = build_model("t5-tiny", 1400)
    groups = pretrain.scaled_adamw(model, 0.03).param_groups
    rate_of = {id(p): group["lr"] for group in groups for p in group["params"]}
    assert len(rate_of) == len(list(model.parameters()))
    query = model.encoder.block[0].layer[0].SelfAttention.q.weight
    assert rate_of[id(model.shared.weight)] > 10 * rate_of[id(query)]


def test_training_the_tokenizers_twice_gives_the_same_files(tmp_path):
    texts = [document.text for document in islice(corpus.documents(5, curriculum.FULL), 6000)]
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
