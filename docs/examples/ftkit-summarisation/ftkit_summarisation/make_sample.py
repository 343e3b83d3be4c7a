"""Makes the rows that come with the task, from words of its own.

    python -m ftkit_summarisation.make_sample FOLDER

A document says one thing about somebody who is named, between sentences about the weather and about nobody;
the summary is that one thing.
"""

from __future__ import annotations

import json
import random
import sys
from itertools import product
from pathlib import Path

WHO = (
    "The old king",
    "A young farmer",
    "The clever queen",
    "Our teacher",
    "A tired doctor",
    "The hungry dog",
)
DOES = ("sings", "sleeps", "swims", "waits", "dances", "works")
WHERE = ("in the garden", "by the river", "behind the house", "under the tree")
BEFORE = ("It had rained.", "The morning was cold.", "Nothing could be heard.", "The sun was low.")
AFTER = ("Nobody wondered.", "Then it was evening.", "All was quiet again.", "People walked on.")
SIZES = {"train": 96, "validation": 24}


def main(folder: Path) -> None:
    """Write both files into a folder; no summary is in both."""
    folder.mkdir(parents=True, exist_ok=True)
    draw = random.Random(0)
    facts = [f"{who} {does} {where}." for who, does, where in product(WHO, DOES, WHERE)]
    draw.shuffle(facts)
    for name, size in SIZES.items():
        chosen, facts = facts[:size], facts[size:]
        lines = [json.dumps({"document": _document(fact, draw), "summary": fact}) for fact in chosen]
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _document(fact: str, draw: random.Random) -> str:
    return f"{draw.choice(BEFORE)} {fact} {draw.choice(AFTER)}"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
