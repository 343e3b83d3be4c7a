"""`ftkit predict` over the rows of an input, as a person or a script uses it."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer

import ftkit
from ftkit.cli.app import app
from ftkit.cli.output import print_json_lines
from ftkit.cli.stopping import told_when_stopped
from ftkit.inference.settings import GENERATION
from support.asking import lines_of, run_of_one_step, sentences, write_rows
from support.program import environment, run_ftkit, without_torch
from support.warm import WarmProgram, run_warm_ftkit


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_of_one_step(tmp_path_factory.mktemp("runs") / "here")


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "rows.jsonl", sentences(6))


def test_rows_from_stdin_come_out_on_stdout_in_order(run: Path, rows: Path) -> None:
    asked = run_warm_ftkit("predict", str(run), "--generation.num-beams", "1", given=rows.read_bytes())
    assert asked.status == 0, asked.err
    answers = [json.loads(line) for line in asked.out.splitlines()]
    expected = ftkit.load_run(run, device="cpu").predict(sentences(6), {"num_beams": 1})
    assert [(each["row"], each["id"], each["prediction"]) for each in answers] == [
        (number, f"r{number - 1}", answer.text) for number, answer in enumerate(expected, start=1)
    ]
    assert [each["place"] for each in answers] == [f"<stdin>:{number}" for number in range(1, 7)]


def test_a_file_is_written_and_summed_up_as_json(
    run: Path, rows: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out.jsonl"
    app(["predict", str(run), "--input", str(rows), "--output", str(output), "--json"], standalone_mode=False)
    summary = json.loads(capsys.readouterr().out)
    assert [line["row"] for line in lines_of(output)] == [1, 2, 3, 4, 5, 6]
    assert set(summary) == {
        *("output", "rows", "rejected", "rejected_rows", "unparseable", "truncated"),
        *("seconds", "rows_per_second", "peak_memory_bytes"),
    }
    assert (summary["output"], summary["rows"], summary["rejected"]) == (str(output), 6, 0)


@pytest.mark.parametrize(("encoding", "letter"), [("utf-8", "ä"), ("ascii", r"\u00e4"), ("cp1252", "ä")])
def test_lines_of_json_mean_the_same_in_any_encoding(
    encoding: str, letter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding, errors="replace"))
    print_json_lines(['{"a": "ä"}', '{"a": 1}'])
    assert raw.getvalue().decode(encoding) == f'{{"a": "{letter}"}}\n{{"a": 1}}\n'


def test_bad_rows_are_told_before_anything_is_printed(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = write_rows(tmp_path / "rows.jsonl", [*sentences(2), "{broken"])
    said = rf"(?s)1 row can't be used:\n{rows}:3: not JSON at column .*FILE\.rejected\.jsonl of --output FILE"
    with pytest.raises(ftkit.DataError, match=said):
        app(["predict", str(run), "--input", str(rows), "--chunk", "1"], standalone_mode=False)
    assert capsys.readouterr().out == ""


def test_a_reader_that_closes_the_pipe_ends_it_quietly(run: Path, rows: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.Popen(
        [sys.executable, "-m", "ftkit", "predict", str(run), "--input", str(rows), "--chunk", "2"],
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writer)
    _, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (141, "")


def test_a_signal_ends_it_with_the_command_that_goes_on(run: Path, tmp_path: Path) -> None:
    rows = write_rows(tmp_path / "many rows.jsonl", sentences(20_000))
    output = tmp_path / "out.jsonl"
    words = ["--input", str(rows), "--output", str(output), "--chunk", "2"]
    program = WarmProgram("predict", str(run), *words)
    deadline = time.monotonic() + 90
    while not (output.exists() and output.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.01)
    program.signal(signal.SIGTERM)
    ended = program.ended()
    assert (ended.status, ended.out) == (143, "")
    stopped = f"stopped: SIGTERM; go on with: ftkit predict {run} --input '{rows}' "
    assert ended.err == f"{stopped}--output {output} --chunk 2 --resume\n"
    done = [line["row"] for line in lines_of(output)]
    assert done == list(range(1, len(done) + 1))
    assert len(done) % 2 == 0


@pytest.mark.parametrize(
    ("stopped", "status", "said"),
    [
        (ftkit.Interrupted(signal.SIGINT, "it"), 130, "stopped: SIGINT; go on with: it\n"),
        (ftkit.Interrupted(signal.SIGTERM), 143, "stopped: SIGTERM; nothing was written yet\n"),
        (KeyboardInterrupt(), 130, "stopped: SIGINT\n"),
    ],
)
def test_what_a_signal_stopped_has_the_status_that_shells_expect(
    stopped: BaseException, status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended, told_when_stopped():
        raise stopped
    assert (ended.value.code, capsys.readouterr().err) == (status, said)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["a text", "--input", "r.jsonl"], "a text: give either texts and columns, or --input"),
        (["--en", "a text", "--input", "r.jsonl"], "--en: give either texts and columns, or --input"),
        (["a text", "--output", "o.jsonl"], "--output takes the predictions of an --input"),
        (["a text", "--columns", "en=text"], "options of reading are about an --input"),
        (["--input", "r.jsonl", "--resume"], "--resume goes on with an --output"),
        (["--input", "r.jsonl", "--generation.top-k"], "--generation.top-k needs a value"),
        (["--input", "{rows}", "--on-bad-row", "set-aside"], "beside the --output: give --output FILE"),
    ],
)
def test_options_that_say_nothing_together_are_refused(
    run: Path, rows: Path, words: list[str], said: str
) -> None:
    given = [word.format(rows=rows) for word in words]
    with pytest.raises(ftkit.FtkitError, match=re.escape(said)):
        app(["predict", str(run), *given], standalone_mode=False)
    assert list(rows.parent.iterdir()) == [rows]


def test_a_number_beyond_its_range_is_refused(run: Path) -> None:
    with pytest.raises(typer.BadParameter, match=re.escape("0 is not in the range x>=1")):
        app(["predict", str(run), "--input", "r.jsonl", "--chunk", "0"], standalone_mode=False)


def test_wrong_options_of_generation_and_of_reading_are_told_at_once(run: Path, rows: Path) -> None:
    wrong = ["--generation.num-beems", "2", "--reading.encoding", "x"]
    with pytest.raises(ftkit.OptionsError) as refused:
        app(["predict", str(run), "--input", str(rows), *wrong], standalone_mode=False)
    assert [problem.partition(":")[0] for problem in refused.value.problems] == [
        "generation.num_beems",
        "reading.encoding",
    ]
    with pytest.raises(ftkit.OptionsError, match=r"generation\.num_beams: it must be at least 1, not 0"):
        app(["predict", str(run), "a text", "--generation.num-beams", "0"], standalone_mode=False)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["The dog.", "--generation.num-beems", "2"], "generation.num_beems: there is no such option"),
        (["--en"], "columns are given as --COLUMN TEXT"),
        (["--en", "The dog.", "a text"], "a text: columns are given as --COLUMN TEXT"),
        (["--input", "nowhere.jsonl"], "nowhere.jsonl"),
        (["--input", "ROWS", "--on-bad-row", "set-aside"], "give --output FILE"),
    ],
)
def test_a_mistake_is_told_before_torch_is_imported(
    words: list[str], said: str, run: Path, rows: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    site = without_torch(tmp_path_factory.mktemp("site"))
    given = [str(rows) if word == "ROWS" else word for word in words]
    refused = run_ftkit("predict", str(run), *given, sites=[site])
    assert refused.status == 2
    assert said in refused.err


def test_help_lists_the_columns_of_the_run_and_the_options_of_generation(run: Path) -> None:
    shown = run_ftkit("predict", str(run), "--help")
    assert "Columns of task translation:" in shown.out
    assert "--en TEXT" in shown.out
    for option in GENERATION:
        assert f"--generation.{option.name.replace('_', '-')} " in shown.out
    assert "--reading.encoding" in shown.out


def test_help_has_the_defaults_of_the_run(run: Path, tmp_path: Path) -> None:
    recipe = (run / "recipe.yaml").read_text()
    (tmp_path / "recipe.yaml").write_text(recipe.replace("max_input_tokens: 512", "max_input_tokens: 99"))
    shown = " ".join(run_ftkit("predict", str(tmp_path), "--help").out.split())
    assert "longer inputs are cut, or read in windows [default: 99]" in shown
