"""The options of generation, declared like a plugin's: `--generation.num-beams 4`.

They are the task's and these, never what a checkpoint's `generation_config.json` says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ftkit.descriptions import Option, TaskInfo
from ftkit.errors import OptionsError

if TYPE_CHECKING:
    import torch

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
    Option("top_k", "int", 0, "of sampling: only from the k likeliest tokens; 0: all", minimum=0),
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
    Option("token_budget", "int", 4096, "tokens of a batch, padding and a usual output counted", minimum=1),
    Option("precision", "str", "auto", "auto: bfloat16 on a GPU that has it", ("auto", "fp32", "bf16")),
)
DECIDED_BY_TRAINING = ("max_input_tokens", "max_output_tokens", "precision")
"""Those whose default, for a run, is what it was trained with."""

_OF_SAMPLING = ("temperature", "top_k", "top_p")
_OF_TEXTS = (
    *("num_beams", "length_penalty", "do_sample", "repetition_penalty", "no_repeat_ngram_size"),
    *_OF_SAMPLING,
)
_DEFAULTS = {option.name: option.default for option in GENERATION}


def generation_settings(given: Mapping[str, Any], task: TaskInfo) -> dict[str, Any]:
    """Values for all of `GENERATION` and `seed`, with what the task decides.

    Args:
        given: Checked values of some of them; others are passed over.
        task: Says how long its answers are, and whether they are a closed set.

    Raises:
        OptionsError: Labels are to be scored and the task has none, or something given has no effect.
    """
    settings = {**_DEFAULTS, "seed": 0}
    settings |= {name: value for name, value in given.items() if name in settings}
    settings["max_output_tokens"] = settings["max_output_tokens"] or task.max_output_tokens
    if settings["decoding"] == "auto":
        settings["decoding"] = "labels" if task.labels else "generate"
    problems = _problems(settings, task)
    if problems:
        raise OptionsError(problems)
    return settings


def _problems(settings: Mapping[str, Any], task: TaskInfo) -> list[str]:
    """What is asked for and would have no effect, or can't be done."""
    changed = [name for name, default in _DEFAULTS.items() if settings[name] != default]
    if settings["decoding"] == "labels":
        if not task.labels:
            return ["generation.decoding: the task has no closed set of labels; use auto or generate"]
        why = "the task's labels are scored, not generated; add --generation.decoding generate"
        return [f"generation.{name}: {why}" for name in changed if name in _OF_TEXTS]
    needs = {
        "length_penalty": settings["num_beams"] > 1,
        **dict.fromkeys(_OF_SAMPLING, settings["do_sample"]),
    }
    missing = {"length_penalty": "--generation.num-beams"} | dict.fromkeys(
        _OF_SAMPLING, "--generation.do-sample true"
    )
    return [
        f"generation.{name}: it has no effect without {missing[name]}"
        for name, there in needs.items()
        if name in changed and not there
    ]


def used_settings(settings: Mapping[str, Any], device: torch.device) -> dict[str, Any]:
    """Those settings that decide what is answered, as a result tells them.

    Args:
        settings: A value for every option, and the seed.
        device: Where the model is.
    """
    left_out = {"token_budget"}
    if settings["decoding"] == "labels":
        left_out |= {*_OF_TEXTS, "max_output_tokens", "seed"}
    if not settings["do_sample"]:
        left_out |= {*_OF_SAMPLING, "seed"}
    if settings["num_beams"] == 1:
        left_out.add("length_penalty")
    if not settings["windows"]:
        left_out.add("window_overlap")
    from ftkit.precision import in_bfloat16  # noqa: PLC0415 - imports torch, which resolving does without

    precision = "bf16" if in_bfloat16(settings["precision"], device) else "fp32"
    decided = {"precision": precision, "device": str(device)}
    return {name: value for name, value in {**settings, **decided}.items() if name not in left_out}
