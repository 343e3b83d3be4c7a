"""The options of generation, declared like a plugin's: `--generation.num-beams 4`.

They are the task's and these, never what a checkpoint's `generation_config.json` says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ftkit.descriptions import Option, TaskInfo
from ftkit.errors import OptionsError

GENERATION: tuple[Option, ...] = (
    Option(
        "decoding",
        "str",
        "auto",
        "auto: the task's labels are scored where it has them, else text is generated",
        ("auto", "labels", "generate"),
    ),
    Option("num_beams", "int", 1, "beams of beam search; 1: greedy", minimum=1),
    Option("length_penalty", "float", 1.0, "of beam search: above 0 favours longer texts"),
    Option("do_sample", "bool", default=False, help="draw tokens instead of taking the likeliest"),
    Option("temperature", "float", 1.0, "of sampling: below 1 favours likely tokens", minimum=0.01),
    Option("top_k", "int", 0, "of sampling: only from so many of the likeliest tokens; 0: all", minimum=0),
    Option(
        "top_p", "float", 1.0, "of sampling: only from tokens that make up this mass", minimum=0, maximum=1
    ),
    Option(
        "repetition_penalty", "float", 1.0, "above 1: tokens that were there are less likely", minimum=0.01
    ),
    Option("no_repeat_ngram_size", "int", 0, "no n-gram of this size comes twice; 0: allowed", minimum=0),
    Option(
        "max_output_tokens", "int", None, "a text ends here anyway; none: the task's own limit", minimum=1
    ),
    Option("max_input_tokens", "int", 512, "longer inputs are cut, or read in windows", minimum=2),
    Option(
        "windows", "bool", default=True, help="read inputs beyond the limit in windows, where the task can"
    ),
    Option("window_overlap", "int", 128, "tokens that neighbouring windows share", minimum=0),
    Option("token_budget", "int", 12288, "tokens of a batch, padding counted, input and output", minimum=1),
    Option("precision", "str", "auto", "auto: bfloat16 on a GPU that has it", ("auto", "fp32", "bf16")),
)
DECIDED_BY_TRAINING = ("max_input_tokens", "precision")
"""Those whose default, for a run, is what it was trained with."""

_DEFAULTS = {option.name: option.default for option in GENERATION}


def generation_settings(given: Mapping[str, Any], task: TaskInfo) -> dict[str, Any]:
    """Values for all of `GENERATION` and `seed`, with what the task decides.

    Args:
        given: Checked values of some of them; others are passed over.
        task: Says how long its answers are, and whether they are a closed set.

    Raises:
        OptionsError: Labels are to be scored, and the task has none.
    """
    settings = {**_DEFAULTS, "seed": 0}
    settings |= {name: value for name, value in given.items() if name in settings}
    settings["max_output_tokens"] = settings["max_output_tokens"] or task.max_output_tokens
    if settings["decoding"] == "auto":
        settings["decoding"] = "labels" if task.labels else "generate"
    if settings["decoding"] == "labels" and not task.labels:
        raise OptionsError(["generation.decoding: the task's answers are no closed set of labels"])
    return settings


def used_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Those settings that decide what is answered, as a result tells them."""
    if settings["decoding"] == "labels":
        return {"decoding": "labels", "max_input_tokens": settings["max_input_tokens"]}
    left_out = {"token_budget", *(() if settings["do_sample"] else ("temperature", "top_k", "top_p", "seed"))}
    return {name: value for name, value in settings.items() if name not in left_out}
