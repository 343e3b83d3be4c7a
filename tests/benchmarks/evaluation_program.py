"""One evaluation in a process of its own: `ours`, or the stock trainer's `predict_with_generate`.

    python evaluation_program.py ours|stock|exact CHECKPOINT TASK FILE ROWS WEIGHTS

prints JSON: the predicted texts, their metrics, seconds, and peak memory in bytes. The stock trainer gets its
inputs as token ids, and transformers' own layers; ours makes the ids within the time that is measured.
`exact` is greedy search in float64, one text at a time, and adds `ties`: how each text would begin with the
second likeliest token, wherever that was nearer to the likeliest than rounding in float32.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from itertools import islice
from typing import Any

import torch
from transformers import DataCollatorForSeq2Seq, Seq2SeqTrainer, Seq2SeqTrainingArguments

import ftkit
from ftkit.data.examples import Formatter, examples_of
from ftkit.data.reading import Reading
from ftkit.data.sources import find_sources
from ftkit.descriptions import Example
from ftkit.evaluating.evaluation import evaluate_examples
from ftkit.loading import LoadedModel
from ftkit.memory import peak_memory
from support.real_data import FOLDER

LIMIT = 512
ROUNDING = 1e-4  # of a token's score in float32


def main(side: str, model: str, task: str, file: str, rows: int, weights: str) -> None:
    """Load, evaluate, print."""
    layers = {"layers": "fast" if side == "ours" else "stock"}
    loaded = ftkit.load(model, task=task, checkpoint=weights, device="cpu", model_options=layers)
    formatter = Formatter.of(loaded)
    sources = find_sources(str(FOLDER / file.replace("train", "validation")), Reading())
    records = (each for source in sources for each in source.rows())
    examples = [each.row for each in islice(examples_of(records, formatter), rows)]
    answer = {"ours": ours, "stock": stock, "exact": exact}[side]
    found = answer(loaded, examples)
    peak = peak_memory()
    metrics = formatter.manager.hook.score(
        predictions=[formatter.parse(text) for text in found["texts"]],
        references=[[formatter.parse(each) for each in example.references] for example in examples],
        options=formatter.options,
    )
    sys.stdout.write(json.dumps({**found, "peak": peak, "metrics": metrics}))


def ours(loaded: LoadedModel, examples: list[Example]) -> dict[str, Any]:
    """Evaluate as `ftkit evaluate` does, but cut what is too long as the stock trainer does."""
    start = time.perf_counter()
    found = evaluate_examples(loaded, examples, {"windows": False})
    return {"seconds": time.perf_counter() - start, "texts": [each.text for each in found.predictions]}


def stock(loaded: LoadedModel, examples: list[Example]) -> dict[str, Any]:
    """Evaluate as transformers' examples do, with our limits and greedy decoding."""
    model, tokenizer = loaded
    limit = Formatter.of(loaded).task.max_output_tokens
    rows: list[Any] = [
        {
            **tokenizer(each.input, truncation=True, max_length=LIMIT),
            "labels": tokenizer(text_target=each.target, truncation=True, max_length=limit)["input_ids"],
        }
        for each in examples
    ]
    with tempfile.TemporaryDirectory() as folder:
        arguments = Seq2SeqTrainingArguments(
            folder, predict_with_generate=True, report_to="none", use_cpu=True, disable_tqdm=True
        )
        trainer = Seq2SeqTrainer(
            model,
            arguments,
            data_collator=DataCollatorForSeq2Seq(tokenizer, model=model),
            processing_class=tokenizer,
        )
        start = time.perf_counter()
        found = trainer.predict(rows, max_new_tokens=limit, num_beams=1, do_sample=False)
        seconds = time.perf_counter() - start
    ids = torch.from_numpy(found.predictions)
    ids = ids.masked_fill(ids < 0, tokenizer.pad_token_id)
    return {"seconds": seconds, "texts": tokenizer.batch_decode(ids, skip_special_tokens=True)}


@torch.no_grad()
def exact(loaded: LoadedModel, examples: list[Example]) -> dict[str, Any]:
    """What greedy search writes where rounding hardly counts, and where it would have counted."""
    model, tokenizer = loaded
    model.double().eval()
    limit = Formatter.of(loaded).task.max_output_tokens
    start = time.perf_counter()
    written = [exactly(model, tokenizer, each.input, limit) for each in examples]
    texts, ties = zip(*written, strict=True)
    return {"seconds": time.perf_counter() - start, "texts": texts, "ties": ties}


def exactly(model: Any, tokenizer: Any, text: str, limit: int) -> tuple[str, list[str]]:
    """A text, and its beginnings with another token that was as good as equal."""
    known = tokenizer(text, truncation=True, max_length=LIMIT, return_tensors="pt")
    encoded = model.get_encoder()(**known)
    ids, others, cache = [model.config.decoder_start_token_id], [], None
    while len(ids) <= limit and ids[-1] != tokenizer.eos_token_id:
        out = model(
            encoder_outputs=encoded,
            attention_mask=known["attention_mask"],
            decoder_input_ids=torch.tensor([ids[-1:]]),
            past_key_values=cache,
        )
        cache = out.past_key_values
        scores, tokens = out.logits[0, -1].topk(2)
        if scores[0] - scores[1] < ROUNDING:
            others.append([*ids, int(tokens[1])])
        ids.append(int(tokens[0]))
    return tokenizer.decode(ids, skip_special_tokens=True), tokenizer.batch_decode(
        others, skip_special_tokens=True
    )


if __name__ == "__main__":
    main(*sys.argv[1:5], rows=int(sys.argv[5]), weights=sys.argv[6])
