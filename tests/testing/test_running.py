"""What a trial says: counts, reasons, places; and that the kit costs nobody anything who doesn't use it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ftkit.testing import Conformance, check_task
from ftkit.testing.apart import check_apart
from ftkit.testing.subject import Options
from support.program import run_python
from support.specimens import specimen
from support.wheels import ECHO, task_distribution, unpack

ROWS = [{"text": text} for text in ("The dog sleeps.", "He stays.", "Leo buys a box.")]

CAREFUL = ECHO.replace(
    'return Example(row["text"], row["text"])',
    'text = row.get("text")\n'
    "    if not isinstance(text, str):\n"
    "        from ftkit import RowError\n"
    "        raise RowError(\"the row lacks a text in 'text'\")\n"
    "    return Example(text, text)",
).replace("return text\n", "return text.strip() or None\n")
"""The echo task as the kit wants it."""


def checked(module: str, source: str, **given: object) -> Conformance:
    return check_task(specimen("task", "echo", module, source), **given)  # type: ignore[arg-type]


def test_a_conforming_plugin_passes_with_every_property_that_is_called_for_tried() -> None:
    found = checked("careful", CAREFUL, rows=ROWS)
    assert found.failed == []
    assert found.passed
    assert found.ran == found.expected == len(found.outcomes) - len(found.skipped)
    assert found.skipped["rows_of_the_sample_can_be_used"] == "it brings no sample"


def test_properties_that_cant_be_tried_for_lack_of_rows_are_no_success() -> None:
    found = checked("careful_too", CAREFUL)
    assert found.failed == []
    assert 0 < found.ran < found.expected
    assert not found.passed
    assert found.skipped["formats_are_pure"].startswith("give at least 3 `rows`")
    assert f"ran {found.ran} of {found.expected} expected" in str(found)


def test_a_failure_names_plugin_hook_place_and_remedy() -> None:
    found = checked("careless", ECHO, rows=ROWS)
    [fault] = next(
        each.faults
        for each in found.failed
        if each.name == "a_row_without_a_required_column_is_refused_by_name"
    )
    assert fault.plugin == "task:echo"
    assert fault.hook == "format_example"
    assert fault.problem == "a row without 'text' raises KeyError"
    assert Path(str(fault.file)).name == "careless.py"
    line = ECHO.splitlines().index("def format_example(row):")
    assert fault.line in (line, line + 1)
    assert fault.remedy == "raise ftkit.RowError(\"the row lacks 'text'\")"


def test_a_plugin_that_doesnt_load_fails_and_nothing_else_of_it_counts_as_tried() -> None:
    found = checked("absent", '"""Absent."""\nimport no_such_module\n', rows=ROWS)
    assert [each.name for each in found.failed] == ["it_loads_in_a_process_of_its_own"]
    assert found.ran < found.expected
    assert "needs the module no_such_module" in str(found)


def test_what_a_trial_says_travels_as_json() -> None:
    found = checked("careful_json", CAREFUL, rows=ROWS).as_json()
    assert found["passed"] is True
    assert {each["status"] for each in found["outcomes"]} == {"passed", "not called for"}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("import os; os._exit(3)", "ended the process with status 3 while it was tried"),
        ("import os; os.abort()", "crashed the process (SIGABRT)"),
        ("import time; time.sleep(600)", "gave no answer within 6 s"),
    ],
)
def test_a_hook_that_ends_or_holds_the_process_costs_one_answer(body: str, told: str, tmp_path: Path) -> None:
    sample = tmp_path / "rows.jsonl"
    sample.write_text("".join(f"{json.dumps(row)}\n" for row in ROWS), encoding="utf-8")
    # With a sample its hooks run although nobody gives rows.
    source = CAREFUL.replace('    text = row.get("text")', f"    {body}")
    source = source.replace("import Column", "import Sample, Column")
    source = source.replace(
        "max_output_tokens=8,", f"max_output_tokens=8, sample=Sample(*2 * [{str(sample)!r}]),"
    )
    record = specimen("task", "echo", f"ending_{len(told)}", source)
    found = check_apart(record, timeout=6)
    assert not found.passed
    assert told in str(found)


@pytest.mark.parametrize(
    ("read", "noted"),
    [
        (lambda options: options["a"], {"a"}),
        (lambda options: options.get("a"), {"a"}),
        (lambda options: options.get("c"), set()),
        (lambda options: "a" in options, set()),
        (lambda options: {**options}, {"a", "b"}),
        (dict, {"a", "b"}),
        (lambda options: options | {"c": 3}, {"a", "b"}),
        (lambda options: [value for _, value in options.items()], {"a", "b"}),
        (lambda options: sorted(options.values()), {"a", "b"}),
    ],
)
def test_every_way_to_read_an_option_is_noted(read: Callable[[Options], object], noted: set[str]) -> None:
    found: set[str] = set()
    read(Options({"a": 1, "b": 2}, found))
    assert found == noted


def test_nobody_pays_for_the_kit_who_doesnt_use_it() -> None:
    program = (
        "import sys, ftkit, ftkit.cli.app; assert 'ftkit.testing' not in sys.modules; import ftkit.testing; "
        "print(sorted({'torch', 'transformers', 'pytest', 'ftkit_plugins'} & set(sys.modules)))"
    )
    assert run_python("-c", program).out == "[]\n"


def test_a_property_that_is_lacking_is_a_failed_test_of_its_name(tmp_path: Path) -> None:
    site = unpack([task_distribution("echo")], tmp_path)
    file = tmp_path / "test_echo.py"
    file.write_text(
        "from ftkit.testing import conformance_tests\n\n"
        f'test_echo = conformance_tests("task:echo", rows={ROWS!r})\n',
        encoding="utf-8",
    )
    ended = run_python("-m", "pytest", "-q", "-p", "no:cacheprovider", str(file), sites=[site], cwd=tmp_path)
    assert ended.status == 1
    assert "FAILED test_echo.py::test_echo[a_row_without_a_required_column_is_refused_by_name]" in ended.out
    assert "a row without 'text' raises KeyError" in ended.out
    assert "SKIPPED" in ended.out or "skipped" in ended.out
    assert "Traceback" not in ended.out
