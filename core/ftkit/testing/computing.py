"""Properties of a backbone's model: forward, backward, a step, generation, and the features it declares."""

from __future__ import annotations

from typing import Any

import torch

from ftkit.testing import models
from ftkit.testing.backbone_subject import BackboneSubject
from ftkit.testing.properties import conforms
from ftkit.testing.violations import demand

_LONG = 600  # tokens; beyond what models with few positions can


def _declares(feature: str) -> dict[str, Any]:
    """When a feature calls for a property."""

    def has(subject: BackboneSubject) -> bool:
        return feature in subject.info.features

    return {"when": has, "otherwise": f"it doesn't declare {feature}"}


@conforms("load_model")
def forward_gives_finite_logits_for_every_token(subject: BackboneSubject) -> None:
    """Of shape (B, T, vocabulary)."""
    batch, model = subject.batch, subject.model()
    logits = models.logits_of(model, batch)
    demand(logits.shape[:2] == batch["labels"].shape, f"logits of shape {tuple(logits.shape)}")
    demand(logits.shape[2] >= len(subject.tokenizer), "there are fewer logits than tokens")
    demand(torch.isfinite(logits).all(), "some logits are not finite")


@conforms("load_model")
def forward_is_deterministic_in_evaluation_mode(subject: BackboneSubject) -> None:
    """No dropout is left on."""
    batch, model = subject.batch, subject.model()
    models.demand_same_logits(models.logits_of(model, batch), models.logits_of(model, batch), "asking again")


@conforms("load_model")
def inputs_change_the_answer(subject: BackboneSubject) -> None:
    """The decoder reads the encoder."""
    batch, model = subject.batch, subject.model()
    other = {**batch, "input_ids": batch["input_ids"].flip(1)}
    same = torch.equal(models.logits_of(model, batch), models.logits_of(model, other))
    demand(not same, "the logits don't depend on the input")


@conforms("load_model")
def backward_reaches_every_parameter(subject: BackboneSubject) -> None:
    """With a finite gradient, but for what the architecture fixes."""
    model = subject.model()
    models.gradients_of(model, subject.batch)
    models.demand_gradients(model)


@conforms("load_model")
def steps_lower_the_loss(subject: BackboneSubject) -> None:
    """On one batch, all parameters trained."""
    models.demand_learns(subject.model(), subject.batch)


@conforms("load_model")
def splitting_a_batch_changes_no_gradient(subject: BackboneSubject) -> None:
    """Accumulation is exact where nothing in the model looks across rows."""
    models.demand_accumulation(subject.model(), subject.batch)


@conforms("load_model")
def generation_is_deterministic_and_stops(subject: BackboneSubject) -> None:
    """Greedily, with and without a cache."""
    model, batch = subject.model(), subject.batch
    asked = {name: batch[name] for name in ("input_ids", "attention_mask")}
    how = {"max_new_tokens": 8, "num_beams": 1, "do_sample": False}
    first, second, uncached = (
        model.generate(**asked, **how, use_cache=cache) for cache in (True, True, False)
    )
    demand(torch.equal(first, second), "generating twice gives two texts")
    demand(torch.equal(first, uncached), "generating without a cache gives another text")
    demand(first.shape[1] <= 1 + 8, f"asked for 8 tokens it generates {first.shape[1] - 1}")


@conforms("load_model")
def inputs_of_the_longest_length_work(subject: BackboneSubject) -> None:
    """As far as the description and the checkpoint allow."""
    model = subject.model()
    positions = getattr(model.config, "max_position_embeddings", None)
    length = min(filter(None, (subject.info.max_input_tokens, positions, _LONG)))
    word = subject.tokenizer("a")["input_ids"][0]
    ids = torch.full((1, length), word)
    batch = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "labels": ids[:, :2]}
    demand(torch.isfinite(models.logits_of(model, batch)).all(), f"{length} tokens give odd logits")


@conforms("load_model", **_declares("gradient_checkpointing"))
def gradient_checkpointing_changes_no_gradient(subject: BackboneSubject) -> None:
    """As the feature promises."""
    models.demand_checkpointing(subject.model, subject.batch)


@conforms("load_model", **_declares("bfloat16"))
def it_trains_in_bfloat16(subject: BackboneSubject) -> None:
    """As the feature promises: weights come in it, and a step stays finite."""
    model = subject.model("bfloat16")
    kind = model.get_input_embeddings().weight.dtype
    demand(kind == torch.bfloat16, f"asked for bfloat16 it gives {kind}")
    models.gradients_of(model, subject.batch)
    models.demand_gradients(model)


@conforms("load_model", **_declares("peft"))
def peft_wraps_it(subject: BackboneSubject) -> None:
    """As the feature promises, with the role query for targets."""
    from peft import LoraConfig, get_peft_model  # noqa: PLC0415 - only where the feature is declared

    targets = list(subject.info.roles.get("query", ()))
    demand(targets, "it declares peft and names no module for the role 'query'")
    model = get_peft_model(subject.model(), LoraConfig(task_type="SEQ_2_SEQ_LM", target_modules=targets, r=2))
    models.demand_learns(model, subject.batch)


@conforms("load_model", **_declares("adapters"))
def the_adapters_library_initialises_it(subject: BackboneSubject) -> None:
    """As the feature promises."""
    import adapters  # noqa: PLC0415 - only where the feature is declared

    model = subject.model()
    adapters.init(model)
    model.add_adapter("conformance", config=adapters.SeqBnConfig(reduction_factor=4))
    with adapters.AdapterSetup("conformance"):  # or the library warns of an adapter that isn't active yet
        model.train_adapter("conformance")
    models.demand_learns(model, subject.batch)
