"""The tracker has every property of an extension; its file holds what ftkit's own files say."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import ftkit
import pytest
from ftkit.testing import conformance_tests

from ftkit_csv_tracker import HEADER, CsvTracker

test_conformance = conformance_tests("ftkit-csv-tracker:extension:csv-tracker")

OPTIONS = {"file": "figures.csv", "every": 1}


def rows_of(file: Path) -> list[list[str]]:
    with file.open(newline="", encoding="utf-8") as stream:
        return list(csv.reader(stream))


def train(folder: Path, **options: object) -> list[dict[str, str]]:
    """Five steps on a handful of rows."""
    data = folder / "rows.csv"
    data.write_text("text,label\n" + "It was good.,1\nIt was bad.,0\n" * 8, encoding="utf-8")
    settings = {"max_steps": 5, "log_steps": 1, "batch_size": 4, "epochs": 9}
    recipe = ftkit.Recipe(
        model="t5-tiny",
        method="lora",
        task="sentiment",
        data=str(data),
        output=str(folder / "run"),
        extensions=("csv-tracker",),
        device="cpu",
        options={"training": settings, "extension.csv-tracker": options},
    )
    ftkit.train(recipe, quiet=True)
    header, *rows = rows_of(folder / "run" / str(options.get("file", "figures.csv")))
    assert tuple(header) == HEADER
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_the_file_has_each_logged_loss_and_each_metric_of_the_run(tmp_path: Path) -> None:
    rows = train(tmp_path)
    lines = (tmp_path / "run" / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    losses = {line["step"]: line["loss"] for line in map(json.loads, lines) if "loss" in line}
    found = {int(row["step"]): float(row["value"]) for row in rows if row["name"] == "loss"}
    assert found == pytest.approx(losses, abs=1e-3)  # the trainer rounds to four digits
    result = json.loads((tmp_path / "run" / "result.json").read_text(encoding="utf-8"))
    evaluation = {row["name"]: float(row["value"]) for row in rows if row["phase"] == "evaluation"}
    assert evaluation == pytest.approx({**result["metrics"], "unanswered": result["unparseable"]})


def test_name_and_density_are_options(tmp_path: Path) -> None:
    rows = train(tmp_path, file="mine.csv", every=2)
    assert [row["step"] for row in rows if row["name"] == "loss"] == ["1", "3", "5"]


@pytest.mark.parametrize("name", ["../figures.csv", "a/b.csv", "result.json", ""])
def test_a_name_that_leads_elsewhere_is_refused_before_anything_is_loaded(name: str, tmp_path: Path) -> None:
    with pytest.raises(ftkit.OptionsError, match="extension.csv-tracker.file"):
        train(tmp_path, file=name)
    assert not (tmp_path / "run").exists()


def test_a_run_that_goes_on_forgets_the_steps_that_it_does_again(tmp_path: Path) -> None:
    tracker = CsvTracker()
    for step, last in ((0, 4), (2, 3)):
        tracker.run_started(tmp_path, OPTIONS)
        tracker.forget_after(step)
        for number in range(step + 1, last + 1):
            tracker.add(number, "training", {"loss": float(step)})
    rows = rows_of(tmp_path / "figures.csv")[1:]
    assert [(row[0], row[3]) for row in rows] == [("1", "0.0"), ("2", "0.0"), ("3", "2.0")]


def test_answers_are_counted_only_where_the_task_finds_none() -> None:
    tracker = CsvTracker()
    counting = tracker.score(["a", None, None])
    next(counting)
    with pytest.raises(StopIteration) as ended:
        counting.send({"exact": 1.0})
    assert ended.value.value == {"exact": 1.0}
    assert tracker._unanswered == 2
