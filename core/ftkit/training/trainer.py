"""transformers' `Seq2SeqTrainer` with our batches and our loss; everything else of it stays as it is.

It departs in two places. Batches are cut by token budget, not by number of rows. The loss is the sum over
target tokens divided by their number in the whole accumulated, all-rank batch: the stock one is a mean of
means, so that splitting a batch changes its gradient.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional
from torch.utils.data import DataLoader
from transformers import (
    DataCollatorForSeq2Seq,
    PrinterCallback,
    ProgressCallback,
    Seq2SeqTrainer,
    Seq2SeqTrainingArguments,
    TrainerCallback,
)

from ftkit.data.batches import TokenBudgetBatches
from ftkit.data.tokenised import TokenisedExamples

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

_IGNORED = -100  # label of padding, as transformers' collator writes it


class TokenBudgetTrainer(Seq2SeqTrainer):  # type: ignore[misc]  # transformers carries no types
    """The trainer of a run."""

    def __init__(self, batches: TokenBudgetBatches, label_smoothing: float, **known: Any) -> None:
        loss = partial(token_mean_loss, label_smoothing=label_smoothing)
        super().__init__(**known, compute_loss_func=loss)
        self._batches = batches
        for callback in (PrinterCallback, ProgressCallback):  # they print to stdout
            self.remove_callback(callback)

    def get_train_dataloader(self) -> Any:
        """Batches of token ids, padded to the longest in each."""
        loader = DataLoader(self.train_dataset, batch_sampler=self._batches, collate_fn=self.data_collator)
        return self.accelerator.prepare(loader)


def token_mean_loss(
    outputs: Mapping[str, torch.Tensor],
    labels: torch.Tensor,
    num_items_in_batch: torch.Tensor | int | None = None,
    *,
    label_smoothing: float = 0.0,
) -> torch.Tensor:
    """Cross-entropy summed over target tokens, over their number.

    Args:
        outputs: With `logits` (B, T, vocabulary).
        labels: Token ids (B, T), -100 where padded.
        num_items_in_batch: Target tokens in the whole accumulated batch; None: in this one.
        label_smoothing: Share of each target spread evenly over the vocabulary (Szegedy et al., 2016).

    Returns:
        A scalar.
    """
    logits = outputs["logits"]
    total = functional.cross_entropy(
        logits.flatten(0, 1).float(),
        labels.flatten(),
        ignore_index=_IGNORED,
        reduction="sum",
        label_smoothing=label_smoothing,
    )
    count = (labels != _IGNORED).sum() if num_items_in_batch is None else num_items_in_batch
    return total / count


def create_trainer(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    batches: TokenBudgetBatches,
    examples: TokenisedExamples,
    arguments: Mapping[str, Any],
    callbacks: list[TrainerCallback],
    label_smoothing: float,
) -> TokenBudgetTrainer:
    """The trainer for a model that is ready to train.

    Args:
        model: With exactly the trained parameters requiring gradients.
        tokenizer: The model's.
        batches: Which examples make a batch, epoch by epoch.
        examples: The training examples.
        arguments: For `Seq2SeqTrainingArguments`.
        callbacks: The run's callbacks.
        label_smoothing: As in `token_mean_loss`.
    """
    # The model makes the decoder's inputs, so that no loss is computed inside its forward pass.
    collator = DataCollatorForSeq2Seq(tokenizer, model=model, label_pad_token_id=_IGNORED)
    return TokenBudgetTrainer(
        batches=batches,
        label_smoothing=label_smoothing,
        model=model,
        args=Seq2SeqTrainingArguments(**arguments),
        train_dataset=examples,
        data_collator=collator,
        processing_class=tokenizer,
        callbacks=callbacks,
    )


def trainer_arguments(
    settings: Mapping[str, Any], seed: int, device: torch.device, scratch: str
) -> dict[str, Any]:
    """What ftkit asks of the trainer.

    Args:
        settings: Values of `ftkit.training.settings`, the learning rate decided.
        seed: Seed of dropout and of whatever else the trainer draws.
        device: Where the model is.
        scratch: A folder that the trainer may write to.
    """
    on_gpu = device.type == "cuda"
    return {
        "output_dir": scratch,
        "num_train_epochs": settings["epochs"],
        "max_steps": settings["max_steps"] or -1,
        "learning_rate": settings["learning_rate"],
        "lr_scheduler_type": settings["schedule"],
        "warmup_ratio": settings["warmup"],
        "weight_decay": settings["weight_decay"],
        "max_grad_norm": settings["max_gradient_norm"],
        "gradient_accumulation_steps": settings["accumulation"],
        "gradient_checkpointing": settings["gradient_checkpointing"],
        "gradient_checkpointing_kwargs": {"use_reentrant": False},
        "bf16": _in_bfloat16(settings["precision"], on_gpu=on_gpu),
        "use_cpu": device.type == "cpu",
        "seed": seed,
        "data_seed": seed,
        "logging_strategy": "steps",
        "logging_steps": 10,
        "logging_first_step": True,
        "save_strategy": "no",
        "report_to": "none",
        "disable_tqdm": True,
        "remove_unused_columns": False,
        "dataloader_pin_memory": on_gpu,
    }


def _in_bfloat16(precision: str, *, on_gpu: bool) -> bool:
    return precision == "bf16" or (precision == "auto" and on_gpu and torch.cuda.is_bf16_supported())
