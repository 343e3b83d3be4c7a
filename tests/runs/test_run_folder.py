"""A run's folder explains itself: card, curves, recipe with provenance; and its model answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

import ftkit
from ftkit.finetuning.curves import Curve, draw_curves, read_curves
from support import killed, small
from support.warm import run_warm_ftkit

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> ftkit.Run:
    folder = tmp_path_factory.mktemp("runs") / "run"
    return ftkit.train(killed.recipe("lora", folder, eval_steps=3, remove_checkpoints=True), quiet=True)


def test_the_folder_holds_what_the_pages_promise_and_no_checkpoints_once_it_has_finished(
    run: ftkit.Run,
) -> None:
    assert {each.name for each in run.folder.iterdir() if each.name != ".lock"} == {
        *("README.md", "recipe.yaml", "metrics.jsonl", "predictions.jsonl", "result.json"),
        *("curves.svg", "artifact"),
    }


def test_the_card_has_a_header_for_the_hub_and_the_figures_of_the_result(run: ftkit.Run) -> None:
    _, header, text = (run.folder / "README.md").read_text().split("---\n", 2)
    assert yaml.safe_load(header)["tags"] == ["ftkit", "lora", "sentiment"]
    assert f"| accuracy | {round(run.result['metrics']['accuracy'], 4):g} |" in text
    assert f"{run.result['trainable_parameters']:,} of {run.result['total_parameters']:,} parameters" in text
    assert run.predict_command in text


def test_the_recipe_says_what_the_run_was_made_with(run: ftkit.Run) -> None:
    made_with = yaml.safe_load((run.folder / "recipe.yaml").read_text())["made_with"]
    assert made_with["plugins"]["method:lora"].startswith("ftkit:lora ")
    assert made_with == {key: run.result[key] for key in ("versions", "plugins", "data")}


def test_metrics_count_tokens_and_keep_the_evaluations(run: ftkit.Run) -> None:
    rows = [json.loads(line) for line in (run.folder / "metrics.jsonl").read_text().splitlines()]
    logged = [row for row in rows if "loss" in row]
    assert set(logged[0]) == {"step", "epoch", "loss", "learning_rate", "tokens", "seconds"}
    assert [row["tokens"] for row in logged] == sorted(row["tokens"] for row in logged)
    assert [row["step"] for row in rows if "evaluation" in row] == [3, 6, 9]


def test_the_curves_show_every_logged_step_and_every_evaluation(run: ftkit.Run) -> None:
    root = ET.fromstring((run.folder / "curves.svg").read_text())  # noqa: S314 - our own
    titles = [text.text for text in root.iter(f"{SVG}text") if text.get("class") == "title"]
    assert titles == ["training loss", "validation accuracy"]
    rows = [json.loads(line) for line in (run.folder / "metrics.jsonl").read_text().splitlines()]
    drawn = [len(str(line.get("points")).split()) for line in root.iter(f"{SVG}polyline")]
    assert drawn == [sum("loss" in row for row in rows), sum("evaluation" in row for row in rows)]


def test_an_evaluation_without_a_number_has_no_point_in_the_curves() -> None:
    rows = [{"step": 1, "loss": 2.0}] + [
        {"step": step, "evaluation": {"f1": value}} for step, value in ((2, None), (4, 0.5))
    ]
    assert read_curves(rows, "f1") == [
        Curve("training loss", [(1, 2.0)]),
        Curve("validation f1", [(4, 0.5)]),
    ]


@pytest.mark.parametrize(
    "points", [[(1, 3.0), (10, 1.0), (20, 0.5)], [(5, 0.0)], [(1, -2.0), (2, 1e6)], [(1, 2.0), (2, 2.0)]]
)
def test_larger_values_are_drawn_higher_and_later_steps_further_right(
    points: list[tuple[int, float]],
) -> None:
    root = ET.fromstring(draw_curves([Curve("loss <&>", points)]))  # noqa: S314 - likewise
    [line] = root.iter(f"{SVG}polyline")
    places = [tuple(map(float, pair.split(","))) for pair in str(line.get("points")).split()]
    assert [x for x, _ in places] == sorted(x for x, _ in places)
    by_value = sorted(range(len(points)), key=lambda index: points[index][1])
    heights = [places[index][1] for index in by_value]
    assert heights == sorted(heights, reverse=True)
    ticks = [text for text in root.iter(f"{SVG}text") if text.get("text-anchor") == "end"]
    assert 2 <= len(ticks) <= 7


def test_a_run_answers_rows_in_python_as_it_did_in_its_own_evaluation(run: ftkit.Run) -> None:
    loaded = ftkit.load_run(run.folder, device="cpu")
    rows = [json.loads(line) for line in killed.rows().read_text().splitlines()]
    answered = loaded.predict([{"text": row["text"]} for row in rows])
    written = [json.loads(line) for line in (run.folder / "predictions.jsonl").read_text().splitlines()]
    assert [each.text for each in answered] == [row["prediction"] for row in written]
    with pytest.raises(ftkit.RowError, match=r"row 2: the row lacks 'text'"):
        loaded.predict([{"text": "a"}, {"txt": "b"}])


def ask(run: ftkit.Run, *words: str) -> Any:
    return run_warm_ftkit("predict", str(run.folder), *words)


def test_the_command_answers_texts_and_columns(run: ftkit.Run) -> None:
    texts = ask(run, "Film 1 was good.", "Film 2 was very good.", "--json")
    assert [each["row"] for each in texts.json] == [
        {"text": f"Film {t} good."} for t in ("1 was", "2 was very")
    ]
    column = ask(run, "--text", "Film 1 was good.")
    assert column.out == texts.json[0]["text"].strip() + "\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "nothing to answer"),
        (("--txt", "x"), "row 1: the row lacks 'text'"),
        (("--text",), "columns are given as --COLUMN TEXT"),
    ],
)
def test_a_wrong_question_is_one_message(run: ftkit.Run, words: tuple[str, ...], said: str) -> None:
    refused = ask(run, *words)
    assert refused.status == 2
    assert said in refused.err
    assert "Traceback" not in refused.err


def test_a_folder_that_is_no_run_cannot_answer(tmp_path: Path) -> None:
    with pytest.raises(ftkit.RunError, match=r"is not a run: it has no recipe\.yaml"):
        ftkit.load_run(tmp_path)


def test_a_folder_that_is_not_there_cannot_answer(tmp_path: Path) -> None:
    with pytest.raises(ftkit.RunError, match="nope: there is no such folder; a run's folder is wanted"):
        ftkit.load_run(tmp_path / "nope")


def test_a_tracker_that_is_not_installed_is_refused_before_a_folder_is_made(tmp_path: Path) -> None:
    with pytest.raises(ftkit.OptionsError, match="trackers: no-such is not installed"):
        ftkit.train(killed.recipe("lora", tmp_path / "run", trackers=("no-such",)), quiet=True)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("method", small.METHODS)
@pytest.mark.parametrize("backbone", small.BACKBONES)
def test_every_pair_answers_after_loading_as_at_the_end_of_its_training(
    backbone: str, method: str, tmp_path: Path
) -> None:
    run = ftkit.train(killed.recipe(method, tmp_path / "run", backbone, max_steps=2), quiet=True)
    first = json.loads((run.folder / "predictions.jsonl").read_text().splitlines()[0])
    text = first["input"].removeprefix("sentiment analysis: ")
    assert ftkit.load_run(run.folder, device="cpu").predict([{"text": text}])[0].text == first["prediction"]


def test_the_artifact_of_a_whole_model_is_one_that_anybody_can_load(tmp_path: Path) -> None:
    run = ftkit.train(killed.recipe("full", tmp_path / "run", max_steps=1), quiet=True)
    tokenizer = AutoTokenizer.from_pretrained(run.folder / "artifact")
    model = AutoModelForSeq2SeqLM.from_pretrained(run.folder / "artifact")
    ours = ftkit.load_run(run.folder, device="cpu").loaded
    text = "sentiment analysis: Film 3 was very very good."
    assert tokenizer(text)["input_ids"] == ours.tokenizer(text)["input_ids"]
    for name, tensor in model.state_dict().items():
        assert tensor.equal(ours.model.state_dict()[name])
    recipe = ftkit.Recipe(model="t5", task="sentiment", data=str(killed.rows()), device="cpu")
    report = ftkit.evaluate(run.folder / "artifact", recipe, output=str(tmp_path / "evaluation"))
    assert report.result["metrics"] == run.result["metrics"]
