"""Help that goes on with the options of whatever plugins the command line selects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand

if TYPE_CHECKING:
    from ftkit.descriptions import Option

_WORDS = "ftkit.words"
_NAMES = ("model", "method", "task")


class CommandWithPluginOptions(TyperCommand):
    """`ftkit train --method lora --help` also lists LoRA's options, as they are typed."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Keep the words: help is shown before the other options are looked at."""
        ctx.meta[_WORDS] = list(args)
        return super().parse_args(ctx, args)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the command's own options, then those of training and of the selected plugins."""
        super().format_options(ctx, formatter)
        for title, rows in _sections(ctx.meta.get(_WORDS, [])):
            with formatter.section(title):
                formatter.write_dl(rows)


def _sections(words: Sequence[str]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    from ftkit.loading import declared_options
    from ftkit.plugins import load_plugins
    from ftkit.training.settings import SETTINGS

    names = dict(_selected(words))
    plugins = load_plugins(names.get("model"), names.get("method"), names.get("task"))
    for part, options in declared_options(plugins).items():
        if options:
            yield f"Options of {part} {names[part]}", [_row(part, option) for option in options]
        elif part not in names:
            yield f"Options of the {part}", [(f"--{part}.NAME", f"listed once --{part} is given")]
    yield "Options of training", [_row("training", option) for option in SETTINGS]


def _selected(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Names of plugins: those of a recipe, then those typed, which override them."""
    from ftkit.training.recipe import read_recipe

    for word in words:
        if word.endswith((".yaml", ".yml")) and Path(word).is_file():
            recipe = read_recipe(Path(word))
            yield from ((name, getattr(recipe, name)) for name in _NAMES if getattr(recipe, name))
    for word, after in zip(words, [*words[1:], ""], strict=True):
        name, equals, value = word.removeprefix("--").partition("=")
        if word.startswith("--") and name in _NAMES and (equals or after):
            yield name, value if equals else after


def _row(part: str, option: Option) -> tuple[str, str]:
    kind = "|".join(map(str, option.choices)) or f"<{option.type}>"
    many = ",…" if option.repeated else ""
    default = "" if option.default in (None, ()) else f" [default: {_typed(option.default)}]"
    return f"--{part}.{option.name.replace('_', '-')} {kind}{many}", option.help + default


def _typed(value: Any) -> str:
    """A default as a person would type it."""
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
