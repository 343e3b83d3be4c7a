"""Words of a command line that typer doesn't know: options of plugins, a task's columns, texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ftkit.errors import FtkitError
from ftkit.spelling import nearest, suggestion

CONTEXT = {"ignore_unknown_options": True}
"""Options such as `--method.rank 8` are known only once the plugins are: they come as words."""

RUN_PARTS = ("model", "method", "task", "training", "reading", "extension.")
"""The groups of options of a run."""

Pair = tuple[str | None, str | None]
"""An option's name and value: no name for a bare word, no value where none follows."""


def pairs_of(words: Sequence[str]) -> Iterator[Pair]:
    """`recipe.yaml --method.rank 8 --text=…` as pairs; what follows an option is its value."""
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if not word.startswith("--"):
            yield None, word
        else:
            yield name.removeprefix("--"), value if equals else next(rest, None)


def parted(
    pairs: Iterable[Pair], parts: Sequence[str], short: Mapping[str, Any]
) -> tuple[dict[str, dict[str, Any]], list[Pair]]:
    """The options of parts (`method.rank`) by part, and all other pairs.

    Args:
        pairs: As `pairs_of` gives them.
        parts: The parts there are; `reading` is among them. A part that ends in a dot stands for all that
            begin with it (`extension.` for `extension.tracker`).
        short: Values of reading options that have a name of their own on the command line (`--columns`);
            None where not given.

    Raises:
        FtkitError: An option has no value.
    """
    options: dict[str, dict[str, Any]] = {part: {} for part in parts if not part.endswith(".")}
    families = tuple(part for part in parts if part.endswith("."))
    others: list[Pair] = []
    for name, value in pairs:
        part, _, option = (name or "").rpartition(".")
        if part.startswith(families) and part not in families:
            options.setdefault(part, {})
        if part not in options or not option:
            others.append((name, value))
        elif value is None:
            raise FtkitError(f"--{name} needs a value, as in --{name}=VALUE")
        else:
            options[part][option] = value
    options["reading"] |= {name: value for name, value in short.items() if value is not None}
    return options, others


def typed_options(
    words: Sequence[str] | None, parts: Sequence[str], columns: Sequence[str] | None, on_bad_row: str | None
) -> tuple[dict[str, dict[str, Any]], list[Pair]]:
    """What `parted` gives of a command's words, with what it takes by `--columns` and `--on-bad-row`."""
    short = {"columns": ",".join(columns) if columns else None, "on_bad_row": on_bad_row}
    return parted(pairs_of(words or []), parts, short)


def recipe_file(others: Sequence[Pair]) -> str | None:
    """The recipe among what is no option of a part: one bare word, and nothing else may be there.

    Raises:
        NoSuchOption: Something else is there.
    """
    files = [word for name, word in others[:1] if name is None and word and not word.startswith("-")]
    demand_none(others[len(files) :])
    return files[0] if files else None


class NoSuchOption(FtkitError):
    """A word that no option takes."""

    def __init__(self, given: str, context: Any = None) -> None:
        """Say so, and which option of the command, where that is known, is most like it."""
        options = context.command.params if context else ()
        known = [name for option in options for name in option.opts if name.startswith("--")]
        command = f"{context.command_path} " if context else ""
        told = suggestion(nearest(given, known, count=1), f"{command}--help lists those there are")
        super().__init__(f"no such option: {given}; {told}")
        self.given = given


def demand_none(others: Sequence[Pair]) -> None:
    """Refuse what no option takes.

    Raises:
        NoSuchOption: Something is there; with the first of it.
    """
    for name, word in others:
        raise NoSuchOption(str(word) if name is None else f"--{name}")
