"""What the properties of backbones and methods do with a model. B batch, S source and T target tokens."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

from ftkit.errors import FtkitError
from ftkit.testing.violations import Violation, demand
from ftkit.training.loss import IGNORED, token_mean_loss

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

Batch = dict[str, torch.Tensor]

INPUTS = ("capitals: The dog sleeps under the table.", "sentiment: I liked it, but not much.")
TARGETS = ("THE DOG SLEEPS.", "True")
_LONGEST = 64  # tokens: a task's passages are cut for the tiny models


@contextmanager
def repeatable() -> Iterator[None]:
    """Let random numbers begin at one place and models compute in one thread.

    Models this small gain nothing from threads, and lose much where cores are shared.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            yield
    finally:
        torch.set_num_threads(threads)


def batch_of(
    tokenizer: PreTrainedTokenizerBase, inputs: Sequence[str] = INPUTS, targets: Sequence[str] = TARGETS
) -> Batch:
    """`input_ids` and `attention_mask` (B, S), `labels` (B, T)."""
    how = {"padding": True, "truncation": True, "max_length": _LONGEST, "return_tensors": "pt"}
    source, target = tokenizer(list(inputs), **how), tokenizer(list(targets), **how)
    labels = target["input_ids"].masked_fill(target["attention_mask"] == 0, IGNORED)
    return {"input_ids": source["input_ids"], "attention_mask": source["attention_mask"], "labels": labels}


def rows_of(batch: Batch, start: int, stop: int) -> Batch:
    """A part of a batch."""
    return {name: tensor[start:stop] for name, tensor in batch.items()}


def loss_of(model: PreTrainedModel, batch: Batch, tokens: int | None = None) -> torch.Tensor:
    """The loss as a run computes it; `tokens` are those of all accumulated batches."""
    return token_mean_loss(model(**batch), batch["labels"], tokens)


@torch.no_grad()  # type: ignore[untyped-decorator]  # torch is not followed
def logits_of(model: PreTrainedModel, batch: Batch) -> torch.Tensor:
    """Logits (B, T, vocabulary) in evaluation mode; the model's mode stays."""
    mode = model.training
    logits: torch.Tensor = model.eval()(**batch).logits
    model.train(mode)
    return logits


def trained(model: PreTrainedModel) -> dict[str, torch.nn.Parameter]:
    """The parameters that require gradients, by name."""
    return {name: weight for name, weight in model.named_parameters() if weight.requires_grad}


def train(model: PreTrainedModel, batch: Batch, steps: int = 3, rate: float = 0.01) -> None:
    """Take steps on one batch, in training mode, which then is left again."""
    mode = model.training
    model.train()
    optimizer = torch.optim.AdamW(trained(model).values(), lr=rate)
    for _ in range(steps):
        optimizer.zero_grad()
        loss_of(model, batch).backward()
        optimizer.step()
    model.zero_grad()
    model.train(mode)


def gradients_of(model: PreTrainedModel, *batches: Batch) -> dict[str, torch.Tensor | None]:
    """The gradient of each trained parameter, summed over batches that are one accumulated batch."""
    model.zero_grad()
    tokens = sum(int((batch["labels"] != IGNORED).sum()) for batch in batches)
    for batch in batches:
        loss_of(model, batch, tokens).backward()
    return {name: weight.grad for name, weight in trained(model).items()}


def demand_learns(model: PreTrainedModel, batch: Batch) -> None:
    """Demand that the loss on one batch falls.

    Raises:
        Violation: It doesn't, or is not finite.
    """
    demand(trained(model), "nothing requires gradients, so that nothing can be learnt")
    before = _evaluated(model, batch)
    train(model, batch, steps=6)
    after = _evaluated(model, batch)
    demand(math.isfinite(after), f"the loss is {after} after 6 steps", "look for an overflow")
    demand(after < before, f"the loss goes from {before:.4f} to {after:.4f} in 6 steps on one batch")


def _evaluated(model: PreTrainedModel, batch: Batch) -> float:
    return float(token_mean_loss({"logits": logits_of(model, batch)}, batch["labels"]))


def demand_gradients(model: PreTrainedModel) -> None:
    """Demand that every trained parameter has a finite gradient, some of them not zero, and no other has one.

    Raises:
        Violation: With the names.
    """
    names = trained(model)
    without = [name for name, weight in names.items() if weight.grad is None]
    demand(not without, f"no gradient reaches {_listed(without)}", "freeze it, or use it in the forward pass")
    odd = [name for name, weight in names.items() if not torch.isfinite(weight.grad).all()]
    demand(not odd, f"the gradient of {_listed(odd)} is not finite")
    demand(any(weight.grad.abs().max() > 0 for weight in names.values()), "every gradient is zero")
    stray = [
        name for name, weight in model.named_parameters() if name not in names and weight.grad is not None
    ]
    demand(not stray, f"a gradient is kept for {_listed(stray)}, which is frozen")


def demand_same_gradients(
    found: dict[str, torch.Tensor | None], expected: dict[str, torch.Tensor | None], what: str
) -> None:
    """Demand that gradients agree but for rounding.

    Raises:
        Violation: With the names of those that don't.
    """
    scale = max(float(each.abs().max()) for each in expected.values() if each is not None)
    other = [name for name, gradient in expected.items() if not _close(found[name], gradient, scale)]
    demand(not other, f"{what} changes the gradient of {_listed(other)}")


def _close(one: torch.Tensor | None, other: torch.Tensor | None, scale: float) -> bool:
    if one is None or other is None:
        return one is other
    return bool((one - other).abs().max() <= 1e-4 * scale)


def demand_checkpointing(make: Callable[[], PreTrainedModel], batch: Batch) -> None:
    """Demand that gradient checkpointing changes no gradient of a model that is made anew each time.

    Raises:
        Violation: It does.
    """
    gradients = []
    for checkpointed in (False, True):
        model = make().train()
        if checkpointed:
            model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        torch.manual_seed(1)  # the same dropout
        gradients.append(gradients_of(model, batch))
    demand_same_gradients(gradients[1], gradients[0], "gradient checkpointing")


def demand_accumulation(model: PreTrainedModel, batch: Batch) -> None:
    """Demand that two halves of a batch, accumulated, have the gradient of the whole.

    Raises:
        Violation: They don't.
    """
    whole = gradients_of(model.eval(), batch)
    whole = {name: None if grad is None else grad.clone() for name, grad in whole.items()}
    halves = gradients_of(model, rows_of(batch, 0, 1), rows_of(batch, 1, 2))
    demand_same_gradients(halves, whole, "splitting a batch in two")


def demand_same_logits(
    found: torch.Tensor, expected: torch.Tensor, what: str, tolerance: float = 0.0
) -> None:
    """Demand that logits (B, T, vocabulary) agree, bit for bit where no tolerance is given.

    Raises:
        Violation: They don't; with the largest difference.
    """
    demand(found.shape == expected.shape, f"{what} changes the shape of the logits")
    difference = float((found.float() - expected.float()).abs().max())
    demand(
        difference <= tolerance * max(1.0, float(expected.abs().max())),
        f"{what} changes the logits by {difference:.3g}",
    )


def refuses(action: Callable[[], object], error: type[FtkitError], what: str) -> None:
    """Demand that an action raises one of ftkit's errors, whose message the person is shown.

    Raises:
        Violation: It raises nothing, or something else.
    """
    remedy = f"raise ftkit.{error.__name__} that says what is wrong"
    try:
        action()
    except error:
        return
    except Exception as other:
        raise Violation(f"{what} raises {type(other).__name__}", remedy) from other
    raise Violation(f"{what} raises nothing", remedy)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:3])
    return f"{shown} and {len(names) - 3} more" if len(names) > 3 else shown  # noqa: PLR2004
