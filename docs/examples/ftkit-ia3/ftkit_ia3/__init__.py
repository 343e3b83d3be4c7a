"""IA³: vectors that scale a frozen model's inner activations, through the PEFT library.

Liu et al., 2022: Few-Shot Parameter-Efficient Fine-Tuning is Better and Cheaper than In-Context Learning,
https://arxiv.org/abs/2205.05638. As there, the outputs of the keys' and values' projections are scaled, and
the inputs of the feed-forward block's last one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ftkit import BackboneInfo, CheckpointError, MethodInfo, Option, OptionsError, hookimpl

from ftkit_ia3.artifacts import demand_same_tensors, read_config

if TYPE_CHECKING:
    from transformers import PreTrainedModel


@hookimpl
def describe_method() -> MethodInfo:
    """Describe IA³."""
    return MethodInfo(
        requires_roles=("key", "value", "feed_forward_out"),
        requires_features=("peft",),
        mergeable=True,
        artifact_format="peft",
        learning_rate=3e-3,
        citation="Liu et al., 2022, arXiv:2205.05638",
        options=(
            Option(
                "outputs", "str", ("key", "value"), "roles of modules whose outputs are scaled", repeated=True
            ),
            Option(
                "inputs",
                "str",
                ("feed_forward_out",),
                "roles of modules whose inputs are scaled",
                repeated=True,
            ),
        ),
    )


@hookimpl
def apply_method(
    model: PreTrainedModel, backbone: BackboneInfo, options: Mapping[str, Any]
) -> PreTrainedModel:
    """Freeze the backbone and put a vector of ones at each target."""
    from peft import IA3Config, TaskType, get_peft_model  # imports torch, which a listing can do without

    problems = list(_problems(model, backbone, options))
    if problems:
        raise OptionsError(problems)
    outputs, inputs = (
        [suffix for role in options[name] for suffix in backbone.roles[role]]
        for name in ("outputs", "inputs")
    )
    config = IA3Config(
        task_type=TaskType.SEQ_2_SEQ_LM, target_modules=[*outputs, *inputs], feedforward_modules=inputs
    )
    return get_peft_model(model, config).train(model.training)


@hookimpl
def save_artifact(model: PreTrainedModel, directory: Path) -> None:
    """Write PEFT's files: the vectors and their settings."""
    model.save_pretrained(directory, safe_serialization=True, save_embedding_layers=False)


@hookimpl
def load_artifact(model: PreTrainedModel, directory: Path) -> PreTrainedModel:
    """Put saved vectors into a freshly loaded backbone."""
    from peft import PeftModel, get_peft_model_state_dict

    read_config(directory)
    try:
        loaded = PeftModel.from_pretrained(model, str(directory), is_trainable=True)
    except (ValueError, RuntimeError, TypeError, OSError) as error:
        raise CheckpointError(f"{directory} doesn't fit this backbone: {error}") from error
    demand_same_tensors(set(get_peft_model_state_dict(loaded, save_embedding_layers=False)), directory)
    return loaded.train(model.training)


@hookimpl
def merge_artifact(model: PreTrainedModel) -> PreTrainedModel:
    """Multiply the vectors into the weights that they scale, and give the plain model back."""
    return model.merge_and_unload()


def _problems(model: PreTrainedModel, backbone: BackboneInfo, options: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the roles that were asked for, on this backbone."""
    if hasattr(model, "peft_config") or hasattr(model, "adapters_config"):
        yield "method: the model was already changed by another method; load a fresh one"
    if not options["outputs"] and not options["inputs"]:
        yield "method.outputs: give at least one role here or for method.inputs"
    for role in sorted(set(options["outputs"]) & set(options["inputs"])):
        yield f"method.inputs: {role!r} is among method.outputs: a module is scaled on one side"
    for name in ("outputs", "inputs"):
        for role in options[name]:
            if not backbone.roles.get(role):
                known = ", ".join(backbone.roles)
                yield f"method.{name}: the backbone names no {role!r}; it names {known}"
