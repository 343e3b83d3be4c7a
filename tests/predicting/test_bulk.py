"""Every row of an input is answered once, in order, whatever stops the process that answers."""

from __future__ import annotations

import gzip
import os
import random
import resource
import shutil
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import torch
from filelock import FileLock
from pyarrow import parquet

import ftkit
from ftkit.answering.prediction import Prediction
from ftkit.answering.run import LoadedRun
from ftkit.descriptions import Example
from ftkit.predicting import bulk
from ftkit.predicting.output import progress_path
from ftkit.predicting.request import make_request
from support import killed
from support.asking import lines_of, predict, run_of_one_step, sentences, write_rows

SAMPLING = {"do_sample": True}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> LoadedRun:
    return ftkit.load_run(run_of_one_step(tmp_path_factory.mktemp("runs") / "here"), device="cpu")


@pytest.fixture
def drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    """In place of the engine: an answer that nobody else gets, by its input and by what the seed draws."""

    def drawn(_model: Any, examples: Sequence[Example], settings: Any) -> Any:
        generator = random.Random(settings["seed"])
        texts = [f"{each.input} {generator.random()}" for each in examples]
        return [
            Prediction(each.input, text, "answer", score=0.0, truncated=False, windows=1)
            for each, text in zip(examples, texts, strict=True)
        ]

    monkeypatch.setattr("ftkit.answering.predictor.predict", drawn)


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """Ten rows, the seventh and the ninth of which can't be used."""
    return write_rows(
        tmp_path / "rows.jsonl", [*sentences(6), "{broken", *sentences(1, 6), {"id": 1}, *sentences(1, 7)]
    )


def test_every_row_comes_out_once_in_order_with_number_place_and_id(
    loaded: LoadedRun, tmp_path: Path
) -> None:
    data = write_rows(tmp_path / "rows.jsonl", [*sentences(5), {"en": "The dog sings."}])
    summary = predict(loaded, data, tmp_path / "out.jsonl")
    lines = lines_of(tmp_path / "out.jsonl")
    assert [line["row"] for line in lines] == [1, 2, 3, 4, 5, 6]
    assert [line["place"] for line in lines] == [f"{data}:{number}" for number in range(1, 7)]
    assert [line.get("id") for line in lines] == ["r0", "r1", "r2", "r3", "r4", None]
    keys = {"row", "place", "prediction", "parsed", "score", "truncated", "windows"}
    assert [set(line) for line in lines] == [keys | {"id"}] * 5 + [keys]
    alone = [answer.text for row in sentences(5) for answer in loaded.predict([row])]
    assert [line["prediction"] for line in lines[:5]] == alone
    assert len(set(alone)) > 1
    assert (summary["rows"], summary["rejected"], summary["rejected_rows"]) == (6, 0, None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.jsonl", "rows.jsonl"]


@pytest.mark.parametrize("form", ["csv", "parquet", "jsonl.gz", "txt", "two files", "columns"])
def test_rows_are_read_in_any_form_that_train_reads(loaded: LoadedRun, tmp_path: Path, form: str) -> None:
    texts = [row["en"] for row in sentences(6)]
    data, reading = _in_form(form, texts, tmp_path)
    predict(loaded, data, tmp_path / "out.jsonl", **reading)
    lines = lines_of(tmp_path / "out.jsonl")
    assert [line["row"] for line in lines] == [1, 2, 3, 4, 5, 6]
    expected = [answer.text for answer in loaded.predict([{"en": text} for text in texts])]
    assert [line["prediction"] for line in lines] == expected


def _in_form(form: str, texts: list[str], folder: Path) -> tuple[str, dict[str, Any]]:
    rows = [{"en": text} for text in texts]
    if form == "two files":
        write_rows(folder / "b.jsonl", rows[4:])
        return f"{write_rows(folder / 'a.jsonl', rows[:4])},{folder / 'b.jsonl'}", {}
    if form == "columns":
        return str(write_rows(folder / "rows.jsonl", [{"text": text} for text in texts])), {
            "columns": "en=text"
        }
    path = folder / f"rows.{form}"
    if form == "parquet":
        parquet.write_table(pa.table({"en": texts}), path)
    elif form == "jsonl.gz":
        path.write_bytes(gzip.compress(write_rows(folder / "rows.jsonl", rows).read_bytes()))
    else:
        path.write_text("".join(f"{line}\n" for line in [*["en"] * (form == "csv"), *texts]))
    return str(path), {"columns": "en=text"} if form == "txt" else {}


def test_answers_that_rows_bring_change_nothing(loaded: LoadedRun, tmp_path: Path) -> None:
    predict(loaded, write_rows(tmp_path / "a.jsonl", sentences(3)), tmp_path / "a.out")
    labelled = [{**row, "de": "Hund."} for row in sentences(3)]
    predict(loaded, write_rows(tmp_path / "b.jsonl", labelled), tmp_path / "b.out")
    texts = [[line["prediction"] for line in lines_of(tmp_path / name)] for name in ("a.out", "b.out")]
    assert texts[0] == texts[1]


def test_an_input_without_rows_gives_a_file_without_lines(loaded: LoadedRun, tmp_path: Path) -> None:
    summary = predict(loaded, write_rows(tmp_path / "rows.jsonl", []), tmp_path / "out.jsonl")
    assert summary["rows"] == 0
    assert (tmp_path / "out.jsonl").read_bytes() == b""


@pytest.mark.usefixtures("drawing")
@pytest.mark.parametrize("call", range(1, 11))
def test_killed_at_any_write_and_gone_on_with_it_becomes_the_file_that_it_would_have_been(
    loaded: LoadedRun, rows: Path, tmp_path: Path, call: int
) -> None:
    whole, cut = tmp_path / "whole.jsonl", tmp_path / "cut.jsonl"
    options = {"generation": SAMPLING, "on_bad_row": "set-aside"}

    def killed_on_the_way() -> None:
        killed.kill_self_at(call, os, "fsync")
        predict(loaded, rows, cut, **options)

    # Two writes to begin with; then lines and progress of each chunk, and rejected rows where there are any.
    assert killed.in_child(killed_on_the_way) == -9
    summary = predict(loaded, rows, cut, resume=True, **options)
    expected = predict(loaded, rows, whole, **options)
    assert [line["row"] for line in lines_of(cut)] == [1, 2, 3, 4, 5, 6, 8, 10]
    assert cut.read_bytes() == whole.read_bytes()
    rejected = [path.with_name(f"{path.name}.rejected.jsonl").read_bytes() for path in (cut, whole)]
    assert rejected[0] == rejected[1]
    counts = ("rows", "rejected", "unparseable", "truncated")
    assert [summary[name] for name in counts] == [expected[name] for name in counts]
    assert not progress_path(cut).exists()


def test_killed_before_there_was_a_file_an_input_without_rows_still_gives_one(
    loaded: LoadedRun, tmp_path: Path
) -> None:
    data, output = write_rows(tmp_path / "rows.jsonl", []), tmp_path / "out.jsonl"

    def killed_at_once() -> None:
        killed.kill_self_at(1, Path, "touch")
        predict(loaded, data, output)

    assert killed.in_child(killed_at_once) == -9
    assert (progress_path(output).exists(), output.exists()) == (True, False)
    predict(loaded, data, output, resume=True)
    assert output.read_bytes() == b""


@pytest.fixture
def stopped(loaded: LoadedRun, tmp_path: Path) -> tuple[Path, Path]:
    """An input of ten rows, and an output that has four of them."""
    data, output = write_rows(tmp_path / "rows.jsonl", sentences(10)), tmp_path / "out.jsonl"
    with pytest.raises(ftkit.Interrupted):
        _interrupted(lambda: predict(loaded, data, output))
    return data, output


def _interrupted(work: Callable[[], object]) -> None:
    """Do work, and be told to stop in the middle of the first chunk."""
    answer = bulk.answer

    def told_to_stop(*arguments: Any) -> Any:
        os.kill(os.getpid(), signal.SIGTERM)
        return answer(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk, "answer", told_to_stop)
        work()


def test_a_signal_waits_for_the_end_of_the_chunk(stopped: tuple[Path, Path], loaded: LoadedRun) -> None:
    data, output = stopped
    assert [line["row"] for line in lines_of(output)] == [1, 2, 3, 4]
    predict(loaded, data, output, resume=True)
    assert [line["row"] for line in lines_of(output)] == list(range(1, 11))


def test_a_signal_says_how_to_go_on_once_there_is_something_to_go_on_with(
    stopped: tuple[Path, Path], loaded: LoadedRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told_to_stop(*_: Any) -> Any:
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(bulk, "identity_of", told_to_stop)
    data, output = stopped
    with pytest.raises(ftkit.Interrupted, match="SIGINT; go on with: the same with resume=True"):
        predict(loaded, data, output, resume=True)
    with pytest.raises(ftkit.Interrupted, match="SIGINT; nothing was written yet"):
        predict(loaded, data, output.with_name("other.jsonl"))


def test_a_torn_line_is_cut_off(stopped: tuple[Path, Path], loaded: LoadedRun) -> None:
    data, output = stopped
    with output.open("a") as stream:
        stream.write('{"row": 5, "place": "ro')
    predict(loaded, data, output, resume=True)
    assert [line["row"] for line in lines_of(output)] == list(range(1, 11))


def test_resume_begins_where_there_is_nothing_yet(loaded: LoadedRun, tmp_path: Path) -> None:
    predict(loaded, write_rows(tmp_path / "rows.jsonl", sentences(2)), tmp_path / "out.jsonl", resume=True)
    assert len(lines_of(tmp_path / "out.jsonl")) == 2


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"seed": 1}, "the seed changed"),
        ({"chunk_rows": 5}, "the chunk size changed"),
        ({"generation": {"num_beams": 2}}, "the generation options changed"),
        ({"format": "jsonl"}, "the reading options changed"),
        ({"seed": 1, "generation": {"num_beams": 2}}, "the generation options and the seed changed"),
    ],
)
def test_other_options_than_it_was_begun_with_are_refused(
    stopped: tuple[Path, Path], loaded: LoadedRun, changes: dict[str, Any], named: str
) -> None:
    data, output = stopped
    before = output.read_bytes()
    with pytest.raises(ftkit.RunError, match=named):
        predict(loaded, data, output, resume=True, **changes)
    assert output.read_bytes() == before


def test_another_kind_of_device_than_it_was_begun_on_is_refused(
    stopped: tuple[Path, Path], loaded: LoadedRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, output = stopped
    monkeypatch.setattr(type(loaded.loaded.model), "device", torch.device("cuda"))
    with pytest.raises(ftkit.RunError, match="the device changed"):
        predict(loaded, data, output, resume=True)


def test_another_input_than_it_was_begun_with_is_refused(
    stopped: tuple[Path, Path], loaded: LoadedRun
) -> None:
    data, output = stopped
    write_rows(data, sentences(11))
    with pytest.raises(ftkit.RunError, match=r"out\.jsonl can't be resumed: the input changed since"):
        predict(loaded, data, output, resume=True)


def test_another_run_than_it_was_begun_with_is_refused(
    stopped: tuple[Path, Path], loaded: LoadedRun, tmp_path: Path
) -> None:
    data, output = stopped
    shutil.copytree(loaded.folder.path, tmp_path / "other")
    result = tmp_path / "other" / "result.json"
    result.write_text(result.read_text().replace('"train_seconds": ', '"train_seconds": 1'))
    other = ftkit.load_run(tmp_path / "other", device="cpu")
    with pytest.raises(ftkit.RunError, match="the run changed since"):
        predict(other, data, output, resume=True)


def test_the_same_run_elsewhere_goes_on(
    stopped: tuple[Path, Path], loaded: LoadedRun, tmp_path: Path
) -> None:
    data, output = stopped
    shutil.copytree(loaded.folder.path, tmp_path / "moved")
    predict(ftkit.load_run(tmp_path / "moved", device="cpu"), data, output, resume=True)
    assert len(lines_of(output)) == 10


def test_what_is_there_is_never_written_over(stopped: tuple[Path, Path], loaded: LoadedRun) -> None:
    data, output = stopped
    before = output.read_bytes()
    with pytest.raises(ftkit.RunError, match=r"out\.jsonl is unfinished: go on with it by --resume"):
        predict(loaded, data, output)
    assert output.read_bytes() == before
    predict(loaded, data, output, resume=True)
    before = output.read_bytes()
    with pytest.raises(ftkit.RunError, match=r"out\.jsonl is there already; choose another --output"):
        predict(loaded, data, output)
    with pytest.raises(ftkit.RunError, match=r"nothing to go on with .*: it is finished"):
        predict(loaded, data, output, resume=True)
    assert output.read_bytes() == before


def test_an_output_that_lost_lines_is_not_gone_on_with(stopped: tuple[Path, Path], loaded: LoadedRun) -> None:
    data, output = stopped
    os.truncate(output, 10)
    with pytest.raises(ftkit.RunError, match="is shorter than it was"):
        predict(loaded, data, output, resume=True)


def test_an_output_that_another_process_writes_is_refused(
    stopped: tuple[Path, Path], loaded: LoadedRun
) -> None:
    data, output = stopped
    with (
        FileLock(output.with_name(f".{output.name}.lock")),
        pytest.raises(ftkit.RunError, match="is in use by another process"),
    ):
        predict(loaded, data, output, resume=True)


def test_an_output_that_somebody_removes_meanwhile_is_told(
    loaded: LoadedRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, output = bulk.answer, tmp_path / "out.jsonl"

    def removed(loaded: LoadedRun, request: Any, chunk: Any) -> Any:
        if chunk.before:
            output.unlink()
        return answer(loaded, request, chunk)

    monkeypatch.setattr(bulk, "answer", removed)
    with pytest.raises(
        ftkit.RunError, match="was changed by another process while it was written; begin again"
    ):
        predict(loaded, write_rows(tmp_path / "rows.jsonl", sentences(6)), output)


def test_bad_rows_are_told_before_any_row_is_answered(
    loaded: LoadedRun, rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "answer", lambda *_: pytest.fail("a row was answered"))
    with pytest.raises(ftkit.DataError) as refused:
        predict(loaded, rows, tmp_path / "out.jsonl")
    first, *places, columns, hint = str(refused.value).split("\n")
    assert first == "2 rows can't be used:"
    assert [place.partition(": ")[0] for place in places] == [f"{rows}:7", f"{rows}:9"]
    assert columns.startswith("the task's columns are translation, en, de; --columns translation=NAME")
    assert hint.endswith("write them to out.jsonl.rejected.jsonl")
    assert [path.name for path in tmp_path.iterdir()] == ["rows.jsonl"]


def test_a_row_that_has_gone_bad_since_all_were_read_is_dropped_by_no_line_of_output(
    loaded: LoadedRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = write_rows(tmp_path / "rows.jsonl", sentences(4))
    request = make_request(loaded.setup, str(data), {"generation": {}, "reading": {}}, 0, 4)
    demand_usable = bulk.demand_usable

    def and_then_one_breaks(*arguments: Any) -> int:
        count = demand_usable(*arguments)
        write_rows(data, [*sentences(3), "{broken"])
        return count

    monkeypatch.setattr(bulk, "demand_usable", and_then_one_breaks)
    with pytest.raises(ftkit.DataError, match=r"1 row can't be used:\n.*rows\.jsonl:4: not JSON"):
        list(bulk.predicted_lines(loaded, request))


def test_bad_rows_are_set_aside_with_place_and_reason(loaded: LoadedRun, rows: Path, tmp_path: Path) -> None:
    summary = predict(loaded, rows, tmp_path / "out.jsonl", on_bad_row="set-aside")
    assert [line["row"] for line in lines_of(tmp_path / "out.jsonl")] == [1, 2, 3, 4, 5, 6, 8, 10]
    rejected = lines_of(Path(summary["rejected_rows"]))
    assert [(line["line"], line["row"]) for line in rejected] == [(7, "{broken"), (9, {"id": 1})]
    assert "the row lacks 'en'" in rejected[1]["reason"]
    assert (summary["rows"], summary["rejected"]) == (8, 2)


@pytest.mark.usefixtures("drawing")
def test_what_breaks_off_in_the_middle_leaves_the_rows_before_it(loaded: LoadedRun, tmp_path: Path) -> None:
    whole = gzip.compress(write_rows(tmp_path / "rows.jsonl", sentences(3000)).read_bytes())
    data, output = tmp_path / "cut.jsonl.gz", tmp_path / "out.jsonl"
    data.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(
        ftkit.DataError, match=rf"(?s)cut\.jsonl\.gz: .*\n[\d,]+ rows before that are done, in {output}"
    ):
        predict(loaded, data, output, on_bad_row="set-aside")
    done = [line["row"] for line in lines_of(output)]
    assert done
    assert done == list(range(1, len(done) + 1))


def test_a_full_disk_is_one_error_and_is_gone_on_after(loaded: LoadedRun, tmp_path: Path) -> None:
    data, output = write_rows(tmp_path / "rows.jsonl", sentences(40)), tmp_path / "out.jsonl"

    def on_a_full_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2500, resource.RLIM_INFINITY))
        try:
            predict(loaded, data, output)
        except ftkit.RunError as error:
            (tmp_path / "said").write_text(str(error))

    assert killed.in_child(on_a_full_disk) == 0
    assert "rows are done; once that is mended, go on with: " in (tmp_path / "said").read_text()
    predict(loaded, data, output, resume=True)
    assert [line["row"] for line in lines_of(output)] == list(range(1, 41))


@pytest.mark.parametrize("place", ["/proc/out.jsonl", "/dev/null"])
def test_a_place_that_takes_no_file_is_one_error(loaded: LoadedRun, rows: Path, place: str) -> None:
    with pytest.raises(ftkit.RunError, match=f"{place} (can't be written|is not a regular file)"):
        predict(loaded, rows, Path(place))


@pytest.mark.usefixtures("drawing")
def test_a_seed_decides_what_is_drawn(loaded: LoadedRun, tmp_path: Path) -> None:
    data = write_rows(tmp_path / "rows.jsonl", [{"en": "The same film."}] * 8)
    drawn = []
    for number, seed in enumerate((0, 0, 1)):
        output = tmp_path / f"{number}.jsonl"
        predict(loaded, data, output, seed=seed, generation=SAMPLING)
        drawn.append([line["prediction"] for line in lines_of(output)])
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]
    assert len(set(drawn[0])) == 8
