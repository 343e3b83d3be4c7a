"""The main path of `ftkit train`: from a recipe to a run folder, or on from where a run was stopped."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from ftkit.counting import counted
from ftkit.data.examples import Formatter
from ftkit.descriptions import MODEL_FOLDER
from ftkit.errors import RunError
from ftkit.files import without_number
from ftkit.interrupts import Interrupted, Interrupts
from ftkit.planning.auto import with_decided_budget
from ftkit.runs.folder import RunFolder, existing_run_folder, new_run_folder
from ftkit.runs.recipe import Recipe, read_made_with, read_recipe
from ftkit.runs.resolving import Setup, resolve_recipe
from ftkit.threads import fitting_threads
from ftkit.training.checkpoints import last_whole, step_of
from ftkit.training.ready import Ready, get_ready


@dataclass(frozen=True)
class Run:
    """A run that ended well.

    Attributes:
        folder: Its folder.
        result: What its `result.json` holds.
        predict_command: What asks the model for an answer.
    """

    folder: Path
    result: Mapping[str, Any]
    predict_command: str


def train(recipe: Recipe, *, quiet: bool = False) -> Run:
    """Fine-tune as a recipe says, evaluate on the validation rows, and leave a run folder.

    Args:
        recipe: What to do.
        quiet: Show nothing on stderr but warnings.

    Raises:
        FtkitError: Something about the recipe, the data, the checkpoint or the folder is wrong.
        Interrupted: SIGINT or SIGTERM came; what was done is saved, and `resume` goes on.
    """
    _demand_one_process()
    interrupts = Interrupts()
    with interrupts.heard():
        setup = with_decided_budget(resolve_recipe(recipe))
        ready = get_ready(setup)
        with new_run_folder(recipe.output, setup.name) as folder:
            folder.write_text(folder.recipe.name, ready.setup.as_yaml(ready.data.summary))
            return _run(ready, folder, interrupts, None, quiet=quiet)


def resume(path: Path, *, quiet: bool = False) -> Run:
    """Go on with a run that was stopped, and end as it would have ended: on a CPU, bit for bit.

    A run that has finished is returned as it is.

    Args:
        path: The run's folder.
        quiet: Show nothing on stderr but warnings.

    Raises:
        FtkitError: There is no such run, it is in use, or what it needs has changed.
        Interrupted: As for `train`.
    """
    _demand_one_process()
    interrupts = Interrupts()
    with interrupts.heard(), existing_run_folder(path) as folder:
        setup = resolve_recipe(replace(read_recipe(folder.recipe), output=str(path)))
        if folder.result.is_file():
            return _ended(setup, folder, json.loads(folder.result.read_text(encoding="utf-8")))
        found = last_whole(folder.checkpoints)
        for damaged in found.damaged:
            _say(f"{damaged} is damaged and is passed over")
        if not quiet:
            _say(f"resuming from {found.last}" if found.last else "no checkpoint yet: from the beginning")
        ready = get_ready(setup)
        _demand_same_data(folder, ready)
        folder.forget_metrics_after(step_of(found.last) if found.last else -1)
        return _run(ready, folder, interrupts, found.last, quiet=quiet)


def _demand_one_process() -> None:
    """Refuse to be one of several processes: each would make a run folder of its own, or fight for one."""
    processes = os.environ.get("WORLD_SIZE", "1")
    if processes != "1":
        raise RunError(
            f"this is one of {processes} processes (WORLD_SIZE), and a run is one process on one device:"
            " start it without a launcher such as torchrun; ftkit compare has several runs at a time"
        )


def _demand_same_data(folder: RunFolder, ready: Ready) -> None:
    """Refuse to go on with other data than the run began with."""
    began_with = read_made_with(folder.recipe).get("data", {}).get("fingerprint")
    if began_with != ready.data.summary["fingerprint"]:
        raise RunError(
            f"{folder.path}: the data, ftkit, or the plugin that formats the data has changed since the run "
            "began; put it back, or begin a new run"
        )


def _run(
    ready: Ready, folder: RunFolder, interrupts: Interrupts, resume_from: Path | None, *, quiet: bool
) -> Run:
    """Train, and say of whatever stops it how to go on."""
    try:
        if ready.data.rejected:
            folder.copy(ready.data.rejected_rows, "rejected.jsonl")
        if not quiet:
            _announce(ready, folder)
        with fitting_threads(tiny=ready.setup.tiny):
            result = _train_and_evaluate(ready, folder, interrupts, resume_from, quiet=quiet)
        return _ended(ready.setup, folder, result)
    except Interrupted as stopped:
        raise Interrupted(stopped.signal, folder.resume_command) from None
    except (OSError, SafetensorError) as error:  # the latter from a method's own writer
        raise RunError(
            f"{without_number(error)}; once that is mended, go on with: {folder.resume_command}"
        ) from error
    except RunError as error:
        raise RunError(f"{error}\nrun: {folder.path}") from error


def _train_and_evaluate(
    ready: Ready, folder: RunFolder, interrupts: Interrupts, resume_from: Path | None, *, quiet: bool
) -> dict[str, Any]:
    from ftkit.evaluating.evaluation import (  # noqa: PLC0415 - with torch, see above
        Evaluation,
        evaluate_examples,
        scored_rows,
    )
    from ftkit.finetuning.card import write_card  # noqa: PLC0415
    from ftkit.finetuning.curves import draw_curves, read_curves  # noqa: PLC0415
    from ftkit.finetuning.result import describe_run  # noqa: PLC0415
    from ftkit.training.loop import fine_tune  # noqa: PLC0415

    setup, plugins = ready.setup, ready.setup.plugins
    plugins.call_extensions("run_started", directory=folder.path, recipe=setup.recipe.as_dict())

    def evaluate(step: int) -> Evaluation:
        evaluation = evaluate_examples(ready.loaded, ready.data.validation, setup.generation)
        plugins.call_extensions("run_evaluated", step=step, metrics=evaluation.metrics)
        return evaluation

    trained = fine_tune(
        ready,
        folder,
        evaluate=evaluate,
        interrupts=interrupts,
        resume_from=resume_from,
        quiet=quiet,
    )
    folder.write_artifact(partial(_save_artifact, ready))
    evaluation = trained.evaluation or evaluate(trained.best_step or trained.steps)
    result = describe_run(ready, evaluation, folder, trained)
    folder.write_json_lines("predictions.jsonl", scored_rows(evaluation, Formatter.of(ready.loaded)))
    curves = read_curves(folder.read_metrics(), setup.task_info.metrics[0].name)
    folder.write_text("curves.svg", draw_curves(curves))
    folder.write_text("README.md", write_card(setup, result, folder))
    folder.write_json(folder.result.name, result)
    plugins.call_extensions("run_finished", directory=folder.path, result=result)
    if setup.settings["remove_checkpoints"]:
        for leftover in (folder.checkpoints, folder.best):
            shutil.rmtree(leftover, ignore_errors=True)
    return result


def _save_artifact(ready: Ready, directory: Path) -> None:
    plugins = ready.setup.plugins
    plugins.manager.hook.save_artifact(model=ready.loaded.model, directory=directory)
    if plugins.method_info is not None and plugins.method_info.artifact_format == MODEL_FOLDER:
        ready.loaded.tokenizer.save_pretrained(directory)


def _ended(setup: Setup, folder: RunFolder, result: Mapping[str, Any]) -> Run:
    command = shlex.join(["ftkit", "predict", str(folder.path)])
    return Run(folder.path, result, f"{command} {setup.prediction_arguments}")


def _announce(ready: Ready, folder: RunFolder) -> None:
    setup, recipe = ready.setup, ready.setup.recipe
    if recipe.rehearsal:
        _say(
            f"rehearsal: the task's bundled sample on {setup.checkpoint}; for the real thing: "
            f"ftkit train --model {recipe.model} --method {recipe.method} --task {recipe.task} --data FILE"
        )
    for remark in ready.data.remarks:
        _say(remark)
    longest = ready.examples.whole_lengths[ready.examples.longest]
    _say(
        f"{setup.checkpoint}, {recipe.method}, {recipe.task}: "
        f"{counted(len(ready.examples), 'training example')}, {len(ready.data.validation):,} for validation, "
        f"{counted(ready.data.rejected, 'row')} rejected, {ready.examples.truncated:,} truncated; "
        f"the longest has {longest[0]:,} input + {longest[1]:,} target tokens "
        f"({ready.place(ready.examples.longest)}) → {folder.path}"
    )


def _say(text: str) -> None:
    """Tell the person something that is no part of the answer."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - a remark to the person
