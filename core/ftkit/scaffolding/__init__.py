"""A new plugin's package, written from the templates beside this file.

templates/common    what every package has
templates/KIND      its module, and what that module brings
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from string import Template

from ftkit._version import __version__
from ftkit.errors import FtkitError, PluginError
from ftkit.registry.catalogue import Catalogue, PluginRecord
from ftkit.registry.distributions import canonical
from ftkit.registry.names import name_problem
from ftkit.spelling import normalise

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Package:
    """A package that was written.

    Attributes:
        folder: Where it is.
        plugin: The name of its plugin.
        module: The file that has the plugin's hooks.
    """

    folder: Path
    plugin: str
    module: Path


def write_package(kind: str, name: str, into: Path, catalogue: Catalogue) -> Package:
    """Write an installable package with a plugin that works as it is.

    Args:
        kind: `backbone`, `method`, `task` or `extension`.
        name: The plugin's name.
        into: Folder in which the package's own folder is made; made too where it doesn't exist.
        catalogue: What is installed.

    Returns:
        The package, in `into/ftkit-NAME`.

    Raises:
        PluginError: The name is none, or an installed plugin or distribution has it.
        FtkitError: The folder exists, or can't be written.
    """
    values = _values(kind, name)
    _demand_free(values, catalogue)
    folder = into / values["distribution"]
    try:
        folder.mkdir(parents=True)
    except FileExistsError as error:
        raise FtkitError(f"{folder} exists, and nothing is written over: give --into FOLDER") from error
    except OSError as error:
        raise FtkitError(f"{folder} can't be made: {error.strerror}") from error
    try:
        for path, text in _files(kind, values):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise FtkitError(f"{error.filename} can't be written: {error.strerror}") from error
    return Package(folder, values["name"], folder / values["module"] / "__init__.py")


def _values(kind: str, name: str) -> dict[str, str]:
    """What stands for the placeholders of the templates.

    Raises:
        PluginError: The name can't be a plugin's.
    """
    problem = name_problem(name)
    if problem:
        raise PluginError(problem)
    plain = normalise(name)
    identifier = re.sub(r"\W", "_", plain)
    return {
        "kind": kind,
        "name": plain,
        "title": re.sub(r"\W", " ", plain).capitalize(),
        "identifier": identifier,
        "module": f"ftkit_{identifier}",
        "distribution": canonical(f"ftkit-{plain}"),
        "version": ".".join(__version__.split(".")[:2]),
        "year": str(datetime.now(timezone.utc).year),
    }


def _demand_free(values: dict[str, str], catalogue: Catalogue) -> None:
    """Refuse a name that would be in conflict once the package is installed.

    Raises:
        PluginError: With whose name it is.
    """
    name, distribution = values["name"], values["distribution"]
    for record in catalogue.records:
        if record.kind == values["kind"] and record.answers_to(name):
            raise PluginError(f"{name!r} is the name of an installed {record.kind}: {_whose(record)}")
        if canonical(record.distribution.name) == distribution:
            raise PluginError(f"{distribution} is installed already: {_whose(record)}")


def _whose(record: PluginRecord) -> str:
    owner = record.distribution
    return f"{record.qualified} ({owner.version}, {record.target}); choose another name"


def _files(kind: str, values: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Path and text of each file of the package."""
    for source in ("common", kind):
        for template in sorted((_TEMPLATES / source).rglob("*.txt")):
            path = template.relative_to(_TEMPLATES / source).as_posix().removesuffix(".txt")
            named = path.replace("MODULE", values["module"]).replace("DOT", ".")
            yield named, Template(template.read_text(encoding="utf-8")).substitute(values)
