"""`ftkit new-plugin`: a package to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ftkit.cli.options import KindName
from ftkit.cli.output import print_line


def new_plugin(
    kind: Annotated[
        KindName, typer.Argument(metavar="KIND", help="What it is: backbone, method, task or extension.")
    ],
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="Its name: letters, digits, and single dashes, dots or underscores."
        ),
    ],
    *,
    into: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Folder in which the package's folder is made.")
    ] = Path(),
) -> None:
    """Write an installable package with a plugin that works as it is and passes the conformance kit.

    Example: ftkit new-plugin task headline
    """
    from ftkit.registry.catalogue import read_catalogue
    from ftkit.scaffolding import write_package

    package = write_package(kind, name, into, read_catalogue())
    print_line(f"{package.folder}: the {kind} {package.plugin}, which works as it is; now make it yours:")
    print_line(f"  {package.module}")
    print_line("install it so that your changes count at once, and try it:")
    print_line(f"  pip install -e {package.folder}")
    print_line(f"  ftkit check-plugins {kind}:{package.plugin} --conformance")
