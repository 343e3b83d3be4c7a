"""What stops a run is one clear error, and nothing that was written is lost."""

from __future__ import annotations

import json
import resource
import shutil
import signal
import time
from functools import wraps
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from transformers import T5ForConditionalGeneration

import ftkit
from ftkit import files
from ftkit.training.checkpoints import checkpoints
from ftkit.training.milestones import Milestones
from support import killed
from support.warm import WarmProgram

LONG = {"epochs": 2000, "save_steps": None, "log_steps": 1}


def started(recipe: ftkit.Recipe, folder: Path) -> WarmProgram:
    """`ftkit train` as a process, once it has done its first steps."""
    file = folder / "recipe.yaml"
    file.write_text(json.dumps(recipe.as_dict()), encoding="utf-8")
    program = WarmProgram("train", str(file))
    metrics = folder / "run" / "metrics.jsonl"
    deadline = time.monotonic() + 90
    while not metrics.exists() and program.runs and time.monotonic() < deadline:
        time.sleep(0.05)
    return program


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_saves_the_step_and_says_how_to_go_on(number: int, status: int, tmp_path: Path) -> None:
    program = started(killed.recipe("lora", tmp_path / "run", **LONG), tmp_path)
    program.signal(number)
    ended = program.ended()
    assert ended.status == status, ended.err
    assert f"ftkit train --resume {tmp_path / 'run'}" in ended.err
    assert "Traceback" not in ended.err
    assert ended.out == ""
    last = json.loads((tmp_path / "run" / "metrics.jsonl").read_text().splitlines()[-1])["step"]
    assert [each.name for each in checkpoints(tmp_path / "run" / "checkpoints")] == [f"step-{last}"]


def test_a_run_folder_in_use_is_refused_and_left_alone(tmp_path: Path) -> None:
    program = started(killed.recipe("lora", tmp_path / "run", **LONG), tmp_path)
    try:
        with pytest.raises(ftkit.RunError, match="in use by another process; wait until it ends"):
            ftkit.resume(tmp_path / "run")
    finally:
        program.signal(signal.SIGKILL)
        program.ended()


def test_a_damaged_checkpoint_is_passed_over_for_the_one_before_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    complete = tmp_path / "complete"
    ftkit.train(killed.recipe("lora", complete), quiet=True)
    stopped = tmp_path / "stopped"
    shutil.copytree(complete, stopped)
    (stopped / "result.json").unlink()
    newest = checkpoints(stopped / "checkpoints")[-1]
    damaged = bytearray((newest / "weights.safetensors").read_bytes())
    damaged[-1] ^= 1
    (newest / "weights.safetensors").write_bytes(bytes(damaged))
    (stopped / "recipe.yaml").write_text(
        (stopped / "recipe.yaml").read_text().replace(str(complete), str(stopped))
    )
    ftkit.resume(stopped)
    assert f"{newest} is damaged and is passed over" in capsys.readouterr().err
    assert killed.traces(stopped) == killed.traces(complete)


def test_data_that_changed_since_the_run_began_is_refused(tmp_path: Path) -> None:
    copy = tmp_path / "rows.jsonl"
    shutil.copyfile(killed.rows(), copy)
    wanted = killed.recipe("lora", tmp_path / "run").overridden({"data": str(copy)}, {})

    def killed_in_the_second_checkpoint() -> None:
        killed.kill_self_at(14, files, "sync")
        ftkit.train(wanted, quiet=True)

    assert killed.in_child(killed_in_the_second_checkpoint) == -9
    copy.write_text(copy.read_text().replace("Film 3", "Film 33"))
    with pytest.raises(ftkit.RunError, match="has changed since the run began"):
        ftkit.resume(tmp_path / "run")
    shutil.copyfile(killed.rows(), copy)
    assert killed.resume(tmp_path / "run") == 0


def test_a_run_that_has_finished_is_returned_as_it_is(tmp_path: Path) -> None:
    run = ftkit.train(killed.recipe("lora", tmp_path / "run", max_steps=1), quiet=True)
    before = {file: file.stat().st_mtime_ns for file in run.folder.rglob("*") if file.name != ".lock"}
    assert ftkit.resume(run.folder).result == run.result
    assert {file: file.stat().st_mtime_ns for file in run.folder.rglob("*") if file.name != ".lock"} == before


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ftkit.RunError, match=r"is not a run: it has no recipe\.yaml"):
        ftkit.resume(tmp_path)


def test_a_loss_that_is_not_finite_ends_the_run_and_names_step_and_rows(tmp_path: Path) -> None:
    with pytest.raises(
        ftkit.RunError, match=r"the loss is (nan|inf) at step \d+, in the batch of .*jsonl:\d+"
    ):
        ftkit.train(
            killed.recipe("full", tmp_path / "run", learning_rate=1e38, warmup=0.0, save_steps=1), quiet=True
        )
    assert list(tmp_path.glob("run/checkpoints/step-*"))


@pytest.mark.parametrize("method", ["lora", "full"])
def test_a_full_disk_ends_the_run_with_its_last_checkpoint_whole(method: str, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    wanted = killed.recipe(method, folder)

    def limit_files_to(size: int) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def on_a_full_disk() -> None:
        Milestones.on_save = lambda *_, **__: limit_files_to(3000)  # type: ignore[method-assign]  # the 1st
        try:
            ftkit.train(wanted, quiet=True)
        except ftkit.RunError as error:
            limit_files_to(resource.RLIM_INFINITY)
            (tmp_path / "said").write_text(str(error))

    assert killed.in_child(on_a_full_disk) == 0
    assert f"go on with: ftkit train --resume {folder}" in (tmp_path / "said").read_text()
    assert [each.name for each in checkpoints(folder / "checkpoints")] == ["step-2"]
    assert killed.resume(folder) == 0
    ftkit.train(killed.recipe(method, tmp_path / "other"), quiet=True)
    assert killed.traces(folder) == killed.traces(tmp_path / "other")


def test_a_launcher_of_several_processes_is_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(ftkit.RunError, match="one of 2 processes"):
        ftkit.train(killed.recipe("lora", tmp_path / "run"), quiet=True)
    with pytest.raises(ftkit.RunError, match="one of 2 processes"):
        ftkit.resume(tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_folder_that_cannot_be_written_is_one_error() -> None:
    with pytest.raises(
        ftkit.RunError, match=r"the run's folder /proc/ftkit-run can't be made: .*; choose another --output"
    ):
        ftkit.train(killed.recipe("lora", Path("/proc/ftkit-run")), quiet=True)


@pytest.mark.parametrize("accumulation", [1, 2])
def test_a_step_that_runs_out_of_memory_is_done_again_in_pieces_with_the_same_gradient(
    accumulation: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = {"accumulation": accumulation, "token_budget": 900}
    without_dropout = {"model": {"dropout": 0.0}}

    def train(folder: Path) -> ftkit.Run:
        recipe = killed.recipe("lora", folder, **settings).overridden({}, without_dropout)
        return ftkit.train(recipe)

    whole = train(tmp_path / "whole")
    forward = T5ForConditionalGeneration.forward

    @wraps(forward)  # the trainer looks at the signature
    def crowded(self: Any, *arguments: Any, **known: Any) -> Any:
        if self.training and len(known["input_ids"]) > 4:
            raise torch.OutOfMemoryError("out of memory")
        return forward(self, *arguments, **known)

    monkeypatch.setattr(T5ForConditionalGeneration, "forward", crowded)
    pieces = train(tmp_path / "pieces")
    assert "step 1: it is done again; from here on each batch goes in 2 pieces" in capsys.readouterr().err
    assert pieces.result["steps"] == whole.result["steps"]
    tensors = [load_file(run.folder / "artifact/adapter_model.safetensors") for run in (whole, pieces)]
    for name, tensor in tensors[0].items():
        torch.testing.assert_close(tensors[1][name], tensor, rtol=1e-4, atol=1e-6)


def test_a_single_example_that_does_not_fit_into_memory_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never_enough(*_: Any, **__: Any) -> Any:
        raise torch.OutOfMemoryError("out of memory")

    monkeypatch.setattr(T5ForConditionalGeneration, "forward", never_enough)
    with pytest.raises(ftkit.RunError, match=r"out of memory with the single example .*jsonl:\d+: lower"):
        ftkit.train(killed.recipe("lora", tmp_path / "run"), quiet=True)
