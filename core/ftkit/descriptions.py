"""What plugins say of themselves: plain data that travels as JSON and needs no library.

Each plugin has one describe hook that returns one of the four `…Info` objects below. From these alone
ftkit lists options, names checkpoints, finds a method's target modules on a backbone that it has never
seen, and says which method works on which backbone before a byte is downloaded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from ftkit.typed_data import demand_types, rebuilt

OPTION_TYPES = MappingProxyType({"bool": bool, "int": int, "float": float, "str": str})

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

CLAIM_FIGURES = MappingProxyType(
    {
        "quality": "the task's first metric",
        "memory": "peak memory of the training, without what the process held before the weights",
        "step_seconds": "seconds of an optimiser step",
    }
)
"""What a method's claim can be about; `ftkit compare` measures it."""

STANDINGS = MappingProxyType(
    {
        "highest": "more of it, or better, than with every other method",
        "lowest": "less of it than with every other method",
        "higher": "more of it, or better, than where every weight is trained",
        "lower": "less of it than where every weight is trained",
    }
)
"""How a claim places a method among those that it is compared with."""

OptionValue = bool | int | float | str | None


@dataclass(frozen=True)
class Option:
    """One typed option of a plugin, given as `--method.rank 8` or in a recipe.

    Attributes:
        name: Snake case, such as `reduction_factor`.
        type: `bool`, `int`, `float` or `str`.
        default: The value where none is given; None means that the plugin decides.
        help: One line.
        choices: The allowed values; empty where any value of the type is.
        minimum: Smallest allowed number, itself included.
        maximum: Largest allowed number, itself included.
        repeated: Whether the value is a list, written `a,b,c` on the command line.
        deprecated: What to use instead, where the plugin means to drop the option; whoever gives it is told.
        words: Words that may stand in place of a value of the type, such as `auto`.
    """

    name: str
    type: str
    default: OptionValue | tuple[OptionValue, ...]
    help: str
    choices: tuple[OptionValue, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    repeated: bool = False
    deprecated: str = ""
    words: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        demand_types(self)
        _demand(self.name.isidentifier(), f"option name {self.name!r} is no identifier")
        _demand(self.type in OPTION_TYPES, f"option {self.name}: no type {self.type!r}")
        _demand(bool(self.help.strip()), f"option {self.name}: help is empty")
        _demand(
            isinstance(self.default, tuple) == self.repeated,
            f"option {self.name}: a repeated option has a tuple for default, and no other has",
        )
        for choice in self.choices:
            _demand(self._is_of_type(choice), f"option {self.name}: choice {choice!r} is no {self.type}")
        for value in self.default if isinstance(self.default, tuple) else (self.default,):
            self._demand_allowed(value)

    def _is_of_type(self, value: OptionValue) -> bool:
        wanted = (int, float) if self.type == "float" else OPTION_TYPES[self.type]
        return isinstance(value, wanted) and (self.type == "bool") == isinstance(value, bool)

    def _demand_allowed(self, value: OptionValue) -> None:
        """Demand that a default is a value that a person could give, or None."""
        where = f"option {self.name}: default {value!r}"
        if value is None or value in self.words:
            return
        _demand(self._is_of_type(value), f"{where} is no {self.type}")
        _demand(not self.choices or value in self.choices, f"{where} is not among its choices")
        if isinstance(value, (int, float)):
            _demand(self.minimum is None or value >= self.minimum, f"{where} is below its minimum")
            _demand(self.maximum is None or value <= self.maximum, f"{where} is above its maximum")


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
            _demand(name in self.checkpoints, f"checkpoint {name!r} is not among its checkpoints")
        _demand_unique_options(self.options)


@dataclass(frozen=True)
class Claim:
    """What is commonly said of a method's quality or costs, in a form that can be measured.

    Attributes:
        text: Goes on behind the method's name, such as `needs the most memory`.
        figure: One of `CLAIM_FIGURES`.
        standing: One of `STANDINGS`.
    """

    text: str
    figure: str
    standing: str

    def __post_init__(self) -> None:
        demand_types(self)
        _demand(bool(self.text.strip()), "a claim needs a text")
        _demand(self.figure in CLAIM_FIGURES, f"claim {self.text!r}: no figure {self.figure!r}")
        _demand(self.standing in STANDINGS, f"claim {self.text!r}: no standing {self.standing!r}")


@dataclass(frozen=True)
class MethodInfo:
    """What a fine-tuning method says of itself.

    Attributes:
        requires_roles: Roles that the backbone must name for the method to find its targets.
        requires_features: Features that the backbone must have.
        mergeable: Whether `merge_artifact` folds the artifact into the backbone's own weights.
        artifact_format: Whose format `save_artifact` writes, such as `peft`.
        learning_rate: Peak rate for AdamW that is a good start on checkpoints of usual size.
        citation: Where the method was published.
        options: Options of `apply_method`.
        claims: What is commonly said of it; `ftkit compare` says whether it is true.
    """

    requires_roles: tuple[str, ...] = ()
    requires_features: tuple[str, ...] = ()
    mergeable: bool = False
    artifact_format: str = ""
    learning_rate: float = 1e-4
    citation: str = ""
    options: tuple[Option, ...] = ()
    claims: tuple[Claim, ...] = ()

    def __post_init__(self) -> None:
        demand_types(self)
        _demand(self.learning_rate > 0, "learning_rate must be positive")
        _demand_unique_options(self.options)


@dataclass(frozen=True)
class Column:
    """One field of a task's rows.

    Attributes:
        name: The field's name, such as `context`.
        help: One line.
        required: Whether a row without it is refused even for prediction.
    """

    name: str
    help: str
    required: bool = True

    def __post_init__(self) -> None:
        demand_types(self)


@dataclass(frozen=True)
class Metric:
    """One figure that a task's `score` gives.

    Attributes:
        name: Its key in what `score` returns.
        help: One line with the source of its definition.
        minimum: Smallest possible value.
        maximum: Largest possible value; None where there is no bound, as for perplexity.
        higher_is_better: Which end is the good one.
        mean_of_rows: Whether the value for many rows is the mean of the values for each row alone, as for
            accuracy but not for BLEU.
    """

    name: str
    help: str
    minimum: float = 0.0
    maximum: float | None = 1.0
    higher_is_better: bool = True
    mean_of_rows: bool = False

    def __post_init__(self) -> None:
        demand_types(self)


@dataclass(frozen=True)
class Sample:
    """Rows that come with a task, for runs without data: absolute paths of two files."""

    train: str
    validation: str

    def __post_init__(self) -> None:
        demand_types(self)


@dataclass(frozen=True)
class TaskInfo:
    """What a task formatter says of itself.

    Attributes:
        columns: Fields that the rows have.
        metrics: What `score` returns; the first one decides which checkpoint is best.
        max_output_tokens: Length at which generation stops, in tokens.
        labels: All targets there are, where the set is closed; empty where it is open.
        requires_features: Features that the backbone must have.
        sample: Rows for runs without data.
        rehearsed_first: Whether a rehearsal that names no task should take this one.
        citation: Where the task or its metric was published.
        options: Options of the task's hooks.
    """

    columns: tuple[Column, ...]
    metrics: tuple[Metric, ...]
    max_output_tokens: int
    labels: tuple[str, ...] = ()
    requires_features: tuple[str, ...] = ()
    sample: Sample | None = None
    rehearsed_first: bool = False
    citation: str = ""
    options: tuple[Option, ...] = ()

    def __post_init__(self) -> None:
        demand_types(self)
        _demand(bool(self.columns), "a task needs at least one column")
        _demand(bool(self.metrics), "a task needs at least one metric")
        _demand(self.max_output_tokens > 0, "max_output_tokens must be positive")
        _demand_unique_options(self.options)


@dataclass(frozen=True)
class ExtensionInfo:
    """What an extension says of itself.

    Attributes:
        options: Options of the extension's hooks.
        citation: Where it is described, if anywhere.
    """

    options: tuple[Option, ...] = ()
    citation: str = ""

    def __post_init__(self) -> None:
        demand_types(self)
        _demand_unique_options(self.options)


Info = BackboneInfo | MethodInfo | TaskInfo | ExtensionInfo


_Info = TypeVar("_Info", BackboneInfo, MethodInfo, TaskInfo, ExtensionInfo)


def to_json(info: Info) -> dict[str, Any]:
    """The description as JSON types; `from_json` takes it back."""
    return asdict(info)


def from_json(kind: type[_Info], data: Mapping[str, Any]) -> _Info:
    """Rebuild what `to_json` gave.

    Raises:
        TypeError: The data is no description of the kind.
        ValueError: It is one that makes no sense.
        KeyError: A field is missing.
    """
    info: _Info = rebuilt(kind, data)
    return info


@dataclass(frozen=True)
class Example:
    """One row, formatted: what goes into the model and what should come out.

    Attributes:
        input: Text for the encoder.
        target: Text for the decoder; None where the row has no answer (prediction).
        references: All targets that count as right; the target alone where nothing else is given.
        window: Where in the input the text begins and ends (characters) that may be read in overlapping
            windows, each answered with the rest of the input round it, where the whole is too long; None
            where that makes no sense, so that the input is cut instead.
    """

    input: str
    target: str | None = None
    references: tuple[str, ...] = ()
    window: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if self.window is not None:
            start, end = self.window
            _demand(0 <= start <= end <= len(self.input), "the window must lie in the input")
        if self.target is not None and not self.references:
            object.__setattr__(self, "references", (self.target,))


def _demand(condition: bool, message: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not condition:
        raise ValueError(message)


def _demand_unique_options(options: Sequence[Option]) -> None:
    names = [option.name for option in options]
    _demand(len(set(names)) == len(names), f"an option is declared twice: {names}")
