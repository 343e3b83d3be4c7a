"""What a run trains with: data read, weights loaded, method applied, examples tokenised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ftkit.data.examples import Formatter, read_examples
from ftkit.data.split import split
from ftkit.data.tokenised import TokenisedExamples, tokenise
from ftkit.descriptions import Example
from ftkit.loading import LoadedModel, load_selected
from ftkit.training.plan import Plan


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


def get_ready(plan: Plan) -> Ready:
    """Read the data, then the weights.

    Raises:
        FtkitError: The data or the checkpoint can't be used.
    """
    formatter = Formatter(plan.plugins.manager, plan.recipe.options["task"])
    training_rows, validation_rows = _read(plan, formatter)
    # torch and transformers take seconds to import: a mistake in the recipe or the data is known before.
    from transformers import set_seed  # noqa: PLC0415

    from ftkit.training.arguments import demand_trackers  # noqa: PLC0415

    demand_trackers(plan.settings["trackers"])
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
