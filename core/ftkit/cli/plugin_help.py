"""Help that goes on with the options of whatever plugins, or of whatever run, the command line names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand

from ftkit.cli.words import NoSuchOption

if TYPE_CHECKING:
    from ftkit.descriptions import Option

_WORDS = "ftkit.words"
_NAMES = ("model", "method", "task")
_EXTENSION = "extension"

Section = tuple[str, list[tuple[str, str]]]
"""A title, and pairs of what to type and what it does."""


class _CommandWithMoreHelp(TyperCommand):
    """A command whose help depends on what else is on the command line."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Keep the words: help is shown before the other options are looked at."""
        ctx.meta[_WORDS] = list(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; a word that is no option is answered with the option most like it."""
        try:
            return super().invoke(ctx)
        except NoSuchOption as error:
            raise NoSuchOption(error.given, ctx) from None

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the command's own options, then the other sections."""
        super().format_options(ctx, formatter)
        for title, rows in self.sections(words_of(ctx)):
            with formatter.section(title):
                formatter.write_dl(rows)

    def sections(self, words: Sequence[str]) -> Iterator[Section]:
        """What the help goes on with, given these words."""
        raise NotImplementedError


class CommandWithPluginOptions(_CommandWithMoreHelp):
    """`ftkit train --method lora --help` also lists LoRA's options, as they are typed."""

    def sections(self, words: Sequence[str]) -> Iterator[Section]:
        """The options of the selected plugins, and those of training."""
        from ftkit.runs.settings import SETTINGS

        yield from _of_plugins(words)
        yield "Options of training", [_row("training", option) for option in SETTINGS]


class CommandOfComparison(_CommandWithMoreHelp):
    """`ftkit compare --help` also lists the options of training."""

    def sections(self, words: Sequence[str]) -> Iterator[Section]:  # noqa: ARG002 - the same for all
        """What of plugins can be given, and the options of training."""
        from ftkit.runs.settings import SETTINGS

        yield "Options of plugins", list(map(_listed_by_show, _NAMES))
        yield "Options of training", [_row("training", option) for option in SETTINGS]


class CommandOfRun(_CommandWithMoreHelp):
    """`ftkit predict RUN --help` also lists the columns of the run's task, and the options of generation."""

    reads_columns = True  # from the command line
    rows = "an --input"

    def sections(self, words: Sequence[str]) -> Iterator[Section]:
        """The columns, and the options of generation and of reading."""
        from ftkit.data.reading import READING
        from ftkit.runs.folder import RunFolder
        from ftkit.runs.recipe import read_recipe

        recipes = [RunFolder(Path(word)).recipe for word in words if not word.startswith("-")]
        recipe = next((read_recipe(path) for path in recipes if path.is_file()), None)
        if self.reads_columns and recipe is not None and recipe.task is not None:
            yield f"Columns of task {recipe.task}", _columns(recipe.task)
        training = recipe.options["training"] if recipe is not None else {}
        yield "Options of generation", [_row("generation", option) for option in _generation(training)]
        yield f"Options of reading {self.rows}", [_row("reading", option) for option in READING]


class CommandOfEvaluation(CommandOfRun):
    """`ftkit evaluate RUN --help` also lists the options of generation and of reading."""

    reads_columns = False
    rows = "--data"

    def sections(self, words: Sequence[str]) -> Iterator[Section]:
        """The options of plugins that are named, then those of generation and of reading."""
        yield from _of_plugins(words)
        yield from super().sections(words)


def _of_plugins(words: Sequence[str]) -> Iterator[Section]:
    """The options of the plugins that are selected."""
    from ftkit.loading import declared_options
    from ftkit.plugins import load_plugins

    selected = list(_selected(words))
    extensions = [name for kind, name in selected if kind == _EXTENSION]
    several = {kind: name for kind, name in dict(selected).items() if "," in name}  # as plan takes them
    names = {kind: name for kind, name in dict(selected).items() if kind not in several}
    plugins = load_plugins(names.get("model"), names.get("method"), names.get("task"), extensions)
    for part, options in declared_options(plugins).items():
        if options:
            yield f"Options of {part} {names[part]}", [_row(part, option) for option in options]
        elif part in several:
            yield f"Options of {part} {several[part]}", [_listed_by_show(part)]
        elif part not in names:
            yield f"Options of the {part}", [(f"--{part}.NAME", f"listed once --{part} is given")]
    for plugin in plugins.extensions:
        name = plugin.record.name
        rows = [_row(f"{_EXTENSION}.{name}", option) for option in plugin.info.options]
        if rows:
            yield f"Options of extension {name}", rows


def _listed_by_show(part: str) -> tuple[str, str]:
    return f"--{part}.NAME", f"ftkit show lists those of a {part}"


def words_of(context: Any) -> list[str]:
    """The words behind a command, as they were typed."""
    words: list[str] = context.meta.get(_WORDS, [])
    return words


def _generation(training: Mapping[str, Any]) -> Iterator[Option]:
    """The options of generation with the defaults that they have for a run."""
    from ftkit.inference.settings import DECIDED_BY_TRAINING, GENERATION

    for option in GENERATION:
        decided = option.name in DECIDED_BY_TRAINING and option.name in training
        yield replace(option, default=training[option.name]) if decided else option


def _columns(task: str) -> list[tuple[str, str]]:
    """The columns that a task needs, or all where any may do, as they are typed."""
    from ftkit.plugins import load_plugins

    info = load_plugins(task=task).task_info
    columns = info.columns if info else ()
    needed = [each for each in columns if each.required] or columns
    return [(f"--{each.name} TEXT", each.help) for each in needed]


def _selected(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Names of plugins: those of a recipe, then those typed, which override them."""
    from ftkit.runs.recipe import read_recipe

    for word in words:
        if word.endswith((".yaml", ".yml")) and Path(word).is_file():
            recipe = read_recipe(Path(word))
            yield from ((name, getattr(recipe, name)) for name in _NAMES if getattr(recipe, name))
            yield from ((_EXTENSION, name) for name in recipe.extensions)
    for word, after in zip(words, [*words[1:], ""], strict=True):
        name, equals, value = word.removeprefix("--").partition("=")
        if word.startswith("--") and name in (*_NAMES, _EXTENSION) and (equals or after):
            yield name, value if equals else after


def _row(part: str, option: Option) -> tuple[str, str]:
    kind = "|".join([*map(str, option.choices or (f"<{option.type}>",)), *option.words])
    many = ",…" if option.repeated else ""
    default = "" if option.default in (None, ()) else f" [default: {_typed(option.default)}]"
    going = f" [deprecated: {option.deprecated}]" if option.deprecated else ""
    return f"--{part}.{option.name.replace('_', '-')} {kind}{many}", option.help + default + going


def _typed(value: Any) -> str:
    """A default as a person would type it."""
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
