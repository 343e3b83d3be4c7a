"""Long inputs in windows: nothing is left out, every window fits, and their order decides nothing."""

from __future__ import annotations

import random
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import ftkit
from ftkit.answering import prediction
from ftkit.answering.prediction import Prediction, predict
from ftkit.data.examples import Formatter
from ftkit.descriptions import Example
from ftkit.inference.windows import in_windows
from ftkit.loading import LoadedModel
from support.real_data import json_file, needs_real_data

LIMIT = 256
TINY = ftkit.load("t5-tiny", task="qa", device="cpu")
TOKENIZERS = {name: ftkit.load(name, device="cpu").tokenizer for name in ("t5-tiny", "bart-tiny")}
FORMATTER = Formatter.of(TINY)
PIECES = [
    "word ",
    "…",
    "😀",
    "👍🏽",
    "(x)",
    "日本語",
    "ﬁ",
    "\t",
    "  ",
    "\n",
    "Straße ",
    "a",
    "0123456789",
    "é",
]
texts = st.lists(st.sampled_from(PIECES), min_size=40, max_size=150).map("".join)


@pytest.mark.parametrize("checkpoint", ["t5-tiny", "bart-tiny"])
@given(text=texts, overlap=st.integers(0, 60))
@settings(max_examples=40)
def test_windows_fit_the_limit_and_leave_no_letter_out(checkpoint: str, text: str, overlap: int) -> None:
    tokenizer = TOKENIZERS[checkpoint]
    before, after = "question: what? context: ", " end"
    example = Example(f"{before}{text}{after}", window=(len(before), len(before) + len(text)))
    windows = in_windows(example, tokenizer, 60, overlap)
    covered = 0
    for each in windows:
        assert each.window is not None
        piece = each.input[slice(*each.window)]
        assert each.input == f"{before}{piece}{after}"
        assert len(tokenizer(each.input)["input_ids"]) <= 60
        found = [at for at in range(covered + 1) if text.startswith(piece, at)]
        covered = max(at + len(piece) for at in found)
    assert covered == len(text)


def test_windows_end_at_blanks_where_there_are_some() -> None:
    text = "word " * 300
    example = Example(text, window=(0, len(text)))
    for each in in_windows(example, TINY.tokenizer, 60, 10):
        assert set(each.input.split()) == {"word"}


def test_what_names_no_window_is_not_cut_apart() -> None:
    example = Example("word " * 500)
    assert in_windows(example, TINY.tokenizer, 60, 8) == [example]


def test_a_question_that_fills_the_limit_leaves_no_room_for_windows() -> None:
    example = Example("word " * 500, window=(2000, 2500))
    assert in_windows(example, TINY.tokenizer, 60, 8) == [example]


class Oracle:
    """Answers a question rightly and surely where it sees the answer, else wrongly and unsurely."""

    def __init__(self, answers: dict[str, str]) -> None:
        self.answers = answers
        self.device = torch.device("cpu")
        self.dtype = torch.float32
        self.training = False
        self.config = TINY.model.config
        self.generation_config = TINY.model.generation_config

    def eval(self) -> None:
        """Nothing changes."""

    def train(self, _mode: bool) -> None:  # noqa: FBT001 - torch's signature
        """Nothing changes."""

    def get_encoder(self) -> torch.nn.Module:
        """Nothing that reads."""
        return torch.nn.Identity()

    def generate(self, input_ids: torch.Tensor, **_: Any) -> torch.Tensor:
        ids, _sure = self._answered(input_ids)
        return torch.cat([torch.zeros(len(ids), 1, dtype=torch.long), ids], dim=1)

    def __call__(self, input_ids: torch.Tensor, decoder_input_ids: torch.Tensor, **_: Any) -> SimpleNamespace:
        ids, sure = self._answered(input_ids)
        missing = decoder_input_ids.shape[1] - ids.shape[1]
        ids = torch.nn.functional.pad(ids, (0, missing))
        logits = torch.nn.functional.one_hot(ids, len(TINY.tokenizer)) * sure[:, None, None]
        return SimpleNamespace(logits=logits)

    def _answered(self, input_ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Tokens of the answers, (B, T), and by how much each stands out."""
        written, sure = [], []
        for text in TINY.tokenizer.batch_decode(input_ids, skip_special_tokens=True):
            question, _, context = text.removeprefix("question: ").partition(" context: ")
            answer = self.answers[question]
            found = tokenised(answer) in context
            sure.append(20.0 if found else 5.0)
            written.append(TINY.tokenizer(answer if found else "I do not know").input_ids)
        width = max(map(len, written))
        return torch.tensor([each + [0] * (width - len(each)) for each in written]), torch.tensor(sure)


def tokenised(text: str) -> str:
    """The text as it is after a tokenizer that knows few characters."""
    return str(TINY.tokenizer.decode(TINY.tokenizer(text)["input_ids"], skip_special_tokens=True))


def long_examples(count: int) -> tuple[list[Example], dict[str, str]]:
    """SQuAD rows whose passage stands somewhere among foreign ones, over 2,000 tokens in all."""
    articles = json_file("squad/validation.json")["data"]
    paragraphs = [paragraph for article in articles for paragraph in article["paragraphs"]]
    rng = random.Random(0)
    chosen, answers = [], {}
    for number, paragraph in enumerate(rng.sample(paragraphs, count)):
        asked = paragraph["qas"][0]
        foreign = [each["context"] for each in paragraphs if each is not paragraph]
        passages = rng.sample(foreign, 4)
        passages.insert(rng.randrange(5), paragraph["context"])
        row = {"question": f"{number} {asked['question']}", "context": " ".join(passages)}
        chosen.append(FORMATTER.example(row))
        answers[tokenised(row["question"])] = asked["answers"][0]["text"]
    return chosen, answers


def asked(examples: Sequence[Example], answers: dict[str, str]) -> list[Prediction]:
    model: Any = Oracle(answers)
    oracle = LoadedModel(model, TINY.tokenizer, TINY.plugins, "", TINY.options)
    return predict(oracle, examples, {"max_input_tokens": LIMIT})


@needs_real_data
def test_an_oracle_finds_every_answer_in_passages_of_over_2000_tokens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    examples, answers = long_examples(100)
    lengths = [len(TINY.tokenizer(each.input, verbose=False)["input_ids"]) for each in examples]
    assert min(lengths) > 2000
    found = asked(examples, answers)
    assert [each.answer for each in found] == [tokenised(each) for each in answers.values()]
    assert not any(each.truncated for each in found)
    assert min(each.windows for each in found) > 8

    rng = random.Random(1)

    def shuffled(*arguments: Any) -> list[Example]:
        windows = in_windows(*arguments)
        rng.shuffle(windows)
        return windows

    monkeypatch.setattr(prediction, "in_windows", shuffled)
    again = asked(examples, answers)
    assert [(each.answer, each.score) for each in again] == [(each.answer, each.score) for each in found]


@needs_real_data
def test_without_windows_what_stands_behind_the_limit_is_not_found() -> None:
    examples, answers = long_examples(20)
    cut = [Example(each.input, window=None) for each in examples]
    found = asked(cut, answers)
    assert all(each.truncated for each in found)
    wanted = map(tokenised, answers.values())
    assert sum(each.answer == right for each, right in zip(found, wanted, strict=True)) < 10
