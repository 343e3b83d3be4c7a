"""Bottleneck adapters: small trained layers between frozen ones, through the adapters library.

Houlsby et al., 2019: Parameter-Efficient Transfer Learning for NLP, https://arxiv.org/abs/1902.00751
(`double_seq_bn`); Pfeiffer et al., 2020, https://arxiv.org/abs/2005.00247 (`seq_bn`); He et al., 2021,
https://arxiv.org/abs/2110.04366 (`par_bn`); Karimi Mahabadi et al., 2021, https://arxiv.org/abs/2106.04647
(`compacter`). The library is Poth et al.'s, 2023, https://arxiv.org/abs/2311.11077.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ftkit import CheckpointError, Claim, MethodInfo, Option, OptionsError, hookimpl
from ftkit_plugins.artifacts import demand_same_tensors, demand_unwrapped, misfit, read_artifact_config

if TYPE_CHECKING:
    from transformers import PreTrainedModel

_NAME = "ftkit"  # the library wants a name for each adapter; it becomes part of the tensors' names
_WEIGHTS = "adapter.safetensors"
_CONFIGS = (
    "seq_bn",
    "double_seq_bn",
    "par_bn",
    "seq_bn_inv",
    "double_seq_bn_inv",
    "compacter",
    "compacter++",
)


@hookimpl
def describe_method() -> MethodInfo:
    """Describe bottleneck adapters. They hold a non-linearity, so that nothing can be merged."""
    own = "none means the config's own"
    return MethodInfo(
        requires_features=("adapters",),
        artifact_format="adapters",
        learning_rate=5e-4,
        citation="Houlsby et al., 2019, arXiv:1902.00751; Pfeiffer et al., 2020, arXiv:2005.00247",
        claims=(
            Claim("is the most memory-efficient", "memory", "lowest"),
            Claim("is the fastest", "step_seconds", "lowest"),
        ),
        options=(
            Option("config", "str", "seq_bn", "where the adapters stand and how they are built", _CONFIGS),
            Option("reduction_factor", "float", None, f"hidden size over bottleneck; {own}", minimum=1),
            Option(
                "non_linearity",
                "str",
                None,
                f"activation in the bottleneck; {own}",
                ("relu", "gelu", "swish", "tanh", "leakyrelu"),
            ),
            Option("dropout", "float", None, f"dropout in the adapters; {own}", minimum=0, maximum=0.9),
            Option(
                "cross_adapter", "bool", default=False, help="adapters behind the cross-attention as well"
            ),
            Option("init_weights", "str", None, f"how they start; {own}", ("bert", "mam_adapter", "houlsby")),
            Option(
                "leave_out",
                "int",
                (),
                "layers without adapter, counted from 0 through encoder and decoder",
                minimum=0,
                repeated=True,
            ),
        ),
    )


@hookimpl
def apply_method(model: PreTrainedModel, options: Mapping[str, Any]) -> PreTrainedModel:
    """Freeze the backbone and add one trainable adapter to its layers."""
    from adapters import AdapterConfig  # noqa: PLC0415 - imports torch

    demand_unwrapped(model)
    training = model.training
    changes = {key: value for key, value in options.items() if key != "config" and value is not None}
    changes["leave_out"] = list(options["leave_out"])
    config = AdapterConfig.load(options["config"], **changes)
    _initialise(model)
    _demand_layers(model, changes["leave_out"])
    try:
        model.add_adapter(_NAME, config=config)
    except (AssertionError, ValueError) as error:  # sizes that don't divide, above all
        raise OptionsError([f"method: the adapters library refuses these options: {error}"]) from error
    return _trained(model, training=training)


@hookimpl
def save_artifact(model: PreTrainedModel, directory: Path) -> None:
    """Write the adapter in the library's format, without the frozen output layer that it would add."""
    from safetensors.torch import load_file, save_file  # noqa: PLC0415 - likewise

    model.save_adapter(str(directory), _NAME, with_head=False, use_safetensors=True)
    # adapters 1.3 overlooks what a compacter's layers share where the backbone has no model in the model.
    saved = load_file(directory / _WEIGHTS)
    lost = {name: tensor.cpu() for name, tensor in _own_tensors(model).items() if name not in saved}
    if lost:
        save_file(saved | lost, directory / _WEIGHTS)


@hookimpl
def load_artifact(model: PreTrainedModel, directory: Path) -> PreTrainedModel:
    """Put a saved adapter into a freshly loaded backbone."""
    demand_unwrapped(model)
    training = model.training
    config = read_artifact_config(directory, _WEIGHTS)
    _demand_fit(config, model, directory)
    _initialise(model)
    try:
        model.load_adapter(str(directory), load_as=_NAME, with_head=False, use_safetensors=True)
    except (ValueError, RuntimeError, TypeError, KeyError, OSError) as error:
        raise misfit(directory, error) from error
    # Somebody else's adapter has another name, which is part of its tensors' names.
    saved_as = {name.replace(f".{_NAME}.", f".{config.get('name')}.") for name in _own_tensors(model)}
    demand_same_tensors(saved_as, directory, _WEIGHTS)
    return _trained(model, training=training)


def _own_tensors(model: PreTrainedModel) -> dict[str, Any]:
    return {name: tensor for name, tensor in model.state_dict().items() if f".{_NAME}." in name}


def _initialise(model: PreTrainedModel) -> None:
    import adapters  # noqa: PLC0415 - likewise

    adapters.init(model)
    # The library's forward takes **kwargs, which a Trainer reads as "wants num_items_in_batch"; T5 doesn't.
    model.accepts_loss_kwargs = False


def _trained(model: PreTrainedModel, *, training: bool) -> PreTrainedModel:
    from adapters import AdapterSetup  # noqa: PLC0415 - likewise

    for name, weight in model.named_parameters():
        if f".{_NAME}." in name:
            weight.data = weight.data.to(model.dtype)  # the library adds in float32 and never casts
    with AdapterSetup(_NAME):  # or the library warns of an adapter that isn't active while it activates it
        model.train_adapter(_NAME)
    return model.train(training)


def _demand_layers(model: PreTrainedModel, layers: list[int]) -> None:
    count = sum(1 for _ in model.iter_layers())
    beyond = [str(layer) for layer in layers if layer >= count]
    if beyond:
        raise OptionsError(
            [f"method.leave_out: there is no layer {', '.join(beyond)}, only 0 to {count - 1}"]
        )


def _demand_fit(config: Mapping[str, Any], model: PreTrainedModel, directory: Path) -> None:
    if not str(config.get("version", "")).startswith("adapters.") or not isinstance(
        config.get("config"), dict
    ):
        raise CheckpointError(f"{directory} holds no adapter of the adapters library")
    for key, own in (("model_type", model.config.model_type), ("hidden_size", model.config.hidden_size)):
        if config.get(key) != own:
            raise CheckpointError(
                f"{directory} is for another backbone: its {key} is {config.get(key)!r}, here it is {own!r}"
            )
