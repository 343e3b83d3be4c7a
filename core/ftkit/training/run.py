"""The main path of `ftkit train`: from a recipe to a run folder, or on from where a run was stopped."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from ftkit.data.examples import Formatter, read_examples
from ftkit.data.split import split
from ftkit.data.tokenised import TokenisedExamples, tokenise
from ftkit.descriptions import Example
from ftkit.errors import RunError
from ftkit.loading import LoadedModel, load_selected
from ftkit.training.checkpoints import last_whole, step_of
from ftkit.training.folder import RunFolder, existing_run_folder, new_run_folder
from ftkit.training.interrupts import Interrupted, Interrupts
from ftkit.training.plan import Plan, make_plan
from ftkit.training.recipe import Recipe, read_recipe


@dataclass(frozen=True)
class Run:
    """A run that ended well.

    Attributes:
        folder: Its folder.
        result: What its `result.json` holds.
    """

    folder: Path
    result: Mapping[str, Any]


@dataclass(frozen=True)
class Ready:
    """Everything that a run trains with.

    Attributes:
        plan: What to do.
        formatter: The task's hooks with its options.
        loaded: The model, ready to train.
        examples: The training examples.
        validation: The validation examples.
    """

    plan: Plan
    formatter: Formatter
    loaded: LoadedModel
    examples: TokenisedExamples
    validation: Sequence[Example]


def train(recipe: Recipe, *, quiet: bool = False) -> Run:
    """Fine-tune as a recipe says, evaluate on the validation rows, and leave a run folder.

    Args:
        recipe: What to do.
        quiet: Show nothing on stderr but warnings.

    Raises:
        FtkitError: Something about the recipe, the data, the checkpoint or the folder is wrong.
        Interrupted: SIGINT or SIGTERM came; what was done is saved, and `resume` goes on.
    """
    interrupts = Interrupts()
    with interrupts.heard():
        plan = make_plan(recipe)
        ready = _get_ready(plan)
        with new_run_folder(recipe.output, plan.name) as folder:
            folder.write_text(folder.recipe.name, plan.as_yaml())
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
    interrupts = Interrupts()
    with interrupts.heard(), existing_run_folder(path) as folder:
        if folder.result.is_file():
            return Run(path, json.loads(folder.result.read_text(encoding="utf-8")))
        plan = make_plan(replace(read_recipe(folder.recipe), output=str(path)))
        found = last_whole(folder.checkpoints)
        for damaged in found.damaged:
            _say(f"{damaged} is damaged and is passed over")
        if not quiet:
            _say(f"resuming from {found.last}" if found.last else "no checkpoint yet: from the beginning")
        ready = _get_ready(plan)
        folder.forget_metrics_after(step_of(found.last) if found.last else -1)
        return _run(ready, folder, interrupts, found.last, quiet=quiet)


def _get_ready(plan: Plan) -> Ready:
    """Read the data, then the weights."""
    formatter = Formatter(plan.plugins.manager, plan.recipe.options["task"])
    training_rows, validation_rows = _read(plan, formatter)
    # torch and transformers take seconds to import: a mistake in the recipe or the data is known before.
    from transformers import set_seed  # noqa: PLC0415

    set_seed(plan.recipe.seed)  # the method's own parameters are drawn when it is applied
    loaded = load_selected(plan.plugins, plan.recipe.options, plan.source, plan.recipe.device)
    return Ready(plan, formatter, loaded, _tokenised(training_rows, plan, loaded), validation_rows)


def _read(plan: Plan, formatter: Formatter) -> tuple[Sequence[Example], Sequence[Example]]:
    rows = read_examples(plan.data, formatter)
    if plan.validation_data is not None:
        return rows, read_examples(plan.validation_data, formatter)
    return split(rows, plan.recipe.seed)


def _tokenised(rows: Sequence[Example], plan: Plan, loaded: LoadedModel) -> TokenisedExamples:
    limit = loaded.input_limit(plan.settings["max_input_tokens"])
    return tokenise(rows, loaded.tokenizer, limit, plan.task_info.max_output_tokens)


def _run(
    ready: Ready, folder: RunFolder, interrupts: Interrupts, resume_from: Path | None, *, quiet: bool
) -> Run:
    """Train, and say of whatever stops it how to go on."""
    try:
        if not quiet:
            _announce(ready, folder)
        return Run(folder.path, _train_and_evaluate(ready, folder, interrupts, resume_from, quiet=quiet))
    except Interrupted as stopped:
        raise Interrupted(stopped.signal, folder.resume_command) from None
    except (OSError, SafetensorError) as error:  # the latter from a method's own writer
        raise RunError(f"{error}; once that is mended, go on with: {folder.resume_command}") from error
    except RunError as error:
        raise RunError(f"{error}\nrun: {folder.path}") from error


def _train_and_evaluate(
    ready: Ready, folder: RunFolder, interrupts: Interrupts, resume_from: Path | None, *, quiet: bool
) -> dict[str, Any]:
    from ftkit.evaluation import evaluate  # noqa: PLC0415 - with torch, see above
    from ftkit.training.loop import fine_tune  # noqa: PLC0415
    from ftkit.training.result import describe_run  # noqa: PLC0415

    plan, hook = ready.plan, ready.plan.plugins.manager.hook
    hook.run_started(directory=folder.path, recipe=plan.recipe.as_dict())

    def evaluate_on_the_way(step: int) -> Mapping[str, float]:
        metrics = evaluate(
            ready.loaded, ready.formatter, plan.task_info, ready.validation, plan.settings
        ).metrics
        folder.append_metrics({"step": step, "evaluation": dict(metrics)})
        hook.run_evaluated(step=step, metrics=metrics)
        return metrics

    trained = fine_tune(
        plan,
        ready.loaded,
        ready.examples,
        folder,
        evaluate=evaluate_on_the_way,
        place=lambda row: f"row {row + 1}",
        interrupts=interrupts,
        resume_from=resume_from,
        quiet=quiet,
    )
    folder.write_artifact(lambda aside: hook.save_artifact(model=ready.loaded.model, directory=aside))
    evaluation = evaluate(ready.loaded, ready.formatter, plan.task_info, ready.validation, plan.settings)
    hook.run_evaluated(step=trained.steps, metrics=evaluation.metrics)
    result = describe_run(plan, ready.loaded, ready.examples, evaluation, folder, trained)
    folder.write_json_lines("predictions.jsonl", evaluation.rows)
    folder.write_json(folder.result.name, result)
    hook.run_finished(directory=folder.path, result=result)
    if plan.settings["remove_checkpoints"]:
        for leftover in (folder.checkpoints, folder.best):
            shutil.rmtree(leftover, ignore_errors=True)
    return result


def _announce(ready: Ready, folder: RunFolder) -> None:
    plan, recipe = ready.plan, ready.plan.recipe
    if recipe.rehearsal:
        _say(
            f"rehearsal: the task's bundled sample on {plan.checkpoint}; for the real thing: "
            f"ftkit train --model {recipe.model} --method {recipe.method} --task {recipe.task} --data FILE"
        )
    _say(
        f"{plan.checkpoint}, {recipe.method}, {recipe.task}: {len(ready.examples)} training rows, "
        f"{len(ready.validation)} for validation, {ready.examples.truncated} truncated → {folder.path}"
    )


def _say(text: str) -> None:
    """Tell the person something that is no part of the answer."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - a remark to the person
