"""Properties of a task: generated texts become answers."""

from __future__ import annotations

import re

from ftkit.testing.properties import conforms
from ftkit.testing.task_subject import TaskSubject
from ftkit.testing.violations import Violation, demand

_ODD = (
    "",
    " ",
    "\n",
    "no answer at all",
    ":",
    "true false",
    "{",
    "7",
    "ß" * 3,
    "word " * 500,
    "\x00",
    "<pad>",
)


@conforms("parse_output")
def every_target_is_parsed_as_an_answer(subject: TaskSubject) -> None:
    """A model that writes what it was taught is understood."""
    for example, answers in zip(subject.examples, subject.references, strict=True):
        silent = [text for text, answer in zip(example.references, answers, strict=True) if answer is None]
        demand(not silent, f"no answer is found in the target {silent[0]!r:.100}" if silent else "")


@conforms("parse_output")
def parsing_is_deterministic(subject: TaskSubject) -> None:
    """Whatever was parsed before."""
    again = [subject.formatter.parse(target) for target in reversed(subject.targets)][::-1]
    demand(again == subject.answers, "a target parsed again gives another answer")


@conforms("parse_output")
def other_targets_give_other_answers(subject: TaskSubject) -> None:
    """Some of them at least."""
    targets = set(subject.targets)
    answers = set(map(repr, subject.answers))
    demand(len(targets) < 2 or len(answers) > 1, "every target is parsed as the same answer")  # noqa: PLR2004


@conforms("parse_output")
def answers_that_are_texts_are_whole(subject: TaskSubject) -> None:
    """No blank is left at an end, and no letter of a word is cut off."""
    for target, answer in zip(subject.targets, subject.answers, strict=True):
        if not isinstance(answer, str):
            continue
        told = f"the target {target!r:.100} is parsed as {answer!r:.100}"
        demand(answer == answer.strip(), f"{told}, with a blank at an end", "strip it")
        places = [match.span() for match in re.finditer(re.escape(answer), target)]
        # No place at all: it was changed on purpose, such as to lower case.
        whole = not places or any(_is_whole(target, *place) for place in places)
        demand(whole, f"{told}, with a word cut in two", "take the whole answer")


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether no word goes on beyond either end of a part of a text."""
    return not (_joined(text[max(0, start - 1) : start + 1]) or _joined(text[end - 1 : end + 1]))


def _joined(pair: str) -> bool:
    """Whether two letters stand in one word; of scripts that part words by blanks alone."""
    return len(pair) > 1 and pair.isascii() and pair.isalnum()


@conforms("parse_output")
def odd_texts_crash_nothing(subject: TaskSubject) -> None:
    """A model may write anything: an answer that can't be read is None."""
    parse = subject.formatter.parse
    for text in _ODD:
        try:
            parse(text)
        except Exception as error:
            raise Violation(f"{text!r:.40} raises {type(error).__name__}", "return None") from error


@conforms("parse_output")
def an_empty_text_holds_no_answer(subject: TaskSubject) -> None:
    """It is counted as an output without an answer."""
    for text in ("", " "):
        answer = subject.formatter.parse(text)
        demand(answer is None, f"{text!r} is parsed as {answer!r}", "return None")


@conforms(
    "parse_output",
    when=lambda subject: subject.info.labels,
    otherwise="its targets are an open set: no labels",
)
def what_is_no_label_is_no_answer(subject: TaskSubject) -> None:
    """It is counted, never guessed."""
    label = subject.info.labels[0]
    for text in ("no answer at all", f"not {label}", f"{label} and {label}", label[: len(label) // 2]):
        if text not in subject.info.labels:
            answer = subject.formatter.parse(text)
            demand(answer is None, f"{text!r} is not a label and parsed as {answer!r}", "return None")
