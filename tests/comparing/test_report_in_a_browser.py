"""The report in a real browser: from disk, by keyboard, on a phone, in the dark, on paper."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ftkit.comparing.report import as_page
from support.browser import browser, show
from support.compared import results, usual_rows

ENTER, SPACE = "\ue007", "\ue00d"  # as WebDriver writes these keys
NORMAL_TEXT = 4.5  # the least contrast of WCAG 2.2, success criterion 1.4.3

CONTRASTS = """
const luminance = (color) => {
  const [r, g, b] = color.match(/[\\d.]+/g).slice(0, 3).map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = (element) => {
  for (let e = element; e; e = e.parentElement) {
    const color = getComputedStyle(e).backgroundColor;
    if (color !== "rgba(0, 0, 0, 0)" && color !== "transparent") return color;
  }
  return "rgb(255, 255, 255)";
};
const found = [];
for (const element of document.querySelectorAll("body *:not(script)")) {
  const text = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
  if (!text || !element.getClientRects().length) continue;
  const style = getComputedStyle(element);
  const front = element instanceof SVGElement ? style.fill : style.color;
  const [a, b] = [luminance(front), luminance(behind(element))].sort((x, y) => y - x);
  found.push([(a + 0.05) / (b + 0.05), element.textContent.trim().slice(0, 40)]);
}
return found.sort((a, b) => a[0] - b[0])[0];
"""


@pytest.fixture(scope="module")
def opened() -> Iterator[Any]:
    with browser() as window:
        yield window


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("report") / "report.html"
    file.write_text(as_page(results(usual_rows())), encoding="utf-8")
    return file


def column(opened: Any, number: int) -> list[str]:
    """Texts of a column of the table."""
    rows = "[...document.querySelector('table.sortable').tBodies[0].rows]"
    script = f"return {rows}.map((row) => row.cells[arguments[0]].innerText)"
    return opened.execute_script(script, number)


def test_the_page_opens_from_disk_without_network_and_without_complaint(opened: Any, page: Path) -> None:
    opened.get_log("performance")
    show(opened, page)
    events = [json.loads(entry["message"])["message"] for entry in opened.get_log("performance")]
    asked = [
        each["params"]["request"]["url"] for each in events if each["method"] == "Network.requestWillBeSent"
    ]
    assert set(asked) <= {page.as_uri()}
    assert opened.get_log("browser") == []


def test_the_table_sorts_by_keyboard_and_says_how(opened: Any, page: Path) -> None:
    show(opened, page)
    before = column(opened, 2)
    button = opened.find_elements("css selector", "table.sortable th button")[2]
    button.send_keys(ENTER)
    ascending = column(opened, 2)
    head = "return document.querySelectorAll('table.sortable th[scope=col]')[2].getAttribute('aria-sort')"
    assert opened.execute_script(head) == "ascending"
    values = [float(text.partition(" ")[0]) for text in ascending]
    assert values == sorted(values) != [float(text.partition(" ")[0]) for text in before]
    button.send_keys(SPACE)
    assert opened.execute_script(head) == "descending"
    assert column(opened, 2) == ascending[::-1]


def test_what_is_unknown_comes_last_whichever_way_the_table_is_sorted(opened: Any, page: Path) -> None:
    show(opened, page)
    button = opened.find_elements("css selector", "table.sortable th button")[6]
    for _ in range(2):
        button.click()
        assert column(opened, 6)[-2:] == ["–", "–"]


@pytest.mark.parametrize("width", [320, 390, 768, 1200])
def test_no_width_of_a_screen_makes_the_page_scroll_sideways(opened: Any, page: Path, width: int) -> None:
    show(opened, page, width=width)
    assert opened.execute_script("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("media", ["screen", "print"])
def test_every_text_stands_out_from_what_is_behind_it(
    opened: Any, page: Path, scheme: str, media: str
) -> None:
    show(opened, page, scheme=scheme, media=media)
    contrast, text = opened.execute_script(CONTRASTS)
    assert contrast >= NORMAL_TEXT, text


def test_dark_and_light_differ_and_paper_is_white(opened: Any, page: Path) -> None:
    back = "return getComputedStyle(document.body).backgroundColor"
    show(opened, page, scheme="light")
    assert opened.execute_script(back) == "rgb(255, 255, 255)"
    show(opened, page, scheme="dark")
    assert opened.execute_script(back) == "rgb(21, 24, 27)"
    show(opened, page, scheme="dark", media="print")
    assert opened.execute_script(back) == "rgb(255, 255, 255)"


def test_screen_readers_find_landmarks_headings_and_a_name_for_every_picture(opened: Any, page: Path) -> None:
    show(opened, page)
    opened.execute_cdp_cmd("Accessibility.enable", {})
    nodes = opened.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    named: dict[str, list[str]] = {}
    for node in nodes:
        if not node["ignored"]:
            named.setdefault(node["role"]["value"], []).append(node.get("name", {}).get("value", ""))
    assert {"main", "navigation", "banner", "heading", "table"} <= named.keys()
    pictures = [*named.get("image", []), *named.get("img", []), *named.get("graphics-document", [])]
    assert len(pictures) == 6
    for role in ("button", "region", "link"):
        assert all(named[role]), role
    assert all(pictures)


def test_everything_that_scrolls_can_be_reached_by_the_tab_key(opened: Any, page: Path) -> None:
    show(opened, page, width=390)
    scrolling = (
        "return [...document.querySelectorAll('*')].filter(e => e.scrollWidth > e.clientWidth + 1 "
        "&& getComputedStyle(e).overflowX === 'auto').every(e => e.tabIndex === 0)"
    )
    assert opened.execute_script(scrolling)
