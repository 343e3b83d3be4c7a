"""Where a module lies and what its docstring says, without running any of its code.

`importlib.util.find_spec("a.b")` imports `a`. Here each part of a dotted name is looked up in the folders
of the part before it, and the docstring is read from the source as text.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections.abc import Iterable, Sequence
from contextlib import suppress
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path

_HEAD = 64 * 1024  # a docstring that begins later, or is longer, is no summary


def module_file(module: str) -> Path | None:
    """The source file that `import module` would run, or None where none is found."""
    first, *rest = module.split(".")
    spec = _top_level(first)
    for part in rest:
        # Only the part's own name is given: a dotted one would be looked up in sys.modules.
        spec = _below(part, list(spec.submodule_search_locations or ())) if spec else None
    origin = spec.origin if spec and spec.has_location else None
    return Path(origin) if origin and origin.endswith(".py") else None


def module_root(module: str) -> Path | None:
    """The folder of a module's top-level package, or the file of a module that stands alone."""
    file = module_file(module)
    if file is None:
        return None
    depth = len(module.split(".")) - (file.name != "__init__.py")
    return file.parents[depth - 1] if depth > 0 else file


def own_place(
    places: Iterable[tuple[str, int | None]], module: str
) -> tuple[str, int | None] | tuple[None, None]:
    """The first of these places (file, line) that lies in the module's own package, if one does."""
    root = module_root(module)
    for file, line in places:
        if root and (Path(file) == root or root in Path(file).parents):
            return file, line
    return None, None


def module_summary(module: str) -> str:
    """The first line of a module's docstring; empty where there is none to read."""
    file = module_file(module)
    with suppress(Exception, SystemExit):
        docstring = _docstring(file) if file else ""
        return next((line.strip() for line in docstring.splitlines() if line.strip()), "")
    return ""


def _top_level(name: str) -> ModuleSpec | None:
    """Ask the finders in their order, as import does: editable installs bring finders of their own."""
    for finder in sys.meta_path:
        find_spec = getattr(finder, "find_spec", None)
        with suppress(Exception, SystemExit):
            spec: ModuleSpec | None = find_spec(name, None) if find_spec else None
            if spec is not None:
                return spec
    return None


def _below(name: str, folders: Sequence[str]) -> ModuleSpec | None:
    with suppress(Exception, SystemExit):
        return PathFinder.find_spec(name, folders)
    return None


def _docstring(file: Path) -> str:
    """The first statement of a source file if it is a plain string, else an empty one."""
    with file.open("rb") as stream:
        head = stream.read(_HEAD)
    for token in tokenize.tokenize(io.BytesIO(head).readline):
        if token.type == tokenize.STRING:
            value = ast.literal_eval(token.string)
            return value if isinstance(value, str) else ""
        if token.type not in (
            tokenize.ENCODING,
            tokenize.COMMENT,
            tokenize.NL,
            tokenize.NEWLINE,
        ):
            return ""
    return ""
