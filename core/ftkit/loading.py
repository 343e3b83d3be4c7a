"""`ftkit.load`: a backbone's checkpoint with a method applied, ready to train, and everything that chose it.

Names are resolved, options checked and the fit of method and task decided from descriptions before a byte of
weights is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ftkit.descriptions import BackboneInfo, Option
from ftkit.errors import CheckpointError, OptionsError
from ftkit.options import complete_options
from ftkit.plugins import SelectedPlugins, load_plugins
from ftkit.registry.deprecated import deprecated_options, warn_of
from ftkit.registry.loading import LoadedPlugin

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


@dataclass(frozen=True)
class LoadedModel:
    """A model, its tokenizer and what they came from; unpacks into `model, tokenizer`.

    Attributes:
        model: Maps `input_ids` (B, S) and `labels` (B, T) to logits (B, T, vocabulary); in evaluation mode,
            exactly the parameters that the method trains require gradients.
        tokenizer: The checkpoint's tokenizer.
        plugins: The plugins used; `plugins.manager.hook` calls them.
        source: The hub id or folder that the weights came from.
        options: For `model`, `method` and `task`, the value of every option.
    """

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    plugins: SelectedPlugins
    source: str
    options: Mapping[str, Mapping[str, Any]]

    def __iter__(self) -> Iterator[Any]:
        return iter((self.model, self.tokenizer))

    @property
    def backbone(self) -> BackboneInfo:
        """What the backbone says of itself."""
        return self.plugins.backbone_info

    def token_limit(self, wanted: int) -> int:
        """The longest input or output, in tokens: what is wanted, or what backbone and checkpoint can."""
        positions = getattr(self.model.config, "max_position_embeddings", None)
        limits = [limit for limit in (self.backbone.max_input_tokens, positions) if limit]
        return min([wanted, *limits])


def load(
    model: str,
    method: str | None = None,
    task: str | None = None,
    *,
    checkpoint: str | None = None,
    device: str = "auto",
    dtype: str = "float32",
    model_options: Mapping[str, Any] | None = None,
    method_options: Mapping[str, Any] | None = None,
    task_options: Mapping[str, Any] | None = None,
) -> LoadedModel:
    """Load a checkpoint and apply a fine-tuning method to it.

    Args:
        model: A backbone or one of its checkpoints.
        method: A fine-tuning method; None leaves the model as its checkpoint has it.
        task: A task that the model must suit.
        checkpoint: Another hub id or folder to take the weights from.
        device: `cpu`, `cuda`, `cuda:1`, `mps`…; `auto` takes the first accelerator there is.
        dtype: `float32`, or `bfloat16` where the backbone can.
        model_options: Values of the backbone's options, typed or as strings.
        method_options: Values of the method's options, likewise.
        task_options: Values of the task's options, likewise.

    Returns:
        What unpacks into `model, tokenizer`.

    Raises:
        PluginError: A name finds no usable plugin.
        OptionsError: Options are wrong, or method or task don't suit the backbone; with every problem.
        CheckpointError: The checkpoint can't be had, doesn't fit the backbone, or isn't safe to load.

    Example:
        `model, tokenizer = ftkit.load("bart", method="adapter", task="qa")`
    """
    plugins = load_plugins(backbone=model, method=method, task=task)
    demand_fit(plugins, dtype)
    given = {"model": model_options, "method": method_options, "task": task_options}
    options = check_options(plugins, given)
    return load_selected(plugins, options, checkpoint or plugins.checkpoint_source, device, dtype)


def load_selected(
    plugins: SelectedPlugins,
    options: Mapping[str, Mapping[str, Any]],
    source: str,
    device: str = "auto",
    dtype: str = "float32",
) -> LoadedModel:
    """Load what was selected and checked before; see `load`.

    Args:
        plugins: With a backbone, and the method to apply if any.
        options: For `model` and `method`, a checked value of every option.
        source: Hub id or folder of the weights.
        device: As for `load`.
        dtype: As for `load`.

    Raises:
        OptionsError: The device or the data type can't be used.
        CheckpointError: As for `load`.
    """
    hook = plugins.manager.hook
    place = _device(device)
    loaded = hook.load_model(source=source, dtype=dtype, options=options["model"])
    tokenizer = hook.load_tokenizer(source=source, options=options["model"])
    tokenizer.padding_side = "right"  # on the left it would move the positions of an encoder's tokens
    _demand_vocabulary(loaded, tokenizer, source)
    if plugins.method is not None:
        info = plugins.backbone_info
        loaded = hook.apply_method(model=loaded, backbone=info, options=options["method"])
    return LoadedModel(loaded.to(place), tokenizer, plugins, source, options)


def demand_fit(plugins: SelectedPlugins, dtype: str = "float32") -> None:
    """Refuse what can't work on the backbone, from the descriptions alone: method, task, bfloat16.

    Raises:
        OptionsError: With every reason.
    """
    problems = plugins.obstacles()
    if dtype == "bfloat16" and dtype not in plugins.backbone_info.features:
        problems.insert(0, "dtype: the backbone lacks the feature bfloat16")
    if problems:
        raise OptionsError(problems)


def check_options(
    plugins: SelectedPlugins, given: Mapping[str, Mapping[str, Any] | None]
) -> dict[str, dict[str, Any]]:
    """Complete the options of the selected plugins from the values given for `model`, `method` and `task`.

    Raises:
        OptionsError: With every problem.
    """
    complete = complete_options(
        declared_options(plugins), {part: values or {} for part, values in given.items()}
    )
    warn_of_deprecated_options(plugins, complete)
    return complete


def declared_options(plugins: SelectedPlugins) -> dict[str, Sequence[Option]]:
    """The options that the selected plugins declare, for `model`, `method` and `task`."""
    return {part: plugin.info.options if plugin else () for part, plugin in _parts(plugins).items()}


def warn_of_deprecated_options(plugins: SelectedPlugins, options: Mapping[str, Mapping[str, Any]]) -> None:
    """Tell whoever gives an option that its plugin means to drop.

    Args:
        plugins: The selected plugins, extensions with their options.
        options: For `model`, `method` and `task`, a checked value of every option.
    """
    chosen = [(plugin, options[part]) for part, plugin in _parts(plugins).items() if plugin is not None]
    for plugin, values in [*chosen, *zip(plugins.extensions, plugins.extension_options, strict=True)]:
        warn_of(deprecated_options(plugin, values))


def _parts(plugins: SelectedPlugins) -> dict[str, LoadedPlugin | None]:
    return {"model": plugins.backbone, "method": plugins.method, "task": plugins.task}


def _device(name: str) -> str:
    import torch  # noqa: PLC0415 - seconds, paid by whoever loads a model

    if name != "auto":
        try:
            torch.empty(0, device=name)
        except (RuntimeError, AssertionError) as error:
            problem = f"device: {name!r} can't be used here: {error}; auto takes the best that there is"
            raise OptionsError([problem]) from error
        return name
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _demand_vocabulary(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, source: str) -> None:
    """Refuse a tokenizer with tokens that the model has no embedding for."""
    rows, tokens = model.get_input_embeddings().num_embeddings, len(tokenizer)
    if tokens > rows:
        raise CheckpointError(
            f"{source}: its tokenizer has {tokens} tokens, and its model has embeddings for {rows} only; "
            "take tokenizer and weights of one checkpoint"
        )
