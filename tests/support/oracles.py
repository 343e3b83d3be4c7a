"""Outputs of published systems with their references, as the built-in tasks parse them."""

from __future__ import annotations

from typing import Any

from ftkit.data.examples import Formatter
from ftkit.registry.registration import create_manager
from ftkit_plugins.tasks import qa, translation
from support.real_data import json_file, lines

ANSWERERS = (
    "bert_ensemble",
    "logistic_regression",
    "match_lstm_ensemble",
    "rnet_plus_ensemble",
    "slqa_plus_ensemble",
)
TRANSLATORS = ("JDExploreAcademy", "Online-B", "OpenNMT", "PROMT")
REFERENCE_SETS = ("A", "B", "all")
_WMT22 = "oracles/wmt22_en_de/generaltest2022.en-de"
QA = Formatter(create_manager({"qa": qa}), {})
TRANSLATION = Formatter(create_manager({"translation": translation}), {"source": "en", "target": "de"})


def expected() -> Any:
    return json_file("oracles/expected.json")


def squad_answers(system: str) -> tuple[list[Any], list[list[Any]]]:
    """Predictions and references of the selection of SQuAD's development set."""
    answers = json_file(f"oracles/squad/{system}.json")
    rows = QA.rows(json_file("squad/validation.json"))
    predictions = [QA.parse(answers.get(row["id"], "")) for row in rows]
    return predictions, [[QA.parse(answer["text"]) for answer in row["answers"]] for row in rows]


def wmt22_translations(system: str, references: str) -> tuple[list[Any], list[list[Any]]]:
    """Predictions and references of WMT22's general test set, English to German."""
    chosen = [_parsed(file) for file in reference_files(references)]
    return _parsed(output_file(system)), [list(each) for each in zip(*chosen, strict=True)]


def score(formatter: Formatter, predictions: list[Any], references: list[list[Any]]) -> Any:
    """The task's metrics, through its hook."""
    hook = formatter.manager.hook
    return hook.score(predictions=predictions, references=references, options=formatter.options)


def reference_files(references: str) -> list[str]:
    """Files below the data folder: references A, B, or all."""
    return [f"{_WMT22}.ref.{each}.de" for each in ("AB" if references == "all" else references)]


def output_file(system: str) -> str:
    """A translator's output, likewise."""
    return f"{_WMT22}.hyp.{system}.de"


def _parsed(name: str) -> list[Any]:
    return [TRANSLATION.parse(f"german: {line}") for line in lines(name)]
