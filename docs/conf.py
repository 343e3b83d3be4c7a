"""These pages as a site: `sphinx-build -W docs site`."""

import re
from typing import Any

from ftkit import __version__

project = "ftkit"
author = "The ftkit authors"
release = version = __version__

extensions = ["myst_parser"]
myst_heading_anchors = 4  # links to headings, as a code host makes them
html_theme = "furo"
html_extra_path = ["comparing-tiny.html"]


def add_table_of_contents(_app: Any, page: str, source: list[str]) -> None:
    """The table of contents is the list of links that an index is."""
    if page in {"index", "examples/README"}:
        pages = dict.fromkeys(re.findall(r"\]\(([^).][^)#]*)\.md\)", source[0]))
        source[0] += "\n".join(["\n```{toctree}", ":hidden:\n", *pages, "```\n"])


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("source-read", add_table_of_contents)
