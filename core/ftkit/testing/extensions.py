"""Properties of an extension: it accompanies a run and changes nothing that it wasn't asked for."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path

from ftkit.descriptions import Example
from ftkit.testing.extension_subject import ExtensionSubject
from ftkit.testing.properties import conforms
from ftkit.testing.violations import demand


@conforms("describe")
def it_does_something(subject: ExtensionSubject) -> None:
    """It implements a hook besides its description."""
    demand(len(subject.implementations) > 1, "it implements no hook but describe_extension", "mark one")


@conforms()
def it_lives_through_a_run(subject: ExtensionSubject) -> None:
    """None of its hooks raises."""
    subject.live()


@conforms()
def it_lives_through_a_second_run(subject: ExtensionSubject) -> None:
    """A process may train more than once."""
    subject.live()
    subject.live()


@conforms()
def what_it_is_given_stays_as_it_is(subject: ExtensionSubject) -> None:
    """Recipe, metrics and result are there to read."""
    changed = [before for before, after in subject.live().given if before != after]
    demand(not changed, "it changes what it is given to read", "copy what you change")


@conforms()
def it_writes_into_the_run_alone(subject: ExtensionSubject) -> None:
    """Beside ftkit's own files."""
    life = subject.live()
    demand(not life.strays, f"it writes {life.strays} into the current folder", "write into `directory`")
    demand(not life.changed, f"it changes {life.changed} of the run", "write files of your own")


@conforms(
    "trainer_arguments",
    when=lambda subject: subject.implements("trainer_arguments"),
    otherwise="it overrides no argument of the trainer",
)
def arguments_are_those_of_the_trainer(subject: ExtensionSubject) -> None:
    """Names that `transformers.Seq2SeqTrainingArguments` knows."""
    from transformers import Seq2SeqTrainingArguments  # noqa: PLC0415 - imports torch

    found = subject.live().arguments
    demand(
        isinstance(found, Mapping), f"it gives a {type(found).__name__}", "give a mapping, empty if need be"
    )
    known = {each.name for each in fields(Seq2SeqTrainingArguments)}
    unknown = sorted(set(found) - known)
    demand(not unknown, f"{unknown} are not arguments of transformers.Seq2SeqTrainingArguments")


@conforms(
    "trainer_callbacks",
    when=lambda subject: subject.implements("trainer_callbacks"),
    otherwise="it gives no callbacks",
)
def callbacks_are_those_of_the_trainer(subject: ExtensionSubject) -> None:
    """Objects of `transformers.TrainerCallback`."""
    from transformers import TrainerCallback  # noqa: PLC0415 - likewise

    found = subject.live().callbacks
    demand(isinstance(found, Sequence), f"it gives a {type(found).__name__}", "give a list, empty if need be")
    odd = [type(each).__name__ for each in found if not isinstance(each, TrainerCallback)]
    demand(not odd, f"{odd} are not instances of transformers.TrainerCallback", "give objects, not classes")


@conforms(when=lambda subject: subject.wrapped, otherwise="it wraps no hook of another kind")
def what_it_wraps_still_works(subject: ExtensionSubject) -> None:
    """A tiny backbone, method and task, each through the wrappers."""
    _task_works(subject)
    _model_works(subject)


def _task_works(subject: ExtensionSubject) -> None:
    from ftkit.testing.tiny import task  # noqa: PLC0415 - plugins are loaded when they are used

    hook = subject.manager(task=task).hook
    hook.extension_selected(options=subject.options())
    examples = [hook.format_example(row=row, options={}) for row in task.ROWS]
    demand(
        all(type(each) is Example for each in examples), "through its wrapper, rows are not Examples any more"
    )
    answers = [hook.parse_output(text=example.target, options={}) for example in examples]
    references = [[answer] for answer in answers]
    found = hook.score(predictions=answers, references=references, options={})
    demand(
        isinstance(found, Mapping) and set(found) == {"exact"}, f"through its wrapper, score gives {found!r}"
    )


def _model_works(subject: ExtensionSubject) -> None:
    from ftkit.testing import models  # noqa: PLC0415 - imports torch
    from ftkit.testing.tiny import backbone, method  # noqa: PLC0415 - likewise

    hook = subject.manager(backbone=backbone.T5, method=method).hook
    hook.extension_selected(options=subject.options())
    info, source = hook.describe_backbone(), backbone.T5.checkpoint
    with models.repeatable(), tempfile.TemporaryDirectory() as folder:
        plain, fresh = (hook.load_model(source=source, dtype="float32", options={}) for _ in range(2))
        batch = models.batch_of(hook.load_tokenizer(source=source, options={}))
        model = hook.apply_method(model=plain, backbone=info, options={})
        models.demand_learns(model, batch)
        hook.save_artifact(model=model, directory=Path(folder))
        back = hook.load_artifact(model=fresh, backbone=info, directory=Path(folder))
        found, expected = models.logits_of(back, batch), models.logits_of(model, batch)
    models.demand_same_logits(found, expected, "saving and loading through its wrapper")
