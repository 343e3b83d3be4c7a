"""How names are compared, and which was meant: the nearest of those there are, as a question."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def normalise(name: str) -> str:
    """A name as it is compared: lower case, `_` as `-`."""
    return name.strip().lower().replace("_", "-")


def nearest(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """The known names most like `name`, best first; those that contain it or begin it count as like it."""
    import difflib  # noqa: PLC0415 - only a lookup that missed pays for it

    typed = normalise(name)
    spelt = {normalise(each): each for each in sorted(known)}
    close = difflib.get_close_matches(typed, spelt, n=count, cutoff=0.6)
    close += [other for other in spelt if typed in other or typed.startswith(other)]
    return [spelt[other] for other in dict.fromkeys(close)][:count]


def suggestion(close: Iterable[str], then: str = "") -> str:
    """The question whether one of the nearest names was meant, where there are any, and what is said then."""
    names = " or ".join(close)
    return f"did you mean {names}? {then}".rstrip() if names else then


def similar_file(path: Path) -> str:
    """A hint at what is there by nearly the same name, as the end of a sentence; empty where nothing is."""
    try:
        close = nearest(path.name, [each.name for each in path.parent.iterdir()])
    except OSError:
        return ""
    asked = suggestion(str(path.parent / name) for name in close)
    return f"; {asked}" if asked else ""
