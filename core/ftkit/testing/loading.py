"""Properties of a backbone: what it loads is what it describes."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch

from ftkit.errors import CheckpointError, OptionsError
from ftkit.testing import models
from ftkit.testing.backbone_subject import BackboneSubject
from ftkit.testing.properties import conforms
from ftkit.testing.violations import demand

# Only some variants of an architecture have a gate; a description is for all of them.
_ROLES_OF_VARIANTS = frozenset({"feed_forward_gate"})


@conforms("load_model")
def the_model_comes_in_float32_on_the_cpu_in_evaluation_mode(subject: BackboneSubject) -> None:
    """As every caller expects it."""
    model = subject.model()
    demand(not any(part.training for part in model.modules()), "the model is in training mode", "call eval()")
    kinds = {weight.dtype for weight in model.parameters()}
    demand(kinds == {torch.float32}, f"asked for float32 it gives {', '.join(map(str, kinds))}")
    places = {weight.device.type for weight in model.parameters()}
    demand(places == {"cpu"}, f"the weights lie on {', '.join(places)}", "load on the CPU: ftkit moves them")


@conforms("load_model")
def loading_twice_gives_the_same_weights(subject: BackboneSubject) -> None:
    """Weights that a checkpoint lacks must not be filled with random numbers."""
    torch.manual_seed(1)
    first = subject.model().state_dict()
    torch.manual_seed(2)
    second = subject.model().state_dict()
    other = [name for name, tensor in first.items() if not torch.equal(tensor, second[name])]
    demand(not other, f"{len(other)} tensors differ, {other[0] if other else ''} first", "load every tensor")


@conforms("load_model")
def model_type_and_architecture_are_described(subject: BackboneSubject) -> None:
    """Checkpoints are refused by these two."""
    model = subject.model()
    own = subject.info.model_type
    demand(model.config.model_type == own, f"model_type is {own!r}, the model's {model.config.model_type!r}")
    name = type(model).__name__
    demand(name in subject.info.architectures, f"architectures lacks {name!r}, which it loads")


@conforms("describe")
def checkpoints_without_a_source_are_none(subject: BackboneSubject) -> None:
    """A checkpoint is a hub id or a folder."""
    empty = [name for name, each in subject.info.checkpoints.items() if not each.source.strip()]
    demand(not empty, f"the checkpoint {', '.join(empty)} has no source", "give a hub id or a folder")


@conforms(
    "describe",
    when=lambda subject: subject.embedded is not None and subject.embedded.parameters is not None,
    otherwise="no size is stated for an embedded checkpoint",
)
def the_embedded_checkpoint_has_the_stated_size(subject: BackboneSubject) -> None:
    """Each tensor counted once."""
    assert subject.embedded is not None  # noqa: S101 - what `when` says
    found = sum(weight.numel() for weight in subject.model().parameters())
    stated = subject.embedded.parameters
    demand(found == stated, f"it states {stated:,} parameters, and the model has {found:,}")


@conforms("describe")
def each_role_is_played_by_modules_with_weights(subject: BackboneSubject) -> None:
    """A method finds its targets by them."""
    modules = dict(subject.model().named_modules(remove_duplicate=False))
    for role, suffixes in subject.info.roles.items():
        players = [modules[name] for name in modules if _ends(name, suffixes)]
        demand(
            players or role in _ROLES_OF_VARIANTS,
            f"no module plays the role {role!r}: none ends in {' or '.join(suffixes)}",
            "give suffixes of the names that model.named_modules() has",
        )
        bare = [part for part in players if not isinstance(getattr(part, "weight", None), torch.Tensor)]
        demand(
            not bare, f"what plays the role {role!r} has no weight: {type(bare[0]).__name__}" if bare else ""
        )


@conforms("load_model")
def only_what_the_architecture_fixes_is_frozen(subject: BackboneSubject) -> None:
    """What trains is the method's choice: a parameter that comes frozen stays so under full fine-tuning."""
    model = subject.model()
    suffixes = [suffix for found in subject.info.roles.values() for suffix in found]
    frozen = [
        name
        for name, module in model.named_modules(remove_duplicate=False)
        if _ends(name, suffixes) and not all(weight.requires_grad for weight in module.parameters())
    ]
    some = any(weight.requires_grad for weight in model.parameters())
    demand(
        some and not frozen, f"{frozen[0] if frozen else 'every parameter'} is frozen", "leave it trainable"
    )


@conforms("describe")
def no_module_plays_two_roles(subject: BackboneSubject) -> None:
    """Or a method would change it twice."""
    roles: Mapping[str, Sequence[str]] = subject.info.roles
    for name, _ in subject.model().named_modules(remove_duplicate=False):
        played = [role for role, suffixes in roles.items() if _ends(name, suffixes)]
        demand(len(played) < 2, f"{name} plays {' and '.join(played)}")  # noqa: PLR2004


def _ends(name: str, suffixes: Sequence[str]) -> bool:
    return any(f".{name}".endswith(f".{suffix}") for suffix in suffixes)


@conforms(
    "load_model",
    when=lambda subject: Path(subject.source).is_dir(),
    otherwise="its checkpoint is read from no folder",
)
def what_it_saves_it_loads_again(subject: BackboneSubject) -> None:
    """Tensors that modules share included."""
    model = subject.model()
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        subject.tokenizer.save_pretrained(folder)
        again = subject.model(source=folder)
    batch = subject.batch
    models.demand_same_logits(
        models.logits_of(again, batch), models.logits_of(model, batch), "saving and loading"
    )


@conforms("load_model")
def a_source_that_is_not_there_is_refused(subject: BackboneSubject) -> None:
    """With the error that the command line shows as one message."""
    with tempfile.TemporaryDirectory() as empty:
        models.refuses(lambda: subject.model(source=empty), CheckpointError, "load_model of an empty folder")
        models.refuses(
            lambda: subject.new_tokenizer(source=empty), CheckpointError, "load_tokenizer of an empty folder"
        )


@conforms("load_model")
def a_precision_that_it_cant_is_refused(subject: BackboneSubject) -> None:
    """Before anything is computed in it."""
    models.refuses(lambda: subject.model("float7"), OptionsError, "load_model in dtype 'float7'")


@conforms(
    "load_model",
    when=lambda subject: any(option.choices for option in subject.info.options),
    otherwise="no option has choices",
)
def every_choice_of_an_option_loads(subject: BackboneSubject) -> None:
    """Or is refused with `OptionsError`."""
    for option in subject.info.options:
        for choice in option.choices:
            options = subject.options(**{option.name: (choice,) if option.repeated else choice})
            try:
                subject.hook.load_model(source=subject.source, dtype="float32", options=options)
            except OptionsError:
                continue
