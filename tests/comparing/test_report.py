"""The report is one file, shows every cell, and takes nothing in it for more than text."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from ftkit.comparing.charts import forest, learning_curves, mean_curve, memory_bars, quality_against
from ftkit.comparing.figures import COSTS, seconds_to
from ftkit.comparing.page import cost_text, page_of, summary_of_claims
from ftkit.comparing.report import as_csv, as_page
from ftkit.comparing.results import _target
from ftkit.json_text import as_json
from support.compared import ACCURACY, results, row, usual_rows

HOSTILE = "<script>alert('x')</script>\"'&<img src=x onerror=alert(1)>"


class Tags(HTMLParser):
    """Counts tags, keeps attributes, and demands that every element is closed."""

    VOID = frozenset({"meta", "br", "img", "link", "input", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.count: dict[str, int] = {}

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.count[tag] = self.count.get(tag, 0) + 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def tags_of(page: str) -> Tags:
    parsed = Tags()
    parsed.feed(page)
    assert parsed.open == []
    return parsed


def test_the_page_is_whole_and_asks_for_nothing_else() -> None:
    parsed = tags_of(as_page(results(usual_rows())))
    assert not {"link", "img", "iframe", "object"} & parsed.count.keys()
    assert parsed.count["script"] == 1
    for tag, name, value in parsed.attributes:
        assert name not in {"src", "srcset", "xlink:href"}, (tag, name, value)
        assert name != "href" or value.startswith("#")


def test_whatever_plugins_and_data_say_is_text() -> None:
    rows = [row(HOSTILE, "all", [0.9, 0.8, 0.7]), row(HOSTILE, HOSTILE, [0.5, None, 0.7])]
    for each in rows:
        for run in each.runs:
            if run.examples:
                run.examples[0].update(input=HOSTILE, references=[HOSTILE], prediction=HOSTILE)
    page = as_page(results(rows, claims={"all": ()}))
    parsed = tags_of(page)
    assert parsed.count["script"] == 1
    assert "img" not in parsed.count
    assert "&lt;script&gt;" in page


def test_the_page_names_every_row_and_says_why_one_failed() -> None:
    page = as_page(results(usual_rows()))
    table = page[page.index('<table class="sortable">') : page.index("</table>")]
    assert len(re.findall(r"<tr><th scope=\"row\">", table)) == 6
    assert "it hung: no result within 5 s" in page


def test_a_comparison_in_which_nothing_finished_has_a_report_too() -> None:
    found = results(usual_rows())
    [task] = found.tasks
    failed = [row("red", "all", [None, None]), row("red", "few", [None, None])]
    nothing = type(task)(
        **{**vars(task), "rows": tuple(failed), "best": None, "target": None, "findings": ()}
    )
    page = as_page(type(found)(**{**vars(found), "tasks": (nothing,)}))
    tags_of(page)
    assert "No run has finished." in page


def test_the_verdict_of_a_claim_with_two_halves_is_that_of_both() -> None:
    first, second = summary_of_claims(results(usual_rows()))
    assert first["text"] == "needs the most memory and performs best"
    assert [half["verdict"] for half in first["halves"]] == ["true", "undecided"]
    assert first["verdict"] == "undecided"
    assert second["method"] == "few"


def test_the_table_for_programs_has_a_line_for_every_run() -> None:
    found = results(usual_rows())
    lines = list(csv.DictReader(io.StringIO(as_csv(found))))
    assert len(lines) == 14
    assert set(lines[0]) >= {"task", "model", "method", "seed", "status", "error", "metric.accuracy", *COSTS}
    [failed] = [line for line in lines if line["status"] == "failed"]
    assert (failed["model"], failed["method"], failed["seed"]) == ("blue", "few", "1")
    assert (failed["metric.accuracy"], failed["error"]) == ("", "it hung: no result within 5 s")


@pytest.mark.parametrize("name", ["error", "steps", "memory_span", "train_seconds"])
def test_a_metric_may_be_called_like_a_cost_or_a_column(name: str) -> None:
    found = results([row("red", "all", [0.25]), row("red", "few", [None])])
    metric, [task] = replace(ACCURACY, name=name), found.tasks
    for run in task.rows[0].runs:
        run.metrics[name] = run.metrics.pop("accuracy")
    found = replace(found, tasks=(replace(task, metrics=(metric,), findings=()),))
    finished, failed = csv.DictReader(io.StringIO(as_csv(found)))
    assert (finished[f"metric.{name}"], finished["error"]) == ("0.25", "")
    assert (failed[f"metric.{name}"], failed["error"]) == ("", "it hung: no result within 5 s")
    [cell, *_] = page_of(found)["tasks"][0]["rows"][0]["cells"]
    assert cell.text == "0.25"


def test_the_figures_for_programs_have_means_spreads_and_single_values() -> None:
    told = json.loads(as_json(results(usual_rows()).as_dict()))
    red = told["tasks"][0]["rows"][1]
    assert red["metrics"]["accuracy"]["values"] == [0.90, 0.92, 0.91]
    assert round(red["metrics"]["accuracy"]["mean"], 6) == 0.91
    assert round(red["metrics"]["accuracy"]["spread"], 6) == 0.01
    assert red["runs"][0]["curve"] == [[2.0, 0.45], [6.0, 0.864], [10.0, 0.9]]


def test_time_to_target_is_that_of_the_first_evaluation_that_reaches_it() -> None:
    curve = [(1.0, 0.2), (2.0, 0.8), (3.0, 0.7), (4.0, 0.9)]
    assert seconds_to(0.75, curve, ACCURACY) == 2.0
    assert seconds_to(0.95, curve, ACCURACY) is None
    less = type(ACCURACY)("loss", "less is better", higher_is_better=False)
    assert seconds_to(0.75, curve, less) == 1.0


def test_the_target_is_95_percent_of_the_best_or_as_much_more_where_less_is_better() -> None:
    best = row("red", "all", [0.8])
    assert round(_target(best, ACCURACY) or 0, 6) == 0.76
    less = type(ACCURACY)("accuracy", "less is better", maximum=None, higher_is_better=False)
    assert round(_target(best, less) or 0, 6) == round(0.8 / 0.95, 6)


def test_a_target_that_only_some_seeds_reach_says_how_many() -> None:
    some = row("red", "few", [0.9, 0.8, 0.7])
    some.runs[1].costs["seconds_to_target"] = 4.0
    some.runs[2].costs["seconds_to_target"] = 6.0
    assert cost_text(some, "seconds_to_target") == "5 s (2 of 3)"
    assert cost_text(row("red", "few", [0.9, None, 0.7]), "step_seconds") == "0.5 s"
    assert cost_text(row("red", "few", [0.9]), "seconds_to_target") == "–"


def test_a_mean_curve_is_the_mean_of_what_all_seeds_have() -> None:
    seconds, values = zip(*mean_curve(row("red", "all", [0.8, 0.4])), strict=True)
    assert seconds == (2.0, 6.0, 10.0)
    assert values == pytest.approx((0.3, 0.576, 0.6))


def test_pictures_have_a_mark_for_each_row_and_words_for_who_cant_see_them() -> None:
    [task] = results(usual_rows()).tasks
    for picture in (quality_against(task, "memory", "peak memory"), forest(task), memory_bars(task)):
        parsed = tags_of(picture)
        assert ("svg", "role", "img") in parsed.attributes
    assert tags_of(quality_against(task, "memory", "peak memory")).count["title"] == 1 + 4
    assert tags_of(forest(task)).count["title"] == 1 + 6
    assert tags_of(memory_bars(task)).count["rect"] == 4 * 4
    assert tags_of(learning_curves(task, "red")).count["polyline"] == 2
