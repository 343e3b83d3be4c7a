"""A program of somebody else: nobody runs it, a strict type checker reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from typing_extensions import assert_type

import ftkit
from ftkit.models import load_bart_base, load_t5_base
from ftkit.testing import Conformance, check_task, conformance_tests


def train() -> str:
    """What the commands do, from a program."""
    recipe = ftkit.Recipe(model="t5", method="lora", task="qa", options={"method": {"rank": 4}}, seed=3)
    assert_type(ftkit.plan(recipe), ftkit.Forecast)
    run = ftkit.train(recipe, quiet=True)
    assert_type(run, ftkit.Run)
    assert_type(run.folder, Path)
    assert_type(run.result, Mapping[str, Any])
    report = ftkit.evaluate(run.folder, generation={"num_beams": 4})
    assert_type(report.result["metrics"], Any)
    comparison = ftkit.compare(ftkit.ComparisonRecipe.from_dict({"model": "t5", "method": ["full", "lora"]}))
    assert_type(comparison, ftkit.Comparison)
    answers = ftkit.load_run(run.folder).predict([{"question": "Who?", "context": "Ada."}])
    assert_type(answers, list[ftkit.Prediction])
    return answers[0].text


def load() -> None:
    """A model and its tokenizer, both ways."""
    model, tokenizer = load_t5_base(finetune_type="lora", task="question_answering", device="cpu")
    other = load_bart_base("bart-base")
    loaded = ftkit.load("t5", method="adapter")
    assert_type(loaded, ftkit.LoadedModel)
    print(model, tokenizer, other, loaded.model)


@ftkit.hookimpl
def describe_task() -> ftkit.TaskInfo:
    """A plugin's hooks keep their types behind the marker."""
    return ftkit.TaskInfo(
        columns=(ftkit.Column("text", "what is read"),),
        metrics=(ftkit.Metric("accuracy", "share of right answers"),),
        max_output_tokens=8,
    )


assert_type(describe_task(), ftkit.TaskInfo)


@ftkit.hookimpl
def expand_record(record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """One row of each record."""
    if "text" not in record:
        raise ftkit.RowError("no text")
    yield record


assert_type(check_task("mine"), Conformance)
test_mine = conformance_tests("mine", rows=[{"text": "a", "label": "b"}])
