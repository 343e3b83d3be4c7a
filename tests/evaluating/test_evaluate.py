"""`ftkit evaluate`: runs, checkpoints as they are, data; figures, files, errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import ftkit
from support.warm import run_warm_ftkit
from support.wheels import task_distribution, unpack

KEYS = {
    *("metrics", "examples", "unparseable", "truncated", "seconds", "examples_per_second"),
    *(
        "peak_memory_bytes",
        "generation",
        "signatures",
        "intervals",
        "rejected",
        "data",
        "versions",
        "plugins",
    ),
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on the bundled sample that has learned next to nothing."""
    recipe = ftkit.Recipe(
        model="t5",
        method="lora",
        task="sentiment",
        output=str(tmp_path_factory.mktemp("runs") / "run"),
        device="cpu",
        options={"training": {"max_steps": 2}},
    )
    return ftkit.train(recipe, quiet=True).folder


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_run_scores_on_its_validation_rows_what_its_result_says(run: Path) -> None:
    report = ftkit.evaluate(run)
    told = json.loads((run / "result.json").read_text())
    assert report.result["metrics"] == told["metrics"]
    assert report.result["examples"] == told["validation_examples"]
    assert report.folder == run / "evaluations" / "t5-lora-sentiment-1"
    assert set(report.result) >= KEYS
    assert json.loads((report.folder / "result.json").read_text()) == report.result
    kept = lines(report.folder / "predictions.jsonl")
    right = [row["parsed"] == (row["references"] == ["sentiment: True"]) for row in kept]
    assert sum(right) / len(right) == report.result["metrics"]["accuracy"]
    assert [row["metrics"]["accuracy"] for row in kept] == right


def test_a_second_evaluation_has_a_folder_of_its_own(run: Path) -> None:
    folders = {ftkit.evaluate(run).folder for _ in range(2)}
    assert len(folders) == 2


def test_a_checkpoint_nobody_has_fine_tuned_is_the_baseline(tmp_path: Path) -> None:
    ended = run_warm_ftkit("evaluate", "flan-t5-tiny", "--task", "sentiment", "--json", cwd=tmp_path)
    assert ended.status == 0, ended.err
    result = ended.json
    assert (result["checkpoint"], result["method"]) == ("flan-t5-tiny", None)
    assert result["generation"]["decoding"] == "labels"
    assert (tmp_path / result["output"] / "predictions.jsonl").is_file()


def test_what_a_checkpoint_writes_by_itself_is_counted_where_it_is_no_answer(tmp_path: Path) -> None:
    options = ["--task", "sentiment", "--generation.decoding", "generate", "--json"]
    ended = run_warm_ftkit("evaluate", "t5-tiny", *options, cwd=tmp_path)
    assert ended.status == 0, ended.err
    assert ended.json["unparseable"] == ended.json["examples"]
    assert ended.json["metrics"]["accuracy"] == 0


def test_given_rows_are_scored_and_bad_ones_set_aside(run: Path, tmp_path: Path) -> None:
    data = tmp_path / "rows.jsonl"
    rows = [
        {"text": "I liked it.", "label": 1},
        {"text": "I hated it.", "label": "??"},
        {"text": "x", "label": 0},
    ]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    arguments = ["evaluate", str(run), "--data", str(data), "--output", str(tmp_path / "out"), "--json"]
    refused = run_warm_ftkit(*arguments)
    assert refused.status == 2
    assert f"{data}:2: label must be one of" in refused.err
    ended = run_warm_ftkit(*arguments, "--on-bad-row", "set-aside", "--intervals")
    assert ended.status == 0, ended.err
    assert (ended.json["examples"], ended.json["rejected"]) == (2, 1)
    assert [row["line"] for row in lines(tmp_path / "out" / "rejected.jsonl")] == [2]
    assert [row["place"] for row in lines(tmp_path / "out" / "predictions.jsonl")] == [
        f"{data}:1",
        f"{data}:3",
    ]
    low, high = ended.json["intervals"]["accuracy"]
    assert low <= ended.json["metrics"]["accuracy"] <= high


def test_the_worst_rows_come_first_and_of_equals_the_surest(run: Path) -> None:
    report = ftkit.evaluate(run)
    worst = report.worst(len(report.rows))
    keys = [(row["metrics"]["accuracy"], -row["score"]) for row in worst]
    assert keys == sorted(keys)
    ended = run_warm_ftkit("evaluate", str(run), "--worst", "2")
    assert ended.status == 0, ended.err
    shown = [line for line in ended.out.splitlines() if line.startswith("  input")]
    assert shown == [f"  input       {row['input']}" for row in worst[:2]]


def test_generation_is_what_was_asked_for_and_is_written_into_the_result(tmp_path: Path) -> None:
    recipe = ftkit.Recipe(model="bart", task="translation", device="cpu")
    beams = ftkit.evaluate("bart-tiny", recipe, {"num_beams": 2}, output=str(tmp_path / "beams"))
    assert beams.result["generation"]["num_beams"] == 2
    assert beams.result["generation"]["no_repeat_ngram_size"] == 0
    assert "temperature" not in beams.result["generation"]


def test_outputs_end_where_the_models_positions_do_and_the_result_says_so(tmp_path: Path) -> None:
    recipe = ftkit.Recipe(model="bart", task="sentiment", device="cpu")
    options = {"decoding": "generate", "max_output_tokens": 100_000}
    report = ftkit.evaluate("bart-tiny", recipe, options, output=str(tmp_path / "long"))
    positions = ftkit.load("bart-tiny", device="cpu").model.config.max_position_embeddings
    assert report.result["generation"]["max_output_tokens"] == positions - 1  # one is the start token's


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["{run}", "--task", "qa"], "is a run, which has its own: leave out --task"),
        (["{run}", "--method.rank", "4"], "leave out --method.rank"),
        (
            ["{run}", "--generation.beams", "4"],
            "generation.beams: there is no such option; did you mean num_beams",
        ),
        (["{run}/artifact"], "say which backbone these weights are of with --model NAME"),
        (["{run}/artifact", "--method", "lora", "--task", "qa"], "to which checkpoint the artifact belongs"),
        (["none", "--method", "lora", "--task", "qa"], "there is no such folder"),
        (["t5-tiny", "--data", "rows.csv"], "say which task: --task NAME"),
        (["runs/nope"], "runs/nope is neither a run's folder nor an installed backbone or checkpoint"),
        (["t5-tinny", "--task", "qa"], "did you mean t5-tiny"),
        (
            ["{run}", "--output", "{run}"],
            "is not empty, and nothing in it was touched; choose another --output",
        ),
        (["{run}", "--data", "none.csv"], "none.csv: No such file or directory"),
        (["{run}", "--columns", "text=body"], "options of reading are about --data"),
        (
            ["{run}", "--wurst", "3"],
            "error: no such option: --wurst; did you mean --worst? ftkit evaluate --help lists",
        ),
    ],
)
def test_a_mistake_is_told_in_one_message(
    arguments: list[str], message: str, run: Path, tmp_path: Path
) -> None:
    ended = run_warm_ftkit("evaluate", *(each.format(run=run) for each in arguments), cwd=tmp_path)
    assert ended.status == 2, ended.err
    assert message in " ".join(ended.err.split())
    assert "Traceback" not in ended.err
    assert ended.out == ""


ODD = """
from ftkit import Column, Example, Metric, TaskInfo, hookimpl


@hookimpl
def describe_task():
    return TaskInfo((Column("text", "a text"),), (Metric("m", "needs two rows"),), max_output_tokens=4)


@hookimpl
def format_example(row):
    return Example(row["text"], row["text"])


@hookimpl
def parse_output(text):
    return frozenset(text.split())


@hookimpl
def score(predictions, references):
    return {"m": float("nan") / (len(predictions) - 1)}
"""


def test_a_task_that_scores_no_single_row_and_answers_no_json_loses_nothing(tmp_path: Path) -> None:
    site = unpack([task_distribution("odd", ODD)], tmp_path)
    data = tmp_path / "rows.jsonl"
    data.write_text('{"text": "a"}\n{"text": "b"}\n')
    arguments = ["--task", "odd", "--data", str(data), "--output", str(tmp_path / "out"), "--json"]
    ended = run_warm_ftkit("evaluate", "t5-tiny", "--model", "t5", *arguments, sites=[site])
    assert ended.status == 0, ended.err
    assert ended.json["metrics"] == {"m": None}
    assert "the task can't score a row alone" in ended.err
    rows = lines(tmp_path / "out" / "predictions.jsonl")
    assert [row["metrics"] for row in rows] == [None, None]
    assert all(row["parsed"].startswith("frozenset(") for row in rows)


def test_rows_that_may_not_be_those_of_the_run_are_said_to_be(tmp_path: Path) -> None:
    data = tmp_path / "rows.csv"
    texts = [f"I liked film {number}.,1" for number in range(40)]
    data.write_text("\n".join(["text,label", *texts, ""]))
    recipe = ftkit.Recipe(
        model="t5-tiny",
        method="lora",
        task="sentiment",
        data=str(data),
        output=str(tmp_path / "run"),
        device="cpu",
        options={"training": {"max_steps": 1}},
    )
    run = ftkit.train(recipe, quiet=True).folder
    assert ftkit.evaluate(run).result["data"]["changed_since_run"] is False
    data.write_text("\n".join(["text,label", *texts, "I hated film 41.,0", ""]))
    assert ftkit.evaluate(run).result["data"]["changed_since_run"] is True


def test_what_fails_on_the_way_leaves_no_folder(run: Path, tmp_path: Path) -> None:
    ended = run_warm_ftkit("evaluate", "t5-tiny", "--task", "qa", "--data", "none.json", cwd=tmp_path)
    assert ended.status == 2
    assert list(tmp_path.iterdir()) == []
    kept = sorted(run.iterdir())
    assert run_warm_ftkit("evaluate", str(run), "--seed", "-1").status == 2
    assert sorted(run.iterdir()) == kept
