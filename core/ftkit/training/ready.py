"""What a run trains with: data read, weights loaded, method applied, examples tokenised."""

from __future__ import annotations

from dataclasses import dataclass

from ftkit.data.prepared import PreparedData
from ftkit.data.tokenised import TokenisedExamples
from ftkit.loading import LoadedModel, load_selected
from ftkit.runs.resolving import Setup
from ftkit.runs.rows import read_data
from ftkit.threads import fitting_threads


@dataclass(frozen=True)
class Ready:
    """Everything that a run trains with.

    Attributes:
        setup: What to do, the precision decided.
        loaded: The model, ready to train.
        data: Training and validation examples, and what was read for them.
        examples: The training examples as token ids.
    """

    setup: Setup
    loaded: LoadedModel
    data: PreparedData
    examples: TokenisedExamples

    def place(self, row: int) -> str:
        """Where the example of a number comes from, as `file:line`."""
        return self.data.training.place(self.examples.origin(row))


def get_ready(setup: Setup) -> Ready:
    """Read the data, then the weights.

    Raises:
        FtkitError: The data or the checkpoint can't be used.
    """
    data = read_data(setup)
    # torch and transformers take seconds to import: a mistake in the recipe or the data is known before.
    from transformers import set_seed  # noqa: PLC0415

    from ftkit.precision import chosen_precision  # noqa: PLC0415
    from ftkit.training.arguments import demand_trackers  # noqa: PLC0415
    from ftkit.training.encoder_cache import demand_frozen_encoder  # noqa: PLC0415

    demand_trackers(setup.settings["trackers"])
    set_seed(setup.recipe.seed)  # the method's own parameters are drawn when it is applied
    loaded = load_selected(setup.plugins, setup.recipe.options, setup.source, setup.recipe.device)
    with fitting_threads(tiny=setup.tiny):  # those that the training will have
        precision = chosen_precision(setup.settings["precision"], loaded.model)
    setup = setup.with_settings(precision=precision)
    if setup.settings["cache_encoder"]:
        demand_frozen_encoder(loaded.model)
    longest = setup.settings["max_output_tokens"] or setup.task_info.max_output_tokens
    limits = [loaded.token_limit(tokens) for tokens in (setup.settings["max_input_tokens"], longest)]
    examples = data.tokenised(loaded.tokenizer, *limits)
    return Ready(setup, loaded, data, examples)
