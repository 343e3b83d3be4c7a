"""Makes the tiny checkpoint that rehearsals and tests use: random weights, and a tokenizer of its own.

    python -m ftkit_pegasus.make_tiny FOLDER

Nothing is pretrained: a rehearsal shows that a recipe runs, and no more. The same library versions give the
same bytes.
"""

from __future__ import annotations

import io
import random
import string
import sys
from collections.abc import Iterator
from pathlib import Path

import sentencepiece
import torch
from transformers import PegasusConfig, PegasusForConditionalGeneration, PegasusTokenizerFast

PIECES = 400
WIDTH, LAYERS, POSITIONS = 64, 2, 512
_TEXT = """
a the this that one some every no our my her his their it he she they we you I who which what where when why
how not and or but if because so than then there here up down in on at by of to from with under over behind
between before after is was are were be been has have had do did does will would can could should must may
dog cat cow horse bird fish king queen woman man child friend teacher doctor farmer town house garden river
table door window box book letter word story question answer name day night morning evening year week old
young new good bad big small long short red green blue loud quiet hungry tired clever famous empty full go
goes went come came see saw seen say said tell told read write wrote sing sings swim swims sleep sleeps
slept eat eats ate drink buy buys bought sell give gave take took find found lose lost build built open
close begin began end ended stay live lives work works learn teach love like hate true false yes no
translate summarize sentence text context film music actor today yesterday tomorrow often never always again
two three four five hundred
"""
WORDS = _TEXT.split()


def main(folder: Path) -> None:
    """Write the checkpoint into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = train_tokenizer(folder)
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    model = PegasusForConditionalGeneration(config_for(len(tokenizer)))
    model.to(torch.bfloat16).save_pretrained(folder)  # half the bytes; loads in any precision


def train_tokenizer(folder: Path) -> PegasusTokenizerFast:
    """A unigram model with Pegasus' special tokens that has a piece for every printable ASCII character."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=_lines(),
        model_writer=model,
        vocab_size=PIECES,
        normalization_rule_name="identity",  # the usual table of half a megabyte is for texts of the web
        required_chars=string.ascii_letters + string.digits + string.punctuation,
        pad_id=0,
        eos_id=1,
        unk_id=2,
        bos_id=-1,
        num_threads=1,  # the order of floating-point sums decides ties
        minloglevel=2,
    )
    file = folder / "spiece.model"
    file.write_bytes(model.getvalue())
    return PegasusTokenizerFast(str(file), model_max_length=POSITIONS)


def _lines() -> Iterator[str]:
    """Words in every order: no text is copied, and each word stands before and after a stop."""
    draw = random.Random(0)
    for _ in range(400):
        yield f"{' '.join(draw.sample(WORDS, 8)).capitalize()}. {' '.join(draw.sample(WORDS, 4))}, no."


def config_for(tokens: int) -> PegasusConfig:
    """Two layers on each side; weights of a size that leaves something to learn from at this width."""
    halves = ("encoder", "decoder")
    sizes = {"layers": LAYERS, "attention_heads": 4, "ffn_dim": 2 * WIDTH}
    return PegasusConfig(
        vocab_size=tokens,
        d_model=WIDTH,
        max_position_embeddings=POSITIONS,
        init_std=WIDTH**-0.5,
        scale_embedding=True,
        forced_eos_token_id=1,
        **{f"{half}_{name}": size for half in halves for name, size in sizes.items()},
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
