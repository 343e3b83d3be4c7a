"""Texts that are let go as they end, against transformers' own greedy search."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from peft import PrefixTuningConfig, TaskType, get_peft_model
from transformers import (
    BatchEncoding,
    DynamicCache,
    EncoderDecoderCache,
    GenerationConfig,
    LEDConfig,
    LEDForConditionalGeneration,
    PreTrainedModel,
)
from transformers.cache_utils import Cache

import ftkit
from ftkit.inference.cache import RoomyLayer, roomy_cache
from ftkit.inference.generation import generate
from ftkit.inference.greedy import write_greedily
from ftkit.inference.settings import GENERATION
from ftkit.loading import LoadedModel
from support.small import METHODS

CHECKPOINTS = ("t5-tiny", "flan-t5-tiny", "bart-tiny")
TEXTS = [  # of which the answers are from two tokens long to more than STEPS
    "question: Where does Anna live? context: Anna lives in Berlin. Peter lives in Rome.",
    "The dog",
    "translate to german. english: The old dog sleeps under the table, and the cat sees the bird.",
    "sentiment analysis: I liked it.",
    "one two three",
    "The cat sees the bird, and the bird sees the cat.",
]
STEPS = 24
SETTINGS = {option.name: option.default for option in GENERATION} | {"max_output_tokens": STEPS, "seed": 0}


def ready(checkpoint: str, method: str = "full") -> tuple[LoadedModel, BatchEncoding, GenerationConfig]:
    loaded = ftkit.load(checkpoint, method=method, device="cpu")
    model, tokenizer = loaded
    model.eval()
    config = GenerationConfig(
        max_new_tokens=STEPS,
        decoder_start_token_id=model.config.decoder_start_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return loaded, tokenizer(TEXTS, padding=True, return_tensors="pt"), config


@torch.no_grad()
def written(model: PreTrainedModel, batch: Any, config: GenerationConfig) -> Any:
    cache = roomy_cache(model, STEPS)
    assert cache is not None
    return write_greedily(model, batch, cache, config)


@torch.no_grad()
def expected(
    model: PreTrainedModel, batch: Any, config: GenerationConfig
) -> tuple[torch.Tensor, torch.Tensor]:
    """Tokens, (B, 1 + T), and their log-probabilities, (B, T), as transformers has them."""
    found = model.generate(
        **batch,
        generation_config=config,
        use_model_defaults=False,
        output_logits=True,
        return_dict_in_generate=True,
    )
    logits = torch.stack(found.logits, dim=1)
    return found.sequences, logits.log_softmax(dim=-1).amax(dim=-1)


def assert_same(ours: Any, theirs: tuple[torch.Tensor, torch.Tensor], ends: list[int]) -> None:
    ids, scores = ours
    assert ids.shape == theirs[0].shape
    for row, wanted, score, wanted_score in zip(ids, theirs[0], scores, theirs[1], strict=True):
        places = torch.isin(wanted[1:], torch.tensor(ends)).nonzero()
        end = int(places[0]) + 1 if len(places) else STEPS
        assert row[: end + 1].tolist() == wanted[: end + 1].tolist()
        torch.testing.assert_close(score[:end], wanted_score[:end], atol=1e-4, rtol=0)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("checkpoint", CHECKPOINTS)
def test_texts_and_scores_are_those_of_transformers(checkpoint: str, method: str) -> None:
    (model, _), batch, config = ready(checkpoint, method)
    ours = written(model, batch, config)
    assert_same(ours, expected(model, batch, config), [config.eos_token_id])


@pytest.mark.parametrize("checkpoint", CHECKPOINTS)
def test_a_text_ends_with_any_of_several_tokens(checkpoint: str) -> None:
    (model, tokenizer), batch, config = ready(checkpoint)
    third = int(expected(model, batch, config)[0][2, 3])
    config.eos_token_id = [tokenizer.eos_token_id, third]
    assert_same(written(model, batch, config), expected(model, batch, config), config.eos_token_id)


@pytest.mark.parametrize("checkpoint", CHECKPOINTS)
def test_a_step_costs_as_many_rows_as_go_on(checkpoint: str) -> None:
    (model, _), batch, config = ready(checkpoint)
    rows: list[int] = []
    hook = model.get_output_embeddings().register_forward_hook(
        lambda _module, _inputs, logits: rows.append(len(logits))
    )
    written(model, batch, config)
    hook.remove()
    assert rows[0] == len(TEXTS)
    assert rows == sorted(rows, reverse=True)
    assert rows[-1] <= len(TEXTS) // 2


def test_a_text_that_has_ended_says_nothing_more() -> None:
    (model, tokenizer), batch, config = ready("flan-t5-tiny")
    with torch.no_grad():
        found = generate(model, tokenizer, batch, SETTINGS)
    ids, _ = expected(model, batch, config)
    assert [each.text for each in found] == tokenizer.batch_decode(ids, skip_special_tokens=True)


def test_prefix_tuning_puts_its_own_cache_in_and_is_left_to_transformers() -> None:
    (model, tokenizer), batch, config = ready("t5-tiny")
    torch.manual_seed(0)
    prefix = PrefixTuningConfig(task_type=TaskType.SEQ_2_SEQ_LM, num_virtual_tokens=4)
    tuned: Any = get_peft_model(model, prefix).eval()
    assert written(tuned, batch, config) is None
    with torch.no_grad():
        found = generate(tuned, tokenizer, batch, SETTINGS)
    ids, scores = expected(tuned, batch, config)
    assert [each.text for each in found] == tokenizer.batch_decode(ids, skip_special_tokens=True)
    ends = (ids[:, 1:] == tokenizer.eos_token_id).int()
    counted = (ends.cumsum(dim=1) - ends) == 0
    means = (scores * counted).sum(dim=1) / counted.sum(dim=1)
    assert [each.score for each in found] == pytest.approx(means.tolist(), abs=1e-4)


def test_a_model_whose_encoder_answers_in_a_way_of_its_own_is_read_in_pieces() -> None:
    _, tokenizer = ftkit.load("bart-tiny", device="cpu")
    torch.manual_seed(0)
    sizes = {f"{half}_{key}": 2 for half in ("encoder", "decoder") for key in ("layers", "attention_heads")}
    config = LEDConfig(len(tokenizer), 64, 64, d_model=16, attention_window=8, **sizes)
    led = LEDForConditionalGeneration(config).eval()
    batch = tokenizer(TEXTS, padding=True, return_tensors="pt")
    found = generate(led, tokenizer, batch, SETTINGS | {"token_budget": 20})
    ends = {"eos_token_id": config.eos_token_id, "pad_token_id": config.pad_token_id}
    start = GenerationConfig(max_new_tokens=STEPS, decoder_start_token_id=2, **ends)
    ids, _ = expected(led, batch, start)
    assert [each.text for each in found] == tokenizer.batch_decode(ids, skip_special_tokens=True)


@pytest.mark.parametrize("ahead", [1, 3])
def test_where_memory_is_taken_up_little_by_little_texts_are_the_same(ahead: int) -> None:
    (model, _), batch, config = ready("flan-t5-tiny")
    cache = EncoderDecoderCache(Cache(layer_class_to_replicate=lambda: RoomyLayer(ahead)), DynamicCache())
    with torch.no_grad():
        ours = write_greedily(model, batch, cache, config)
    assert_same(ours, expected(model, batch, config), [config.eos_token_id])


@pytest.mark.parametrize("rows", [1, len(TEXTS)])
def test_a_text_of_a_single_token_has_a_score(rows: int) -> None:
    (model, tokenizer), batch, _ = ready("t5-tiny")
    some = {name: each[:rows] for name, each in batch.items()}
    found = generate(model, tokenizer, some, SETTINGS | {"max_output_tokens": 1})
    with torch.no_grad():
        starts = torch.full((rows, 1), model.config.decoder_start_token_id)
        best = model(**some, decoder_input_ids=starts).logits[:, -1].log_softmax(dim=-1).amax(dim=-1)
    assert [each.score for each in found] == pytest.approx(best.tolist(), abs=1e-4)


def test_a_model_that_generates_in_a_way_of_its_own_is_asked_to(monkeypatch: pytest.MonkeyPatch) -> None:
    (model, tokenizer), batch, _ = ready("t5-tiny")
    said = tokenizer("The dog", return_tensors="pt").input_ids.expand(len(TEXTS), -1)
    ids = torch.nn.functional.pad(said, (1, 0))
    monkeypatch.setattr(type(model), "generate", lambda *_, **__: ids)
    with torch.no_grad():
        found = generate(model, tokenizer, batch, SETTINGS)
    assert {each.text for each in found} == {"The dog"}
