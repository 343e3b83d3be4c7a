"""How each of the tiny checkpoints is pretrained: stages, steps and rates."""

from __future__ import annotations

from dataclasses import dataclass

from ftkit_plugins.tiny import curriculum
from ftkit_plugins.tiny.curriculum import Stage


@dataclass(frozen=True)
class Recipe:
    """How one checkpoint is pretrained."""

    checkpoint: str
    stages: tuple[Stage, ...]
    learning_rate: float = 2e-2  # relative; see scaled_adamw
    warmup_steps: int = 100
    seed: int = 0
    then: Recipe | None = None  # goes on from the weights of this one as they are stored

    @property
    def steps(self) -> int:
        """The steps of all stages, not counting those of ``then``."""
        return sum(stage.steps for stage in self.stages)

    @property
    def rounds(self) -> list[Recipe]:
        """This recipe and what follows it, each with its own rise and fall of the rate."""
        return [self, *(self.then.rounds if self.then else [])]


_SPAN_CORRUPTION = (
    Stage("one kind", curriculum.ONE_KIND, 400, 128),
    Stage("asked", curriculum.ASKED, 300, 128),
    Stage("all kinds", curriculum.ALL_KINDS, 500, 128),
    Stage("short", curriculum.SHORT, 1100, 96),
    Stage("full", curriculum.FULL, 2200, 96, random_spans=0.1),
)
_FLAN = (
    Stage("one kind", curriculum.ONE_KIND, 400, 128),
    Stage("asked", curriculum.ASKED, 200, 128),
    Stage("all kinds", curriculum.ALL_KINDS, 350, 96),
    Stage("short", curriculum.SHORT, 350, 96),
    Stage("full", curriculum.FULL, 550, 96, random_spans=0.1),
    Stage("instructions", None, 150, 96),
)
_INFILLING = (
    Stage("one kind", curriculum.ONE_KIND, 700, 96),
    Stage("asked", curriculum.ASKED, 400, 96),
    Stage("all kinds", curriculum.ALL_KINDS, 500, 96),
    Stage("short", curriculum.SHORT, 900, 64),
    Stage("full", curriculum.FULL, 1600, 64, random_spans=0.1),
)
_MORE_INFILLING = (
    Stage("opinions", curriculum.OPINIONS, 500, 96),
    Stage("asked again", curriculum.ASKED, 350, 96),
    Stage("both", curriculum.BOTH, 500, 64),
    Stage("full again", curriculum.FULL, 800, 64),
)
_LONGER = (Stage("longer", curriculum.LONGER, 700, 96),)
_EVEN = (Stage("even", curriculum.EVEN, 3000, 64),)
_FIFTH_BART = Recipe("bart-tiny", _EVEN, learning_rate=1e-2, seed=300)  # the documents of the fourth again
_FOURTH_BART = Recipe(
    "bart-tiny",
    _EVEN,
    learning_rate=1e-2,
    seed=300,
    then=_FIFTH_BART,
)
_THIRD_BART = Recipe(
    "bart-tiny",
    (Stage("longer", curriculum.BART_LONGER, 750, 64),),
    learning_rate=1e-2,
    seed=200,
    then=_FOURTH_BART,
)
_FOURTH_FLAN = Recipe(
    "flan-t5-tiny",
    (Stage("parallel", curriculum.PARALLEL, 2000, 96), Stage("instructions once more", None, 300, 96)),
    learning_rate=1e-2,
    seed=300,
)
_THIRD_FLAN = Recipe(
    "flan-t5-tiny",
    (Stage("instructions", None, 450, 96),),
    learning_rate=1e-2,
    seed=200,
    then=_FOURTH_FLAN,
)
RECIPES = {
    "t5-tiny": Recipe(
        "t5-tiny",
        _SPAN_CORRUPTION,
        then=Recipe("t5-tiny", _LONGER, learning_rate=1e-2, seed=100),
    ),
    "bart-tiny": Recipe(
        "bart-tiny",
        _INFILLING,
        learning_rate=1.5e-2,
        then=Recipe("bart-tiny", _MORE_INFILLING, learning_rate=1e-2, seed=100, then=_THIRD_BART),
    ),
    "flan-t5-tiny": Recipe(
        "flan-t5-tiny",
        _FLAN,
        then=Recipe(
            "flan-t5-tiny",
            (*_LONGER, Stage("instructions again", None, 100, 96)),
            learning_rate=1e-2,
            seed=100,
            then=_THIRD_FLAN,
        ),
    ),
}
