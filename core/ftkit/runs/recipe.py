"""What a run is to do: names, data and options, from the command line over a file, checked as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import yaml

from ftkit.errors import OptionsError, RunError
from ftkit.spelling import normalise, similar_file

PARTS = ("model", "method", "task", "training", "reading")
"""The groups of options: `--model.dropout`, `method: {name: lora, rank: 8}` and so on."""

EXTENSION = "extension."
"""What stands before an extension's name where its options are a part: `--extension.tracker.file x.csv`."""


@dataclass(frozen=True)
class Recipe:
    """A run, declared.

    Attributes:
        model: A backbone or one of its checkpoints.
        method: A fine-tuning method.
        task: A task; in a rehearsal it may be left out.
        checkpoint: Another hub id or folder to take the weights from.
        data: Training rows: files, folders, stdin or a hub data set (see `ftkit.data.sources`); none makes
            the run a rehearsal on the embedded tiny checkpoint and the task's bundled sample.
        validation_data: Validation rows, likewise.
        output: The run's folder; none means a new one below `runs/`.
        extensions: Extensions that accompany the run.
        seed: Seed of everything that is drawn.
        split_seed: Decides which rows are kept apart for validation; none means the seed.
        device: `cpu`, `cuda`…; `auto` takes the first accelerator there is.
        options: For each of `PARTS`, and for `extension.NAME` of extensions with options, values by option
            name as given, typed or as strings.
    """

    model: str | None = None
    method: str | None = None
    task: str | None = None
    checkpoint: str | None = None
    data: str | None = None
    validation_data: str | None = None
    output: str | None = None
    extensions: tuple[str, ...] = ()
    seed: int = 0
    split_seed: int | None = None
    device: str = "auto"
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what a recipe file or a program may hold of the wrong type.

        Raises:
            OptionsError: With every field that is wrong, and what it must be.
        """
        problems = list(_wrong_fields(self))
        if problems:
            raise OptionsError(problems)

    @property
    def rehearsal(self) -> bool:
        """Whether the run only tries things out, on the task's bundled rows."""
        return self.data is None

    def overridden(self, given: Mapping[str, Any], options: Mapping[str, Mapping[str, Any]]) -> Recipe:
        """This recipe with values from the command line in place of its own."""
        named = {name: value for name, value in given.items() if value is not None}
        own = dict(self.options)
        if "extensions" in named:  # in place of the recipe's, whose options go with them
            wanted = {EXTENSION + normalise(name) for name in named["extensions"]}
            own = {
                part: values
                for part, values in own.items()
                if not part.startswith(EXTENSION) or normalise(part) in wanted
            }
        parts = dict.fromkeys((*PARTS, *own, *options))
        merged = {part: {**own.get(part, {}), **options.get(part, {})} for part in parts}
        return replace(self, **named, options=merged)

    def as_dict(self) -> dict[str, Any]:
        """The recipe as `read_recipe` takes it back, plugins first."""
        data = asdict(self) | {"extensions": joined_extensions(self.extensions, self.options)}
        flat = {name: value for name, value in data.items() if name not in (*PARTS, "options")}
        names = {part: {"name": getattr(self, part), **self.options.get(part, {})} for part in PARTS[:3]}
        options = {part: dict(self.options.get(part, {})) for part in PARTS[3:]}
        return {**names, **flat, **options}


_PLAIN = {each.name for each in fields(Recipe)} - {"options", "model", "method", "task"}
_KEYS = sorted(_PLAIN | set(PARTS))
MADE_WITH = "made_with"
"""What a run's own recipe says besides: the versions and plugins that it was made with."""


_SEEDS = range(1 << 32)  # what numpy takes


def _is_text(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _is_seed(value: Any) -> bool:
    return type(value) is int and value in _SEEDS


_FIELDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    **dict.fromkeys((*PARTS[:3], "checkpoint", "data", "validation_data", "output"), (_is_text, "text")),
    "device": (lambda value: isinstance(value, str), "text such as cpu or auto"),
    "seed": (_is_seed, f"a whole number from 0 to {_SEEDS[-1]}"),
    "split_seed": (lambda value: value is None or _is_seed(value), f"a whole number from 0 to {_SEEDS[-1]}"),
    "extensions": (
        lambda value: isinstance(value, (tuple, list)) and all(isinstance(each, str) for each in value),
        "a list of names",
    ),
}
"""For each field what it may hold, as a check and in words."""


def _wrong_fields(recipe: Recipe) -> Iterator[str]:
    for name, (fits, meant) in _FIELDS.items():
        if not fits(value := getattr(recipe, name)):
            yield f"{name}: it must be {meant}, not {value!r}"
    for part, values in recipe.options.items():
        if not hasattr(values, "keys"):
            yield f"{part}: it must be options with their values, not {values!r}"


def read_recipe(path: Path) -> Recipe:
    """Read a recipe file.

    A plugin is its name (`model: t5-base`), or its name with its options
    (`method: {name: lora, rank: 16}`).

    Raises:
        RunError: The file can't be read or is no YAML mapping.
        OptionsError: It holds keys that a recipe doesn't have, or values of the wrong type; all named.
    """
    content = read_content(path)
    content.pop(MADE_WITH, None)
    known = ", ".join(_KEYS)
    problems = [f"{key}: a recipe has no such key; it has {known}" for key in content if key not in _KEYS]
    try:
        recipe = _recipe_of(content)
    except OptionsError as error:
        problems += error.problems
    if problems:
        raise OptionsError([f"{path}: {problem}" for problem in problems])
    return recipe


def _recipe_of(content: Mapping[str, Any]) -> Recipe:
    """What a recipe file says, without the keys that a recipe doesn't have.

    Raises:
        OptionsError: Values are of the wrong type.
    """
    # A key without a value is as good as none.
    values: dict[str, Any] = {key: content[key] for key in _PLAIN & set(content) if content[key] is not None}
    values |= {part: _name(content.get(part)) for part in PARTS[:3]}
    options: dict[str, Any] = {part: _options(content.get(part)) for part in PARTS[:3]}
    options |= {part: {} if content.get(part) is None else content[part] for part in PARTS[3:]}
    extensions = values.pop("extensions", ())
    extensions = extensions if isinstance(extensions, list) else [extensions] if extensions else []
    names, of_extensions = parted_extensions(extensions)
    return Recipe(**values, extensions=names, options=options | of_extensions)


def read_made_with(path: Path) -> Mapping[str, Any]:
    """What the recipe of a run says that it was made with: versions, plugins, data; empty in any other.

    Raises:
        RunError: The file can't be read or is no YAML mapping.
    """
    made_with = read_content(path).get(MADE_WITH)
    return made_with if isinstance(made_with, dict) else {}


def read_content(path: Path, *, such_as: str = "model: t5-base") -> dict[str, Any]:
    """What a recipe file says, whatever it may be a recipe for.

    Args:
        path: The file.
        such_as: What a line of such a recipe looks like, for whoever gave something else.

    Raises:
        RunError: The file can't be read or is no YAML mapping.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RunError(f"{path}: {error.strerror}{similar_file(path)}") from error
    except (ValueError, yaml.YAMLError) as error:
        raise RunError(f"{path} can't be read as a recipe: {error}") from error
    if not isinstance(content, dict):
        raise RunError(f"{path} is not a recipe: it must be a mapping such as '{such_as}'")
    return content


def parted_extensions(entries: Sequence[Any]) -> tuple[tuple[Any, ...], dict[str, dict[str, Any]]]:
    """Extensions as a recipe has them, each a name or a mapping of name and options, taken apart.

    Returns:
        The names as they stand there, and by part the options of those that have any.
    """
    options = {f"{EXTENSION}{_name(each)}": found for each in entries if (found := _options(each))}
    return tuple(map(_name, entries)), options


def joined_extensions(
    names: Sequence[str], options: Mapping[str, Mapping[str, Any]]
) -> list[str | dict[str, Any]]:
    """Extensions as `parted_extensions` takes them apart."""
    found = {name: options.get(EXTENSION + name) for name in names}
    return [{"name": name, **given} if given else name for name, given in found.items()]


def _options(value: Any) -> dict[str, Any]:
    return {key: each for key, each in value.items() if key != "name"} if isinstance(value, dict) else {}


def _name(value: Any) -> Any:
    return value.get("name") if isinstance(value, dict) else value
