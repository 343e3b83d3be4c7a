"""Properties of a method: what trains, and that it trains."""

from __future__ import annotations

import re
from collections.abc import Iterable

import torch

from ftkit.errors import OptionsError
from ftkit.testing import models
from ftkit.testing.method_subject import MethodSubject
from ftkit.testing.properties import conforms
from ftkit.testing.tiny import backbone as tiny
from ftkit.testing.violations import demand


@conforms("apply_method")
def it_needs_no_role_beyond_those_it_requires(subject: MethodSubject) -> None:
    """It is told of the required roles alone, and of an architecture with other names of modules."""
    for backbone in (tiny.T5, tiny.BART):
        demand(
            models.trained(subject.applied(backbone)), "nothing requires gradients", "unfreeze what trains"
        )


@conforms("apply_method")
def the_same_seed_gives_the_same_model(subject: MethodSubject) -> None:
    """What starts at random starts from the run's seed."""
    found = []
    for _ in range(2):
        torch.manual_seed(1)
        found.append(models.logits_of(subject.applied(), subject.batch))
    models.demand_same_logits(found[1], found[0], "applying it again")


@conforms("apply_method")
def the_model_stays_in_its_mode(subject: MethodSubject) -> None:
    """A run decides when to train."""
    demand(not subject.applied().training, "a model in evaluation mode comes back in training mode")
    model = subject.fresh().train()
    options = subject.options()
    again = subject.hook.apply_method(model=model, backbone=subject.description(), options=options)
    demand(again.training, "a model in training mode comes back in evaluation mode")


@conforms("apply_method")
def training_moves_what_trains_and_nothing_else(subject: MethodSubject) -> None:
    """Frozen parameters, and buffers, are those of the backbone."""
    model = subject.applied()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    names = set(models.trained(model))
    models.train(model, subject.batch)
    shared = {id(weight) for weight in models.trained(model).values()}
    frozen = {name for name, weight in model.named_parameters() if id(weight) not in shared}
    moved = [name for name in frozen if not torch.equal(model.state_dict()[name], before[name])]
    demand(not moved, f"{moved[0] if moved else ''} moves and doesn't require gradients")
    still = [name for name in names if torch.equal(model.state_dict()[name], before[name])]
    demand(len(still) < len(names), "no parameter moves in training")


@conforms("apply_method")
def frozen_weights_are_those_of_the_backbone(subject: MethodSubject) -> None:
    """But where what is learnt begins as the rest of them, so that the answers stay."""
    fresh, model = subject.fresh(), subject.applied()
    before, after = _contents(fresh.parameters()), _contents(model.parameters())
    frozen = _contents(weight for weight in model.parameters() if not weight.requires_grad)
    changed = {shape for shape, _ in frozen - before} & {shape for shape, _ in before - after}
    if changed:
        found, expected = (models.logits_of(each, subject.batch) for each in (model, fresh))
        models.demand_same_logits(found, expected, "changing frozen weights", tolerance=1e-3)


def _contents(weights: Iterable[torch.Tensor]) -> set[tuple[torch.Size, bytes]]:
    """Tensors as what can be compared, whatever they are called."""
    return {(weight.shape, weight.detach().numpy().tobytes()) for weight in weights}


@conforms(
    "apply_method",
    when=lambda subject: subject.given.trains is not None,
    otherwise="the test gives no `trains`",
)
def exactly_the_named_parameters_train(subject: MethodSubject) -> None:
    """Those whose names contain the pattern that the author gave."""
    pattern = re.compile(subject.given.trains or "")
    for backbone in (tiny.T5, tiny.BART):
        model = subject.applied(backbone)
        wanted = {name for name, _ in model.named_parameters() if pattern.search(name)}
        names = set(models.trained(model))
        too_many, too_few = sorted(names - wanted), sorted(wanted - names)
        demand(not too_many, f"{too_many[:3]} train and don't match {pattern.pattern!r}", "freeze them")
        demand(not too_few, f"{too_few[:3]} match {pattern.pattern!r} and don't train", "unfreeze them")


@conforms("apply_method")
def gradients_reach_what_trains_and_nothing_else(subject: MethodSubject) -> None:
    """After a first step: some parameters have no gradient before another has left zero."""
    model = subject.applied()
    models.train(model, subject.batch, steps=1)
    model.zero_grad()
    models.gradients_of(model.train(), subject.batch)
    models.demand_gradients(model)


@conforms("apply_method")
def steps_lower_the_loss(subject: MethodSubject) -> None:
    """On one batch, on both architectures."""
    for backbone in (tiny.T5, tiny.BART):
        models.demand_learns(subject.applied(backbone), subject.batch)


@conforms("apply_method")
def gradient_checkpointing_changes_no_gradient(subject: MethodSubject) -> None:
    """The inputs of a frozen model need no gradient, and yet what is recomputed must have one."""

    def make() -> torch.nn.Module:
        torch.manual_seed(1)
        model = subject.applied()
        models.train(model, subject.batch, steps=1)
        return model

    models.demand_checkpointing(make, subject.batch)


@conforms("apply_method")
def it_trains_in_bfloat16(subject: MethodSubject) -> None:
    """Beside weights in bfloat16, and comes back so."""
    model = subject.applied(dtype="bfloat16")
    models.train(model, subject.batch, steps=1)
    models.gradients_of(model.train(), subject.batch)
    models.demand_gradients(model)


@conforms("apply_method")
def splitting_a_batch_changes_no_gradient(subject: MethodSubject) -> None:
    """Accumulation is exact."""
    models.demand_accumulation(subject.applied(), subject.batch)


@conforms("apply_method")
def the_model_still_generates(subject: MethodSubject) -> None:
    """What it returns, wrapped or not, can do what the model could."""
    model, batch = subject.applied(), subject.batch
    asked = {name: batch[name] for name in ("input_ids", "attention_mask")}
    ids = model.generate(**asked, max_new_tokens=4, num_beams=1, do_sample=False)
    demand(1 < ids.shape[1] <= 1 + 4, f"asked for 4 tokens it generates {ids.shape[1] - 1}")


@conforms(
    "apply_method",
    when=lambda subject: any(option.choices for option in subject.info.options),
    otherwise="no option has choices",
)
def every_choice_of_an_option_trains_and_comes_back(subject: MethodSubject) -> None:
    """Or is refused with `OptionsError`."""
    for option in subject.info.options:
        for choice in option.choices:
            change = {option.name: (choice,) if option.repeated else choice}
            try:
                with subject.tuned(**change) as tuned:
                    found = models.logits_of(subject.back(tuned.folder), subject.batch)
            except OptionsError:
                continue
            expected = models.logits_of(tuned.model, subject.batch)
            # Some starts change the backbone's weights and put them back when loaded, but for rounding.
            models.demand_same_logits(found, expected, f"{option.name}={choice} saved and loaded", 1e-5)
