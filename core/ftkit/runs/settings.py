"""The options of training itself, declared like a plugin's: `--training.epochs 3`, or in a recipe."""

from __future__ import annotations

from ftkit.descriptions import Option

REHEARSAL: dict[str, object] = {"epochs": 6.0}
"""Settings for runs on the task's bundled sample, where none are given."""

TINY_LEARNING_RATE_FACTOR = 5.0
"""A model of two million parameters wants larger steps than the one that its method's rate is meant for."""

SCHEDULES = ("linear", "cosine", "constant", "constant_with_warmup", "inverse_sqrt")

DEFAULT_TOKEN_BUDGET = 3072

AUTO = "auto"
"""For the token budget: as many as memory has room for, and as are worth it."""

SETTINGS: tuple[Option, ...] = (
    Option("epochs", "float", 3.0, "passes over the training rows", minimum=0),
    Option(
        "max_steps",
        "int",
        None,
        "number of optimizer steps, in place of epochs; none: the epochs decide",
        minimum=1,
    ),
    Option(
        "max_seconds",
        "float",
        None,
        "seconds to train for, in place of epochs; the schedule follows the clock",
        minimum=0,
    ),
    Option("learning_rate", "float", None, "peak learning rate; none means the method's own", minimum=0),
    Option("schedule", "str", "linear", "how the learning rate falls after its peak", SCHEDULES),
    Option("warmup", "float", 0.05, "share of the steps over which the rate rises", minimum=0, maximum=1),
    Option("weight_decay", "float", 0.0, "AdamW's decay of the weights", minimum=0),
    Option("max_gradient_norm", "float", 1.0, "gradients are scaled down to this norm; 0: never", minimum=0),
    Option(
        "label_smoothing", "float", 0.0, "share of each target spread over all tokens", minimum=0, maximum=1
    ),
    Option(
        "token_budget",
        "int",
        DEFAULT_TOKEN_BUDGET,
        "tokens of a batch, padding counted, source and target; auto: what memory has room for",
        minimum=1,
        words=(AUTO,),
    ),
    Option("batch_size", "int", None, "rows of a batch, in place of the token budget", minimum=1),
    Option("accumulation", "int", 1, "batches whose gradients make one optimizer step", minimum=1),
    Option("max_input_tokens", "int", 512, "longer inputs are cut, and counted", minimum=2),
    Option("max_output_tokens", "int", None, "longer targets are cut; none: the task's own limit", minimum=1),
    Option("precision", "str", "auto", "auto: bfloat16 where that is faster", ("auto", "fp32", "bf16")),
    Option("gradient_checkpointing", "bool", default=False, help="recompute activations to save memory"),
    Option(
        "cache_encoder",
        "bool",
        default=False,
        help="a frozen encoder reads each input once, without dropout, and its states are kept on disk",
    ),
    Option("log_steps", "int", 10, "optimizer steps between lines of the metrics", minimum=1),
    Option(
        "eval_steps", "int", None, "optimizer steps between evaluations; none: at the end only", minimum=1
    ),
    Option("evaluations", "int", 0, "evaluations on the way at even distances, the end included", minimum=0),
    Option(
        "early_stopping", "int", None, "evaluations without a better metric after which to stop", minimum=1
    ),
    Option(
        "save_steps", "int", None, "optimizer steps between checkpoints; none: every ten minutes", minimum=1
    ),
    Option("keep_checkpoints", "int", 2, "checkpoints kept while training", minimum=1),
    Option("remove_checkpoints", "bool", default=True, help="remove them once the run has finished"),
    Option(
        "trackers",
        "str",
        (),
        "where else to report, through transformers: tensorboard, wandb, …",
        repeated=True,
    ),
)
