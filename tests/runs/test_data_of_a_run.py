"""What a run does with its data: options on the command line, rows set aside, counts in the result."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from support import small
from support.program import Outcome, run_ftkit, without_torch
from support.warm import run_warm_ftkit

QUICK = ["--training.max-steps", "1", "--json"]


def chosen() -> list[str]:
    names = ["--model", "t5", "--method", "lora", "--task", "sentiment"]
    return ["train", *names, "--checkpoint", str(small.checkpoint("t5"))]


def train(*arguments: str, cwd: Path | None = None) -> Outcome:
    return run_warm_ftkit(*chosen(), *arguments, cwd=cwd)


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """Forty usable rows in another encoding with other names, one with a label nobody knows, one broken."""
    lines = [f"“film {n}”\t{'pos' if n % 2 else 'neg'}" for n in range(40)]
    text = "\n".join(["review\tstars", *lines, "film\tmeh", "film", f"{'long ' * 300}\tpos", ""])
    path = tmp_path / "rows.data"
    path.write_bytes(text.encode("cp1252"))
    return path


READING = ["--reading.format", "tsv", "--reading.encoding=cp1252", "--columns", "text=review,label=stars"]


def test_rows_set_aside_are_a_file_and_a_count_of_the_run(rows: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    arguments = ["--data", str(rows), *READING, "--on-bad-row", "set-aside", "--output", str(folder)]
    ended = train(*arguments, "--training.max-input-tokens", "64", *QUICK)
    assert ended.status == 0, ended.err
    result = ended.json
    assert result["rejected"] == 2
    assert result["truncated"] == 1
    assert result["data"]["training_rows"] + result["data"]["validation_rows"] == 41
    assert result["data"]["sources"] == [{"name": str(rows), "use": "training", "rows": 43, "rejected": 2}]
    told = [json.loads(line) for line in (folder / "rejected.jsonl").read_text().splitlines()]
    assert [(row["line"], row["reason"]) for row in told] == [
        (42, "label must be one of 1, pos, positive, true, 0, neg, negative, false, not 'meh'"),
        (43, "1 cell where the header has 2"),
    ]
    announced = ended.err.splitlines()[-1]
    assert "2 rows rejected, 1 truncated; the longest has " in announced
    assert f"({rows}:44)" in announced
    recipe = yaml.safe_load((folder / "recipe.yaml").read_text())
    assert recipe["reading"]["columns"] == ["text=review", "label=stars"]
    again = run_warm_ftkit(
        "train", str(folder / "recipe.yaml"), "--output", str(tmp_path / "again"), "--json"
    )
    assert again.status == 0, again.err
    assert again.json["data"] == result["data"]


def test_a_recipe_maps_columns_as_a_mapping(rows: Path, tmp_path: Path) -> None:
    reading = {"format": "tsv", "encoding": "cp1252", "columns": {"text": "review", "label": "stars"}}
    recipe = {"data": str(rows), "reading": {**reading, "on_bad_row": "set-aside"}}
    (tmp_path / "recipe.yaml").write_text(yaml.safe_dump(recipe))
    ended = train(str(tmp_path / "recipe.yaml"), *QUICK, cwd=tmp_path)
    assert ended.status == 0, ended.err
    assert ended.json["rejected"] == 2


def test_bad_rows_are_an_error_before_torch_is_imported_unless_they_are_to_be_set_aside(
    rows: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    site = without_torch(tmp_path_factory.mktemp("site"))
    refused = run_ftkit(*chosen(), "--data", str(rows), *READING, cwd=tmp_path, sites=[site])
    assert refused.status == 2
    assert refused.err.startswith(f"error: 2 rows can't be used:\n{rows}:42: label must be one of ")
    assert "Traceback" not in refused.err
    assert list(tmp_path.iterdir()) == [rows]


def test_all_wrong_options_of_reading_are_told_with_the_others(tmp_path: Path) -> None:
    refused = train(
        *("--data", "none.csv", "--training.epochs", "x", "--reading.encoding", "utf-9", "--columns", "text"),
        *("--reading.format", "xml", "--on-bad-row", "drop"),
        cwd=tmp_path,
    )
    assert refused.status == 2
    told = [line.partition(": ")[0] for line in refused.err.removeprefix("error: ").splitlines()]
    assert told == [
        *("training.epochs", "reading.format", "reading.on_bad_row", "reading.encoding", "reading.columns")
    ]
    refused = train("--data", "none.csv", "--reading.encoding", "utf-9", "--columns", "text", cwd=tmp_path)
    assert refused.err.splitlines() == [
        "error: reading.encoding: it must be a text encoding such as utf-8 or cp1252, not 'utf-9'",
        "reading.columns: 'text' must be WANTED=GIVEN, as context=passage is",
    ]


def test_rows_can_come_from_stdin(tmp_path: Path) -> None:
    lines = "".join(json.dumps({"text": f"film {n}", "label": n % 2}) + "\n" for n in range(40))
    ended = run_warm_ftkit(*chosen(), "--data", "-", *QUICK, cwd=tmp_path, given=lines.encode())
    assert ended.status == 0, ended.err
    result = ended.json
    assert result["data"]["sources"][0] == {"name": "<stdin>", "use": "training", "rows": 40, "rejected": 0}


def test_a_fixed_batch_size_decides_the_number_of_steps(tmp_path: Path) -> None:
    lines = "".join(json.dumps({"text": f"film {n}", "label": n % 2}) + "\n" for n in range(40))
    for name in ("train.jsonl", "valid.jsonl"):
        (tmp_path / name).write_text(lines)
    data = ["--data", "train.jsonl", "--validation-data", "valid.jsonl"]
    ended = train(*data, "--training.batch-size", "16", "--training.epochs", "1", "--json", cwd=tmp_path)
    assert ended.status == 0, ended.err
    assert ended.json["steps"] == 3
    assert ended.json["data"]["shared_with_validation"] == 40
    assert "40 of 40 training examples have an input that occurs in the validation data too" in ended.err
