"""What a fine-tuning method says of itself, and what is commonly said of it."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from ftkit.descriptions.options import Option, demand, demand_unique_options
from ftkit.typed_data import demand_types

CLAIM_FIGURES = MappingProxyType(
    {
        "quality": "the task's first metric",
        "memory": "peak memory of the training, without what the process held before the weights",
        "step_seconds": "seconds of an optimizer step",
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
        demand(bool(self.text.strip()), "a claim needs a text")
        demand(self.figure in CLAIM_FIGURES, f"claim {self.text!r}: no figure {self.figure!r}")
        demand(self.standing in STANDINGS, f"claim {self.text!r}: no standing {self.standing!r}")


MODEL_FOLDER = "transformers"
"""The artifact format of a whole model in hub format; a run saves its tokenizer beside it."""


@dataclass(frozen=True)
class MethodInfo:
    """What a fine-tuning method says of itself.

    Attributes:
        requires_roles: Roles that the backbone must name for the method to find its targets.
        requires_features: Features that the backbone must have.
        mergeable: Whether `merge_artifact` folds the artifact into the backbone's own weights.
        artifact_format: Whose format `save_artifact` writes, such as `peft`; where it is `transformers` the
            artifact is a whole model in hub format, and the run adds the tokenizer.
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
        demand(self.learning_rate > 0, "learning_rate must be positive")
        demand_unique_options(self.options)
