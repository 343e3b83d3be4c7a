"""`ftkit new-plugin`: a package to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ftkit.cli.options import KindName
from ftkit.cli.output import print_line


def new_plugin(
    kind: Annotated[KindName, typer.Argument(help="What the plugin is.")],
    name: Annotated[str, typer.Argument(help="Its name: letters, digits, single dashes or dots.")],
    *,
    into: Annotated[Path, typer.Option(help="Folder in which the package's folder is made.")] = Path(),
) -> None:
    """Write an installable package with a plugin that works as it is and passes the conformance kit.

    Example: ftkit new-plugin task headline
    """
    from ftkit.registry.catalogue import read_catalogue
    from ftkit.scaffolding import write_package

    folder = write_package(kind, name, into, read_catalogue())
    plugin = folder.name.removeprefix("ftkit-")
    print_line(f"{folder}: the {kind} {plugin}, which works as it is; now make it yours:")
    print_line(f"  {folder / folder.name.replace('-', '_') / '__init__.py'}")
    print_line("install it so that your changes count at once, and try it:")
    print_line(f"  pip install -e {folder}")
    print_line(f"  ftkit check-plugins {kind}:{plugin} --conformance")
