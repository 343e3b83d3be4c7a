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
test_wrapper = conformance_tests(specimen("extension", "counts", "unusual_counts", WRAPPER))
test_pissa = conformance_tests(specimen("method", "lora", "unusual_lora", PISSA), trains=TRAINS["lora"])
