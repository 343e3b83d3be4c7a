"""LoRA: low-rank matrices beside frozen weights, through the PEFT library.

Hu et al., 2022: LoRA: Low-Rank Adaptation of Large Language Models, https://arxiv.org/abs/2106.09685.
DoRA: Liu et al., 2024, https://arxiv.org/abs/2402.09353. rsLoRA: Kalajdzievski, 2023,
https://arxiv.org/abs/2312.03732. The rank and the targets are the paper's choice for attention layers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ftkit import BackboneInfo, CheckpointError, Claim, MethodInfo, Option, OptionsError, hookimpl
from ftkit_plugins.artifacts import demand_same_tensors, demand_unwrapped, misfit, read_artifact_config

if TYPE_CHECKING:
    from transformers import PreTrainedModel

_WEIGHTS = "adapter_model.safetensors"
_STACKS = ("both", "encoder", "decoder")
_INITS = ("default", "gaussian", "orthogonal", "pissa", "olora")

# Settings of a saved artifact that make PEFT import or build something of the artifact's choice.
_FORBIDDEN = ("auto_mapping", "megatron_config", "layer_replication")


@hookimpl
def describe_method() -> MethodInfo:
    """Describe LoRA."""
    return MethodInfo(
        requires_roles=("query", "value"),
        requires_features=("peft",),
        mergeable=True,
        artifact_format="peft",
        learning_rate=1e-3,
        citation="Hu et al., 2022, arXiv:2106.09685",
        claims=(
            Claim("is memory-efficient", "memory", "lower"),
            Claim("is faster", "step_seconds", "lower"),
        ),
        options=(
            Option("rank", "int", 8, "rank of the update, r in the paper", minimum=1),
            Option("alpha", "int", 16, "the update is scaled by alpha / rank", minimum=1),
            Option("dropout", "float", 0.0, "dropout on the update's input", minimum=0, maximum=0.9),
            Option(
                "targets", "str", ("query", "value"), "roles of the modules that get an update", repeated=True
            ),
            Option("stacks", "str", "both", "where the modules stand that get an update", _STACKS),
            Option("use_dora", "bool", default=False, help="learn magnitude and direction apart (DoRA)"),
            Option("use_rslora", "bool", default=False, help="scale by alpha / sqrt(rank) instead (rsLoRA)"),
            Option(
                "init", "str", "default", "how the matrices start; default leaves the model as it is", _INITS
            ),
        ),
    )


@hookimpl
def apply_method(
    model: PreTrainedModel, backbone: BackboneInfo, options: Mapping[str, Any]
) -> PreTrainedModel:
    """Freeze the backbone and put a trainable update beside each target."""
    from peft import LoraConfig, TaskType, get_peft_model  # noqa: PLC0415 - imports torch

    demand_unwrapped(model)
    config = LoraConfig(
        task_type=TaskType.SEQ_2_SEQ_LM,
        target_modules=_targets(model, backbone, options["targets"], options["stacks"]),
        r=options["rank"],
        lora_alpha=options["alpha"],
        lora_dropout=options["dropout"],
        use_dora=options["use_dora"],
        use_rslora=options["use_rslora"],
        init_lora_weights=True if options["init"] == "default" else options["init"],
    )
    try:
        return get_peft_model(model, config).train(model.training)
    except ValueError as error:  # such as an odd rank for the orthogonal start
        raise OptionsError([f"method: PEFT refuses these options: {error}"]) from error


@hookimpl
def save_artifact(model: PreTrainedModel, directory: Path) -> None:
    """Write PEFT's two files, the updates and their settings, and its README."""
    # "auto" would ask the hub whether the vocabulary grew; embeddings are never trained here.
    model.save_pretrained(directory, safe_serialization=True, save_embedding_layers=False)


@hookimpl
def load_artifact(model: PreTrainedModel, directory: Path) -> PreTrainedModel:
    """Put saved updates beside the weights of a freshly loaded backbone."""
    from peft import PeftModel, get_peft_model_state_dict  # noqa: PLC0415 - likewise

    demand_unwrapped(model)
    config = read_artifact_config(directory, _WEIGHTS)
    if config.get("peft_type") != "LORA":
        raise CheckpointError(f"{directory} holds no LoRA: its peft_type is {config.get('peft_type')!r}")
    forbidden = [key for key in _FORBIDDEN if config.get(key)]
    if forbidden:
        raise CheckpointError(f"{directory}: its adapter_config.json is refused for {', '.join(forbidden)}")
    try:
        loaded = PeftModel.from_pretrained(model, str(directory), is_trainable=True)
    except (ValueError, RuntimeError, TypeError, OSError) as error:
        raise misfit(directory, error) from error
    expected = get_peft_model_state_dict(loaded, save_embedding_layers=False)
    demand_same_tensors(set(expected), directory, _WEIGHTS)
    return loaded.train(model.training)


@hookimpl
def merge_artifact(model: PreTrainedModel) -> PreTrainedModel:
    """Add the updates to the backbone's weights and give the plain model back."""
    return model.merge_and_unload()


def _targets(
    model: PreTrainedModel, backbone: BackboneInfo, roles: tuple[str, ...], stacks: str
) -> list[str]:
    """Suffixes of the names of the target modules; whole names where only one stack has targets.

    Raises:
        OptionsError: A role that the backbone doesn't name, or that no module of this checkpoint, or of this
            stack of it, plays, or whose weights another module shares: merging would change both.
    """
    problems = [problem for role in roles for problem in _problems(model, backbone, role)]
    if not roles:
        problems = ["method.targets: give at least one role"]
    if problems:
        raise OptionsError(problems)
    suffixes = [suffix for role in roles for suffix in backbone.roles[role]]
    if stacks == "both":
        return suffixes
    stack = set((model.get_encoder() if stacks == "encoder" else model.get_decoder()).modules())
    names = [name for name, module in model.named_modules() if module in stack and _ends(name, suffixes)]
    if not names:
        raise OptionsError([f"method.targets: the {stacks} has no module for {' or '.join(roles)}"])
    return names


def _problems(model: PreTrainedModel, backbone: BackboneInfo, role: str) -> Iterator[str]:
    suffixes = backbone.roles.get(role)
    if not suffixes:
        yield f"method.targets: the backbone names no {role!r}; it names {', '.join(backbone.roles)}"
        return
    modules = dict(model.named_modules(remove_duplicate=False))
    names = [name for name in modules if _ends(name, suffixes)]
    users = Counter(id(weight) for module in modules.values() for weight in module.parameters(recurse=False))
    if not names:
        yield f"method.targets: this checkpoint has no module for {role!r}"
    elif any(users[id(weight)] > 1 for name in names for weight in modules[name].parameters(recurse=False)):
        yield f"method.targets: the weights of {role!r} are shared with another module"


def _ends(name: str, suffixes: Iterable[str]) -> bool:
    """Whether a module's name ends with one of the suffixes, on a dot's border."""
    return any(f".{name}".endswith(f".{suffix}") for suffix in suffixes)
