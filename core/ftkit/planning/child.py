"""The inside of the process in which a run is probed: as fresh as that of the run, so that it is as large."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from ftkit.errors import FtkitError
from ftkit.planning.exchange import ERROR, RECIPE, REPORT, SCRATCH
from ftkit.runs.recipe import Recipe, read_recipe
from ftkit.runs.resolving import resolve_recipe
from ftkit.runs.settings import AUTO, DEFAULT_TOKEN_BUDGET
from ftkit.training.ready import get_ready


def main() -> None:
    """Plan the recipe in the folder that the command line names, and leave a report there, or an error."""
    folder = Path(sys.argv.pop(1))
    try:
        name, content = REPORT, json.dumps(_forecast(read_recipe(folder / RECIPE), folder / SCRATCH))
    except FtkitError as error:
        name, content = ERROR, json.dumps([type(error).__name__, str(error)])
    (folder / name).write_text(content, encoding="utf-8")


def _forecast(recipe: Recipe, scratch: Path) -> dict[str, Any]:
    setup = resolve_recipe(recipe)
    auto = setup.settings["token_budget"] == AUTO
    setup = setup.with_settings(token_budget=DEFAULT_TOKEN_BUDGET) if auto else setup
    ready = get_ready(setup)
    # Imported once data and weights are known to be right, as in a run.
    from ftkit.planning.forecast import forecast  # noqa: PLC0415
    from ftkit.threads import fitting_threads  # noqa: PLC0415

    scratch.mkdir()
    with fitting_threads(tiny=setup.tiny):
        return forecast(ready, scratch, DEFAULT_TOKEN_BUDGET, auto=auto)
