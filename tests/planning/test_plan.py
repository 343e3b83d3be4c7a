"""`ftkit.plan` on small checkpoints, beside what a run then is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import ftkit
from ftkit.runs.folder import RunFolder
from support import killed, small
from support.program import run_python

# T5 of two layers a side, width 32, four heads of 8: by hand.
EMBEDDING = 320 * 32  # shared with the output layer
ATTENTION = 4 * 32 * 32
FEED_FORWARD = 2 * 32 * 64
NORMS = 32 * (
    2 * 2 + 1 + 3 * 2 + 1
)  # two a layer of the encoder, three of the decoder, one at the end of each
POSITIONS = 2 * 32 * 4  # 32 buckets, four heads, encoder and decoder
WHOLE = EMBEDDING + 6 * ATTENTION + 4 * FEED_FORWARD + NORMS + POSITIONS
LORA = 6 * 2 * 2 * (32 + 32)  # attentions x (query, value) x rank 2


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> tuple[ftkit.Recipe, ftkit.Forecast]:
    recipe = killed.recipe("lora", tmp_path_factory.mktemp("planned") / "run")
    return recipe, ftkit.plan(recipe)


def test_counts_are_those_of_the_architecture(planned: tuple[ftkit.Recipe, ftkit.Forecast]) -> None:
    counts = planned[1].counts
    assert counts["trainable_parameters"] == LORA
    assert counts["total_parameters"] == WHOLE + LORA


def test_memory_is_made_of_what_the_method_trains(planned: tuple[ftkit.Recipe, ftkit.Forecast]) -> None:
    found = planned[1]
    assert found.memory["gradients"] == LORA * 4
    assert found.memory["optimizer"] == pytest.approx(
        2 * LORA * 4, rel=0.01
    )  # AdamW's two moments, and steps
    assert found.memory["weights"] >= (WHOLE + LORA) * 4
    assert sum(found.memory.values()) == found.peak_memory_bytes


def test_nothing_is_written_and_every_figure_is_there(
    planned: tuple[ftkit.Recipe, ftkit.Forecast],
) -> None:
    recipe, found = planned
    assert not Path(recipe.output or "").exists()
    assert found.device == "cpu"
    assert found.token_budget == recipe.options["training"]["token_budget"]
    assert found.fits
    assert found.largest_token_budget is not None
    assert found.largest_token_budget >= found.token_budget
    assert found.step_seconds is not None
    assert found.epoch_seconds is not None
    assert found.epochs_per_hour == pytest.approx(3600 / found.epoch_seconds)
    steps = -(-found.counts["batches"] // recipe.options["training"]["accumulation"])
    assert found.epoch_seconds == pytest.approx(steps * found.step_seconds)


def test_the_run_then_takes_about_as_much_and_saves_as_much(
    planned: tuple[ftkit.Recipe, ftkit.Forecast],
) -> None:
    recipe, found = planned
    program = f"import ftkit; ftkit.train(ftkit.{recipe!r}, quiet=True)"  # of its own: memory is of a process
    ended = run_python("-c", program, OMP_NUM_THREADS="1")
    assert ended.status == 0, ended.err
    folder = RunFolder(Path(recipe.output or ""))
    result = ftkit.resume(folder.path, quiet=True).result
    assert result["peak_memory_bytes"] == pytest.approx(found.peak_memory_bytes, rel=0.3)
    saved = (folder.artifact / "adapter_model.safetensors").stat().st_size
    assert 0 < saved - found.counts["artifact_bytes"] < 10_000  # names and shapes


def test_what_a_run_would_refuse_is_refused(tmp_path: Path) -> None:
    recipe = killed.recipe("lora", tmp_path / "run")
    for wrong, error in (
        (replace(recipe, method="lor"), ftkit.UnknownPlugin),
        (replace(recipe, data=str(tmp_path / "absent.jsonl")), ftkit.DataError),
        (replace(recipe, options={"training": {"token_budget": "many"}}), ftkit.OptionsError),
    ):
        with pytest.raises(error):
            ftkit.plan(wrong)


def test_stdin_is_refused_for_a_run_could_not_read_it_again(tmp_path: Path) -> None:
    recipe = replace(killed.recipe("lora", tmp_path / "run"), data="-")
    with pytest.raises(ftkit.OptionsError, match="stdin can be read only once"):
        ftkit.plan(recipe)


def test_a_checkpoint_that_cannot_be_loaded_is_the_same_error(tmp_path: Path) -> None:
    (tmp_path / "weights").mkdir()
    config = (small.checkpoint("t5") / "config.json").read_text()
    (tmp_path / "weights/config.json").write_text(config)
    recipe = replace(killed.recipe("lora", tmp_path / "run"), checkpoint=str(tmp_path / "weights"))
    with pytest.raises(ftkit.CheckpointError):
        ftkit.plan(recipe)
