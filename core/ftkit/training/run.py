"""The main path of `ftkit train`: from a recipe to a run folder."""

from __future__ import annotations

import resource
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ftkit.data.examples import Formatter
from ftkit.data.prepared import PreparedData, prepare
from ftkit.data.tokenised import TokenisedExamples
from ftkit.evaluation import Evaluation, evaluate
from ftkit.loading import LoadedModel, load_selected
from ftkit.training.folder import RunFolder, create_run_folder, size_of
from ftkit.training.plan import Plan, make_plan
from ftkit.training.recipe import Recipe

if TYPE_CHECKING:
    from ftkit.training.loop import Trained

_LIBRARIES = ("ftkit", "torch", "transformers", "peft", "adapters")


@dataclass(frozen=True)
class Run:
    """A run that ended well.

    Attributes:
        folder: Its folder.
        result: What its `result.json` holds.
    """

    folder: Path
    result: Mapping[str, Any]


def train(recipe: Recipe) -> Run:
    """Fine-tune as a recipe says, evaluate on the validation rows, and leave a run folder.

    Raises:
        FtkitError: Something about the recipe, the data, the checkpoint or the folder is wrong.
    """
    plan = make_plan(recipe)
    hook = plan.plugins.manager.hook
    formatter = Formatter(plan.plugins.manager, plan.recipe.options["task"])
    data = _read(plan)
    # torch and transformers take seconds to import: a mistake in the recipe or the data is known before.
    from transformers import set_seed  # noqa: PLC0415

    from ftkit.training.loop import fine_tune  # noqa: PLC0415

    set_seed(recipe.seed)  # the method's own parameters are drawn when it is applied
    loaded = load_selected(plan.plugins, plan.recipe.options, plan.source, recipe.device)
    examples = _tokenised(data, plan, loaded)
    folder = create_run_folder(recipe.output, plan.name)
    folder.write_text("recipe.yaml", plan.recipe.as_yaml())
    if data.rejected:
        folder.copy(data.rejected_rows, "rejected.jsonl")
    _announce(plan, examples, data, folder)
    _start(plan, folder)
    trained = fine_tune(plan, loaded, examples, folder)
    hook.save_artifact(model=loaded.model, directory=folder.artifact)
    evaluation = evaluate(loaded, formatter, plan.task_info, data.validation, plan.settings)
    hook.run_evaluated(step=trained.steps, metrics=evaluation.metrics)
    result = _result(plan, loaded, examples, data, evaluation, folder, trained)
    folder.write_json_lines("predictions.jsonl", evaluation.rows)
    folder.write_json("result.json", result)
    hook.run_finished(directory=folder.path, result=result)
    return Run(folder.path, result)


def _read(plan: Plan) -> PreparedData:
    recipe = plan.recipe
    return prepare(
        plan.data, plan.validation_data, plan.reading, recipe.seed, plan.plugins, recipe.options["task"]
    )


def _tokenised(data: PreparedData, plan: Plan, loaded: LoadedModel) -> TokenisedExamples:
    limit = loaded.input_limit(plan.settings["max_input_tokens"])
    return data.tokenised(loaded.tokenizer, limit, plan.task_info.max_output_tokens)


def _announce(plan: Plan, examples: TokenisedExamples, data: PreparedData, folder: RunFolder) -> None:
    recipe = plan.recipe
    if recipe.rehearsal:
        _say(
            f"rehearsal: the task's bundled sample on {plan.checkpoint}; for the real thing: "
            f"ftkit train --model {recipe.model} --method {recipe.method} --task {recipe.task} --data FILE"
        )
    for remark in data.remarks:
        _say(remark)
    longest = examples.whole_lengths[examples.longest]
    _say(
        f"{plan.checkpoint}, {recipe.method}, {recipe.task}: {len(examples):,} training rows, "
        f"{len(data.validation):,} for validation, {data.rejected:,} rejected, {examples.truncated:,} "
        f"truncated; the longest has {longest[0]:,} + {longest[1]:,} tokens "
        f"({data.training.place(examples.longest)}) → {folder.path}"
    )


def _start(plan: Plan, folder: RunFolder) -> None:
    import yaml  # noqa: PLC0415 - a copy to read, made only for the extensions

    recipe = yaml.safe_load(plan.recipe.as_yaml())
    plan.plugins.manager.hook.run_started(directory=folder.path, recipe=recipe)


def _result(
    plan: Plan,
    loaded: LoadedModel,
    examples: TokenisedExamples,
    data: PreparedData,
    evaluation: Evaluation,
    folder: RunFolder,
    trained: Trained,
) -> dict[str, Any]:
    recipe = plan.recipe
    parameters = list(loaded.model.parameters())
    tokens = int(examples.lengths.sum())
    return {
        "model": recipe.model,
        "checkpoint": plan.checkpoint,
        "method": recipe.method,
        "task": recipe.task,
        "rehearsal": recipe.rehearsal,
        "metrics": dict(evaluation.metrics),
        "examples": len(examples),
        "validation_examples": len(evaluation.rows),
        "unparseable": evaluation.unparseable,
        "rejected": data.rejected,
        "truncated": examples.truncated,
        "data": data.summary,
        "target_tokens": examples.target_tokens,
        "padding_fraction": round(trained.padding, 4),
        "trainable_parameters": sum(each.numel() for each in parameters if each.requires_grad),
        "total_parameters": sum(each.numel() for each in parameters),
        "artifact_bytes": size_of(folder.artifact),
        "train_seconds": round(trained.seconds, 3),
        "steps": trained.steps,
        "tokens_per_second": round(trained.epochs * tokens / trained.seconds, 1),
        "peak_memory_bytes": _peak_memory(),
        "seed": recipe.seed,
        "versions": {name: version(name) for name in _LIBRARIES},
        "plugins": {
            plugin.record.kind: f"{plugin.record.qualified} {plugin.record.distribution.version}"
            for plugin in (plan.plugins.backbone, plan.plugins.method, plan.plugins.task)
            if plugin is not None
        },
    }


def _peak_memory() -> int:
    """Largest resident size of this process so far, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # Linux counts in KiB


def _say(text: str) -> None:
    """Tell the person something that is no part of the answer."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - a remark to the person
