"""Properties of a task: rows become examples."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ftkit.descriptions import Example
from ftkit.errors import OptionsError, RowError
from ftkit.testing.properties import conforms
from ftkit.testing.task_subject import TaskSubject
from ftkit.testing.violations import Violation, demand

_NO_TEXTS: tuple[Any, ...] = (None, "", " ", 7, [], {}, ["text"], b"text")


def _has_required(subject: TaskSubject) -> bool:
    return bool(subject.required)


@conforms("format_example")
def every_row_gives_an_input_and_a_target(subject: TaskSubject) -> None:
    """Texts with something in them; the target is one of the references."""
    for row, example in zip(subject.rows, subject.examples, strict=True):
        demand(
            type(example) is Example, f"format_example gives a {type(example).__name__}", "give an Example"
        )
        texts = (example.input, example.target, *example.references)
        demand(
            all(isinstance(text, str) and text.strip() for text in texts), f"an empty text from {row!r:.200}"
        )
        demand(example.target in example.references, "the target is not among its references")


@conforms("format_example")
def formats_are_pure(subject: TaskSubject) -> None:
    """The same row gives the same example, whatever came before; the row stays as it is."""
    rows = list(subject.rows)
    kept = copy.deepcopy(rows)
    forwards = [subject.format(row) for row in rows]
    backwards = [subject.format(row) for row in reversed(rows)][::-1]
    twice = [subject.format(row) for row in rows for _ in range(2)][1::2]
    demand(rows == kept, "a row is changed by formatting it", "copy what you change")
    remedy = "let an example depend on its row and the options alone"
    demand(forwards == backwards == twice, "a row's example depends on the rows before it", remedy)


@conforms("describe", when=lambda subject: subject.info.sample, otherwise="it brings no sample")
def rows_of_the_sample_can_be_used(subject: TaskSubject) -> None:
    """Of both files, which lie beside the plugin."""
    for name in ("train", "validation"):
        file = getattr(subject.info.sample, name)
        demand(Path(file).is_absolute(), f"the sample's path {file!r} is relative", "build it from __file__")
        records = subject.records(file)
        demand(records, f"the sample's {file} holds no rows")
        for record in records:
            for row in subject.formatter.rows(record.row):
                demand(subject.format(row).target, f"{record.place} has no answer", "give rows with answers")


@conforms("describe")
def columns_and_metrics_say_what_they_are(subject: TaskSubject) -> None:
    """Each by a name of its own and a line of help; a metric by the range of its values."""
    for what, declared in (("column", subject.info.columns), ("metric", subject.info.metrics)):
        names = [each.name for each in declared]
        twice = sorted({name for name in names if names.count(name) > 1})
        demand(not twice, f"the {what} {', '.join(twice)} is declared twice")
        silent = [each.name for each in declared if not each.help.strip()]
        demand(not silent, f"the {what} {', '.join(silent)} has no help", "write one line")
    for metric in subject.info.metrics:
        top = metric.maximum
        demand(top is None or metric.minimum < top, f"{metric.name} goes from {metric.minimum} to {top}")


@conforms("describe")
def rows_have_the_columns_that_are_declared(subject: TaskSubject) -> None:
    """The required ones each, and at least one of those declared."""
    declared = {column.name for column in subject.info.columns}
    for row in subject.rows:
        missing = [name for name in subject.required if name not in row]
        demand(
            not missing, f"a usable row lacks {missing}, declared as required", "declare it required=False"
        )
        demand(declared & row.keys(), f"a usable row has no declared column but {', '.join(row)}")


@conforms("format_example", when=_has_required, otherwise="no column is required")
def a_row_without_a_required_column_is_refused_by_name(subject: TaskSubject) -> None:
    """With `RowError`, which is shown with file and line."""
    for name in subject.required:
        row = {key: value for key, value in subject.rows[0].items() if key != name}
        remedy = f'raise ftkit.RowError("the row lacks {name!r}")'
        try:
            subject.format(row)
        except RowError as error:
            demand(name in str(error), f"the error about a row without {name!r} doesn't name it", remedy)
        except Exception as error:
            raise Violation(f"a row without {name!r} raises {type(error).__name__}", remedy) from error
        else:
            raise Violation(f"a row without {name!r} is not refused", remedy)


@conforms("format_example")
def odd_values_are_used_or_refused_and_crash_nothing(subject: TaskSubject) -> None:
    """Rows are untrusted: any value may stand in any column."""
    for column in subject.rows[0]:
        for value in _NO_TEXTS:
            _demand_used_or_refused(subject, column, value)


def _demand_used_or_refused(subject: TaskSubject, column: str, value: Any) -> None:
    remedy = "raise ftkit.RowError that says what is wrong"
    try:
        example = subject.format({**subject.rows[0], column: value})
    except RowError:
        return
    except Exception as error:
        raise Violation(f"{value!r} in {column!r} raises {type(error).__name__}", remedy) from error
    texts = [example.input, *example.references, "" if example.target is None else example.target]
    demand(all(isinstance(each, str) for each in texts), f"{value!r} in {column!r} is used as a text", remedy)


def _optional(subject: TaskSubject) -> list[str]:
    return [column.name for column in subject.info.columns if not column.required]


@conforms("format_example", when=_optional, otherwise="every column is required")
def the_input_is_the_same_without_the_answer(subject: TaskSubject) -> None:
    """Prediction has rows without answers; an answer in the input would be learnt by heart."""
    for row, example in zip(subject.rows, subject.examples, strict=True):
        for name in _optional(subject):
            asked = _without(subject, row, name)
            if asked is not None and asked.target is None:  # so that the column was the answer's
                demand(asked.input == example.input, f"the input depends on {name!r}, which is the answer")


def _without(subject: TaskSubject, row: Mapping[str, Any], name: str) -> Example | None:
    """The example of a row that lacks a column; None where the task refuses it."""
    try:
        return subject.format({key: value for key, value in row.items() if key != name})
    except RowError:
        return None


@conforms("describe")
def targets_fit_the_declared_length(subject: TaskSubject) -> None:
    """No tokenizer has fewer tokens than words, or generation would cut the answer."""
    longest = max(len(target.split()) for target in subject.targets)
    limit = subject.info.max_output_tokens
    demand(longest <= limit, f"a target has {longest} words, and max_output_tokens is {limit}")


@conforms(
    "describe", when=lambda subject: subject.info.labels, otherwise="its targets are an open set: no labels"
)
def targets_are_the_labels(subject: TaskSubject) -> None:
    """Each target is a label, and each label is an answer of its own."""
    unknown = sorted(set(subject.targets) - set(subject.info.labels))
    demand(not unknown, f"the target {unknown[0]!r} is not among its labels" if unknown else "", "declare it")
    answers = [subject.formatter.parse(label) for label in subject.info.labels]
    demand(None not in answers, "a label is not parsed as an answer")
    demand(len(set(map(repr, answers))) == len(answers), "two labels are parsed as one answer")


def _takes_text(subject: TaskSubject) -> bool:
    return subject.implements("row_of_text") or len(subject.required) == 1


@conforms("row_of_text", when=_takes_text, otherwise="its rows can't be made of one text")
def a_bare_text_can_be_asked(subject: TaskSubject) -> None:
    """As `ftkit predict RUN TEXT` does."""
    text = "The dog sleeps."
    row = dict.fromkeys(subject.required, text)
    if subject.implements("row_of_text"):
        row = subject.hook.row_of_text(text=text, options=subject.options())
    demand(text in subject.format(row).input, "the input made of a text doesn't hold the text")


@conforms(
    "expand_record",
    when=lambda subject: subject.implements("expand_record"),
    otherwise="it doesn't take records apart",
)
def rows_taken_apart_are_rows(subject: TaskSubject) -> None:
    """What is a row already stays one; the record stays as it is."""
    for row in subject.rows:
        kept = copy.deepcopy(row)
        rows = list(subject.formatter.rows(row))
        demand(row == kept, "a record is changed by taking it apart", "copy what you change")
        same = [subject.format(each) for each in rows] == [subject.format(row)]
        demand(same, f"a row is taken for {len(rows)} other rows", "give a row back as it is")


@conforms(
    "format_example",
    when=lambda subject: any(option.choices for option in subject.info.options),
    otherwise="no option has choices",
)
def every_choice_of_an_option_formats(subject: TaskSubject) -> None:
    """Or is refused with `OptionsError`, or the row with `RowError`."""
    for option in subject.info.options:
        for choice in option.choices:
            options = subject.options(**{option.name: (choice,) if option.repeated else choice})
            try:
                subject.hook.format_example(row=subject.rows[0], options=options)
            except (OptionsError, RowError):
                continue


@conforms("format_example")
def a_model_learns_from_its_examples(subject: TaskSubject) -> None:
    """A tiny one, a few steps."""
    from ftkit.testing import models  # noqa: PLC0415 - imports torch, which the other properties don't need
    from ftkit.testing.tiny.architectures import tiny_model, tiny_tokenizer  # noqa: PLC0415

    inputs = [each.input for each in subject.examples[:4]]
    with models.repeatable():
        batch = models.batch_of(tiny_tokenizer(), inputs, subject.targets[:4])
        models.demand_learns(tiny_model("t5").requires_grad_(requires_grad=True), batch)
