"""Correct plugins of unusual kinds: the kit finds nothing wrong with them."""

from __future__ import annotations

from ftkit.testing import conformance_tests
from support.mutants import TRAINS, source_of
from support.specimens import specimen

SUMS = '''"""Add numbers, thinking aloud; the error counts, and has no upper bound."""

from ftkit import Column, Example, Metric, RowError, TaskInfo, hookimpl


@hookimpl
def describe_task():
    return TaskInfo(
        columns=(Column("one", "a number"), Column("other", "a number")),
        metrics=(
            Metric("error", "mean distance", maximum=None, higher_is_better=False, mean_of_rows=True),
            Metric("agreement", "of signs, from -1 to 1", minimum=-1),
        ),
        max_output_tokens=64,
    )


@hookimpl
def format_example(row):
    one, other = row.get("one"), row.get("other")
    if not isinstance(one, int) or not isinstance(other, int):
        raise RowError(f"'one' and 'other' must be whole numbers, not {one!r:.20} and {other!r:.20}")
    return Example(f"{one} + {other}", f"{one} and {other} make {one + other}. #### {one + other}")


@hookimpl
def parse_output(text):
    _, mark, number = text.rpartition("####")
    return int(number) if mark and number.strip().lstrip("-").isdecimal() else None


@hookimpl
def score(predictions, references):
    pairs = [(0 if p is None else p, r[0]) for p, r in zip(predictions, references)]
    signs = [0 if p * r == 0 else 1 if p * r > 0 else -1 for p, r in pairs]
    error = sum(abs(p - r) for p, r in pairs) / len(pairs)
    return {"error": error, "agreement": sum(signs) / len(signs)}
'''

HINTS = '''"""Say who somebody is: a hint may stand beside the name, and answers occur inside longer words."""

from ftkit import Column, Example, Metric, RowError, TaskInfo, hookimpl


@hookimpl
def describe_task():
    return TaskInfo(
        columns=(
            Column("name", "whose"),
            Column("hint", "read too, where it is there", required=False),
            Column("who", "the answer", required=False),
        ),
        metrics=(Metric("exact", "share of right answers", mean_of_rows=True),),
        max_output_tokens=8,
    )


@hookimpl
def format_example(row):
    name, hint, who = row.get("name"), row.get("hint", ""), row.get("who")
    if not isinstance(name, str) or not isinstance(hint, str) or not isinstance(who, str | None):
        raise RowError("'name', 'hint' and 'who' must be texts")
    return Example(f"who: {name} {hint}", None if who is None else f"she is: {who}")


@hookimpl
def parse_output(text):
    start, mark, who = text.partition(":")
    return who.strip() or None if mark else None


@hookimpl
def score(predictions, references):
    return {"exact": sum(p in r for p, r in zip(predictions, references)) / len(predictions)}
'''

WRAPPER = '''"""Count the examples."""

from ftkit import ExtensionInfo, hookimpl

COUNTS = []


@hookimpl
def describe_extension():
    return ExtensionInfo()


@hookimpl(wrapper=True)
def format_example(row):
    example = yield
    COUNTS.append(len(row))
    return example
'''

# Starts from the principal components, so that frozen weights change and the answers don't.
PISSA = source_of("lora").replace(
    'Option(\n                "init", "str", "default"', 'Option(\n                "init", "str", "pissa"'
)
assert source_of("lora") != PISSA

test_sums = conformance_tests(
    specimen("task", "sums", "unusual_sums", SUMS),
    rows=[{"one": one, "other": 17 - 3 * one} for one in range(1, 9)],
)
test_hints = conformance_tests(
    specimen("task", "hints", "unusual_hints", HINTS),
    rows=[
        {"name": "Edda", "hint": "of Rostam", "who": "he"},
        {"name": "Ivo", "who": "is"},
        {"name": "Carl", "hint": "", "who": "a sailor"},
    ],
)
test_wrapper = conformance_tests(specimen("extension", "counts", "unusual_counts", WRAPPER))
test_pissa = conformance_tests(specimen("method", "lora", "unusual_lora", PISSA), trains=TRAINS["lora"])
