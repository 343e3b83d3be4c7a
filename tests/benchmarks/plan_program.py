"""A program of its own that trains a recipe and prints what its steps took: `plan_program.py RECIPE`.

Its first batches are the heaviest of the epoch and then typical ones, so that a few steps show the epoch's
peak and its mean. Time is measured as a plan measures it: without the wait for cores that others had.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ftkit
from ftkit.data.batches import TokenBudgetBatches
from ftkit.memory import peak_memory
from ftkit.planning.clock import own_seconds
from ftkit.planning.excerpt import heaviest, typical
from ftkit.runs.recipe import read_recipe
from ftkit.training import loop
from ftkit.training.progress import Progress

TYPICAL = 3


def main(path: Path) -> None:
    steps: list[dict[str, float]] = []
    make_batches = loop.make_batches

    class Timed(Progress):  # type: ignore[misc]
        def on_step_begin(self, *_: Any, **__: Any) -> None:
            self.began = own_seconds()

        def on_step_end(self, *args: Any, **kwargs: Any) -> None:
            super().on_step_end(*args, **kwargs)
            steps.append({"seconds": own_seconds() - self.began, "peak": peak_memory()})

    def chosen_first(setup: Any, examples: Any, *ranks: int) -> TokenBudgetBatches:
        class Chosen(TokenBudgetBatches):
            def __iter__(self) -> Iterator[list[int]]:
                batches = list(super().__iter__())
                heavy = heaviest(batches, examples.lengths)
                first = [*heavy, *typical(batches, examples.lengths, TYPICAL)]
                return iter([*first, *batches][: len(batches)])

        batches = make_batches(setup, examples, *ranks)
        batches.__class__ = Chosen
        return batches

    loop.Progress, loop.make_batches = Timed, chosen_first  # type: ignore[misc]
    run = ftkit.train(read_recipe(path), quiet=True)
    peak = run.result["peak_memory_bytes"]
    seconds = [step["seconds"] for step in steps[-TYPICAL:]]
    print(json.dumps({"step_seconds": sum(seconds) / len(seconds), "peak": peak, "steps": steps}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
