"""What a backbone says of itself, with the standard names for what it has and can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ftkit.descriptions.options import Option, demand, demand_unique_options
from ftkit.typed_data import demand_types

ROLES = MappingProxyType(
    {
        "query": "projection of the attention's queries",
        "key": "projection of the attention's keys",
        "value": "projection of the attention's values",
        "attention_output": "projection behind the attention",
        "feed_forward_in": "first projection of the feed-forward block",
        "feed_forward_gate": "gate of a gated feed-forward block",
        "feed_forward_out": "last projection of the feed-forward block",
        "embedding": "token embedding",
        "language_model_head": "projection onto the vocabulary",
    }
)
"""The standard names for what a module does. A plugin may add names of its own."""

FEATURES = MappingProxyType(
    {
        "gradient_checkpointing": "activations can be recomputed in the backward pass",
        "bfloat16": "trains in bfloat16",
        "peft": "PEFT can wrap the model",
        "adapters": "the adapters library can initialise the model",
        "multilingual": "the tokenizer covers the languages of translation tasks",
    }
)
"""The standard names for what a backbone can do. A plugin may add names of its own."""


@dataclass(frozen=True)
class Checkpoint:
    """Named weights of a backbone.

    Attributes:
        source: A hub id such as `google-t5/t5-base`, or the absolute path of a folder.
        parameters: Number of parameters, each tensor counted once; None where unknown.
        embedded: Whether the weights come with the plugin, so that no network is needed.
    """

    source: str
    parameters: int | None = None
    embedded: bool = False

    def __post_init__(self) -> None:
        demand_types(self)


@dataclass(frozen=True)
class BackboneInfo:
    """What a backbone says of itself.

    Attributes:
        model_type: The `model_type` in the `config.json` of its checkpoints, such as `t5`.
        architectures: Class names that `config.json` may give, such as `BartForConditionalGeneration`.
        checkpoints: Checkpoint by name; each name is the plugin's own name, a dash, and the rest.
        default_checkpoint: The name used where none is given.
        rehearsal_checkpoint: The name of a tiny embedded checkpoint for runs without data, if any.
        roles: For each role (see `ROLES`), suffixes of the names of the modules that play it, as
            `model.named_modules()` gives them, on a dot's border: `("SelfAttention.q",)`.
        features: What the backbone can do (see `FEATURES`).
        max_input_tokens: Longest input in tokens; None where positions are relative.
        licence: SPDX expression of the weights' licence.
        citation: Where the model was published, such as `Raffel et al., 2020, arXiv:1910.10683`.
        options: Options of `load_model` and `load_tokenizer`.
    """

    model_type: str
    architectures: tuple[str, ...]
    checkpoints: Mapping[str, Checkpoint]
    default_checkpoint: str
    roles: Mapping[str, tuple[str, ...]]
    rehearsal_checkpoint: str | None = None
    features: tuple[str, ...] = ()
    max_input_tokens: int | None = None
    licence: str = ""
    citation: str = ""
    options: tuple[Option, ...] = ()

    def __post_init__(self) -> None:
        demand_types(self)
        for name in filter(None, (self.default_checkpoint, self.rehearsal_checkpoint)):
            demand(name in self.checkpoints, f"checkpoint {name!r} is not among its checkpoints")
        demand_unique_options(self.options)
