"""Properties of a method's artifact: what is saved, what comes back, what is refused, what merging gives."""

from __future__ import annotations

import tempfile
from pathlib import Path

import torch

from ftkit.errors import CheckpointError
from ftkit.testing import models
from ftkit.testing.method_subject import MethodSubject, saved_tensors
from ftkit.testing.properties import conforms
from ftkit.testing.tiny import backbone as tiny
from ftkit.testing.violations import demand

_PICKLES = frozenset({".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt"})


@conforms("load_artifact")
def what_was_saved_comes_back_with_identical_logits(subject: MethodSubject) -> None:
    """Bit for bit, on a freshly loaded backbone."""
    with subject.tuned() as tuned:
        found = models.logits_of(subject.back(tuned.folder), subject.batch)
    models.demand_same_logits(found, models.logits_of(tuned.model, subject.batch), "saving and loading")


@conforms("load_artifact")
def it_comes_back_in_bfloat16(subject: MethodSubject) -> None:
    """Beside weights in bfloat16 as beside others."""
    model = subject.applied(dtype="bfloat16")
    models.train(model, subject.batch)
    with tempfile.TemporaryDirectory() as folder:
        subject.hook.save_artifact(model=model, directory=Path(folder))
        found = models.logits_of(subject.back(Path(folder), dtype="bfloat16"), subject.batch)
    models.demand_same_logits(found, models.logits_of(model, subject.batch), "saving and loading in bfloat16")


@conforms("load_artifact")
def training_can_go_on_after_loading(subject: MethodSubject) -> None:
    """The same parameters require gradients, in evaluation mode, with the same values."""
    with subject.tuned() as tuned:
        back = subject.back(tuned.folder)
    demand(not back.training, "a model in evaluation mode comes back in training mode")
    saved, found = models.trained(tuned.model), models.trained(back)
    lost, more = sorted(saved.keys() - found.keys()), sorted(found.keys() - saved.keys())
    demand(not lost, f"{lost[:3]} trained and don't require gradients when loaded")
    demand(not more, f"{more[:3]} require gradients when loaded and didn't train")
    other = [name for name, weight in saved.items() if not torch.equal(weight, found[name])]
    demand(not other, f"{other[:3]} come back with other values", "save and load every trained tensor")


@conforms("save_artifact")
def the_artifact_is_safetensors_and_no_pickle(subject: MethodSubject) -> None:
    """A pickle runs code when it is read."""
    with subject.tuned() as tuned:
        names = sorted(str(file.relative_to(tuned.folder)) for file in tuned.folder.rglob("*"))
    pickles = [name for name in names if Path(name).suffix in _PICKLES]
    demand(not pickles, f"it writes {', '.join(pickles)}", "write safetensors")
    tensors = any(name.endswith(".safetensors") for name in names)
    demand(tensors, f"it writes no safetensors file but {', '.join(names) or 'nothing'}")


@conforms("save_artifact")
def the_artifact_holds_no_more_than_what_trained(subject: MethodSubject) -> None:
    """Frozen weights are the backbone's; a model's buffers may stand beside its parameters."""
    with subject.tuned() as tuned:
        saved = sum(tensor.numel() for tensor in saved_tensors(tuned.folder).values())
    model = tuned.model
    own = sum(weight.numel() for weight in models.trained(model).values())
    beside = sum(buffer.numel() for buffer in model.buffers())
    demand(
        saved <= own + beside, f"it saves {saved:,} numbers where {own:,} were trained", "save what trained"
    )


@conforms("save_artifact")
def saving_changes_no_model(subject: MethodSubject) -> None:
    """A run saves while it trains."""
    model = subject.applied()
    models.train(model, subject.batch, steps=1)
    before, names = models.logits_of(model, subject.batch), set(models.trained(model))
    with tempfile.TemporaryDirectory() as folder:
        subject.hook.save_artifact(model=model, directory=Path(folder))
    demand(set(models.trained(model)) == names, "saving changes what requires gradients")
    models.demand_same_logits(models.logits_of(model, subject.batch), before, "saving")


@conforms("load_artifact")
def a_folder_without_artifact_is_refused(subject: MethodSubject) -> None:
    """With the error that the command line shows as one message."""
    with tempfile.TemporaryDirectory() as empty:
        models.refuses(lambda: subject.back(Path(empty)), CheckpointError, "load_artifact of an empty folder")


@conforms("load_artifact")
def an_artifact_that_lost_a_tensor_is_refused(subject: MethodSubject) -> None:
    """Or random numbers would stand in its place."""
    from safetensors.torch import load_file, save_file  # noqa: PLC0415 - imports torch

    with subject.tuned() as tuned:
        file = max(tuned.folder.rglob("*.safetensors"), key=lambda each: each.stat().st_size)
        tensors = load_file(file)
        demand(tensors, f"{file.name} holds no tensor")
        tensors.pop(max(tensors, key=lambda name: tensors[name].numel()))
        save_file(tensors, file, metadata={"format": "pt"})
        models.refuses(lambda: subject.back(tuned.folder), CheckpointError, "an artifact that lacks a tensor")


@conforms("load_artifact")
def an_artifact_for_another_backbone_is_refused(subject: MethodSubject) -> None:
    """A T5's on a BART."""
    with subject.tuned() as tuned:
        models.refuses(
            lambda: subject.back(tuned.folder, tiny.BART), CheckpointError, "an artifact for another backbone"
        )


@conforms("merge_artifact")
def it_merges_if_and_only_if_it_says_so(subject: MethodSubject) -> None:
    """`mergeable` is what people are told."""
    said, does = subject.info.mergeable, subject.implements("merge_artifact")
    demand(said == does, f"mergeable is {said}, and merge_artifact is {'' if does else 'not '}implemented")


def _mergeable(subject: MethodSubject) -> bool:
    return bool(subject.info.mergeable and subject.implements("merge_artifact"))


@conforms("merge_artifact", when=_mergeable, otherwise="it is not mergeable")
def merging_keeps_the_answers_in_a_plain_model(subject: MethodSubject) -> None:
    """Of the backbone's own class, whose folder transformers opens by itself."""
    with subject.tuned() as tuned:
        expected = models.logits_of(tuned.model, subject.batch)
    merged = subject.hook.merge_artifact(model=tuned.model)
    plain = type(subject.fresh())
    demand(type(merged) is plain, f"merging gives a {type(merged).__name__}, not a {plain.__name__}")
    models.demand_same_logits(models.logits_of(merged, subject.batch), expected, "merging", 1e-4)
    with tempfile.TemporaryDirectory() as folder:
        merged.save_pretrained(folder)
        again = plain.from_pretrained(folder)
    models.demand_same_logits(
        models.logits_of(again, subject.batch), expected, "saving what was merged", 1e-4
    )
