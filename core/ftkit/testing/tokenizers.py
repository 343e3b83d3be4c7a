"""Properties of a backbone's tokenizer."""

from __future__ import annotations

from ftkit.testing import models
from ftkit.testing.backbone_subject import BackboneSubject
from ftkit.testing.properties import conforms
from ftkit.testing.violations import demand

_ENGLISH = ("The dog sleeps under the table.", "Leo buys a box, but the cow was hungry.", "sentiment: True")
_GERMAN = ("Der Hund schläft unter dem Tisch.", "Er grüßt jetzt diese alte Königin.")


@conforms("load_tokenizer")
def every_text_ends_with_the_end_token(subject: BackboneSubject) -> None:
    """Without it a model never learns to stop."""
    tokenizer = subject.tokenizer
    demand(tokenizer.eos_token_id is not None, "the tokenizer has no end token", "set eos_token")
    for text in _ENGLISH:
        ids = tokenizer(text)["input_ids"]
        demand(
            ids[-1] == tokenizer.eos_token_id, f"the ids of {text!r} don't end with the end token: {ids[-3:]}"
        )


@conforms("load_tokenizer")
def english_survives_the_tokenizer(subject: BackboneSubject) -> None:
    """What is written as tokens reads as before."""
    _demand_round_trip(subject, _ENGLISH)


@conforms(
    "load_tokenizer",
    when=lambda subject: "multilingual" in subject.info.features,
    otherwise="it doesn't declare multilingual",
)
def german_survives_the_tokenizer(subject: BackboneSubject) -> None:
    """As the feature multilingual promises."""
    _demand_round_trip(subject, _GERMAN)


def _demand_round_trip(subject: BackboneSubject, texts: tuple[str, ...]) -> None:
    for text in texts:
        back = subject.tokenizer.decode(
            subject.tokenizer(text)["input_ids"], skip_special_tokens=True
        ).strip()
        demand(back == text, f"{text!r} comes back as {back!r}")


@conforms("load_tokenizer")
def tokens_are_the_same_at_every_load(subject: BackboneSubject) -> None:
    """Tokens that are kept on disk must fit the model of tomorrow."""
    first, second = (subject.new_tokenizer()(list(_ENGLISH))["input_ids"] for _ in range(2))
    demand(first == second, "two loads give other ids for one text")


@conforms("load_tokenizer")
def the_model_knows_every_token(subject: BackboneSubject) -> None:
    """An id beyond the embedding would end a run."""
    rows = subject.model().get_input_embeddings().num_embeddings
    count = len(subject.tokenizer)
    demand(count <= rows, f"the tokenizer has {count} tokens, and the model knows {rows}")


@conforms("load_tokenizer")
def tokenizer_and_model_agree_on_special_tokens(subject: BackboneSubject) -> None:
    """Generation stops at the model's end token, and batches are padded with the tokenizer's."""
    tokenizer, config = subject.tokenizer, subject.model().config
    demand(tokenizer.pad_token_id is not None, "the tokenizer has no padding token", "set pad_token")
    for name in ("pad_token_id", "eos_token_id"):
        own, other = getattr(tokenizer, name), getattr(config, name)
        demand(own == other, f"{name} is {own} in the tokenizer and {other} in the model's config")


@conforms("load_model")
def padding_changes_no_logits(subject: BackboneSubject) -> None:
    """A row's answer must not depend on the rows beside it."""
    batch = subject.batch
    short = models.batch_of(subject.tokenizer, models.INPUTS[1:], models.TARGETS[1:])
    model = subject.model()
    length = short["labels"].shape[1]
    together = models.logits_of(model, batch)[1:, :length]
    models.demand_same_logits(together, models.logits_of(model, short), "padding", tolerance=1e-4)
