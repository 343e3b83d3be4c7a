"""The report of a comparison: a page for people, figures for programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ftkit.comparing.figures import COSTS
from ftkit.comparing.folder import ComparisonFolder
from ftkit.comparing.page import page_of
from ftkit.comparing.results import Results
from ftkit.json_text import as_json

PAGE, TABLE, FIGURES = "report.html", "results.csv", "results.json"
_METRIC = "metric."  # stands before the names that plugins choose, apart from the columns that are ours


def write_report(results: Results, folder: ComparisonFolder) -> None:
    """Write `report.html`, `results.csv` and `results.json`, each whole or not at all."""
    folder.write(FIGURES, as_json(results.as_dict(), indent=2) + "\n")
    folder.write(TABLE, as_csv(results))
    folder.write(PAGE, as_page(results))


def as_page(results: Results) -> str:
    """One file that needs no other and no network; whatever plugins and data say in it is text."""
    # Nothing in a page is trusted but the pictures, whose texts were escaped when they were drawn.
    environment = Environment(
        loader=PackageLoader("ftkit.comparing"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["picture"] = Markup
    return environment.get_template("report.html").render(page_of(results))


def as_csv(results: Results) -> str:
    """A line for each run, with all metrics and costs of all tasks."""
    metrics = dict.fromkeys(_METRIC + metric.name for task in results.tasks for metric in task.metrics)
    out = io.StringIO()
    names = ["task", "model", "method", "seed", "status", "error", *metrics, *COSTS]
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_lines(results))
    return out.getvalue()


def _lines(results: Results) -> Iterator[dict[str, object]]:
    for task in results.tasks:
        for row in task.rows:
            for run in row.runs:
                yield {
                    "task": task.label,
                    "model": row.model,
                    "method": row.method,
                    "seed": run.seed,
                    "status": run.outcome.status if run.outcome else "pending",
                    "error": run.outcome.error if run.outcome else "",
                    **{_METRIC + name: value for name, value in run.metrics.items()},
                    **run.costs,
                }
