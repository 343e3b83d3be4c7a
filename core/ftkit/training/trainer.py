"""transformers' `Seq2SeqTrainer` with our batches, loss, checkpoints and evaluation; the rest stays as it is.

It departs where its users complain. Batches are cut by token budget, not by number of rows. The loss is the
sum over target tokens divided by their number in the whole accumulated, all-rank batch: the stock one is a
mean of means, so that splitting a batch changes its gradient. Checkpoints hold what training changes and
are whole or not there. Evaluation is the run's own, with the task's metrics.
"""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from transformers import (
    DataCollatorForSeq2Seq,
    PrinterCallback,
    ProgressCallback,
    Seq2SeqTrainer,
    TrainerCallback,
    TrainerControl,
)
from transformers.trainer import TRAINER_STATE_NAME
from transformers.trainer_callback import ExportableState

from ftkit.errors import RunError
from ftkit.memory import ran_out_of_memory, release_memory
from ftkit.training import state
from ftkit.training.checkpoints import write_checkpoint
from ftkit.training.course import Course
from ftkit.training.encoder_cache import STATES, with_encoder_outputs
from ftkit.training.loader import ROW, NumberedExamples, create_loader
from ftkit.training.loss import IGNORED, token_mean_loss
from ftkit.training.memory import split_batch

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase, Seq2SeqTrainingArguments


class TokenBudgetTrainer(Seq2SeqTrainer):  # type: ignore[misc]  # transformers carries no types
    """The trainer of a run."""

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        arguments: Seq2SeqTrainingArguments,
        callbacks: list[TrainerCallback],
        course: Course,
    ) -> None:
        # The model makes the decoder's inputs, so that no loss is computed inside its forward pass.
        collator = DataCollatorForSeq2Seq(tokenizer, model=model, label_pad_token_id=IGNORED)
        super().__init__(
            model=model,
            args=arguments,
            train_dataset=NumberedExamples(course.examples),
            data_collator=collator,
            processing_class=tokenizer,
            callbacks=callbacks,
            compute_loss_func=partial(token_mean_loss, label_smoothing=course.label_smoothing),
        )
        self._course = course
        self._step_batches: list[dict[str, torch.Tensor]] = []
        for callback in (PrinterCallback, ProgressCallback):  # they print to stdout
            self.remove_callback(callback)

    def get_train_dataloader(self) -> Any:
        """Batches of token ids, padded to the longest in each."""
        pinned = self.args.dataloader_pin_memory
        return create_loader(self.train_dataset, self._course.batches, self._collate, pin_memory=pinned)

    def _collate(self, examples: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
        batch: dict[str, torch.Tensor] = self.data_collator(examples)
        if self._course.encoded is None:
            return batch
        return {**batch, STATES: self._course.encoded.batch([each[ROW] for each in examples])}

    def autocast_smart_context_manager(self, *_: Any, **__: Any) -> Any:
        """The precision of a forward pass; the trainer's own `bf16` would copy all logits to float32."""
        return torch.autocast(self.args.device.type, torch.bfloat16, enabled=self._course.low_precision)

    def compute_loss(self, model: torch.nn.Module, inputs: dict[str, Any], *rest: Any, **named: Any) -> Any:
        """The loss of one piece of a batch, a scalar."""
        # Left to itself, a model copies keys and values for who writes on, which nobody does here.
        known = {**with_encoder_outputs(inputs), "use_cache": False}
        return super().compute_loss(model, known, *rest, **named)

    def floating_point_ops(self, _inputs: dict[str, Any]) -> int:
        """None: nobody reads the stock estimate, whose making takes milliseconds of each batch."""
        return 0

    def _prepare_input(self, data: Any) -> Any:
        if isinstance(data, torch.Tensor):  # from pinned memory, a copy that nobody waits for
            return data.to(self.args.device, non_blocking=True)
        return super()._prepare_input(data)

    def _get_num_items_in_batch(self, batch_samples: list[Any], device: torch.device) -> Any:
        if self.args.world_size == 1:  # a number that the CPU has counted need not be copied and waited for
            device = torch.device("cpu")
        return super()._get_num_items_in_batch(batch_samples, device)

    def create_scheduler(
        self, num_training_steps: int, optimizer: torch.optim.Optimizer | None = None
    ) -> Any:
        """The schedule of the learning rate, by steps or by time."""
        create = partial(super().create_scheduler, optimizer=optimizer)
        self.lr_scheduler = self._course.clock.schedule(create, num_training_steps)
        return self.lr_scheduler

    def training_step(
        self, model: torch.nn.Module, inputs: dict[str, Any], num_items_in_batch: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Forward and backward pass of one batch, in smaller pieces where memory runs out.

        Raises:
            RunError: A single example doesn't fit into memory, or the loss, which a CPU's user is told at
                once, is not finite.
        """
        meter = self._course.meter
        self._step_batches.append(inputs)
        while True:
            try:
                loss = self.backward_pass(model, inputs, num_items_in_batch)
                break
            except RuntimeError as error:
                if not ran_out_of_memory(error) or self.args.world_size > 1:
                    raise
                self._demand_smaller(inputs, error)
            release_memory()
            model.zero_grad()  # what the failed attempt added can't be told from what was right
            for earlier in self._step_batches[:-1]:
                self.backward_pass(model, earlier, num_items_in_batch)
        meter.count_loss(loss, partial(self._demand_finite, self.state.global_step + 1, inputs[ROW]))
        if self.accelerator.sync_gradients:
            meter.loss_steps += 1
            self._count()
        return loss

    def backward_pass(
        self, model: torch.nn.Module, batch: dict[str, torch.Tensor], target_tokens: torch.Tensor | None
    ) -> torch.Tensor:
        """Add the gradients of one batch, forward and backward, in as many pieces as the meter says.

        Args:
            model: What the trainer trains.
            batch: Token ids and the numbers of their rows.
            target_tokens: Target tokens in the whole accumulated batch; None: in this one.

        Returns:
            The loss, a scalar.
        """
        known = {name: tensor for name, tensor in batch.items() if name != ROW}
        losses = [
            super(TokenBudgetTrainer, self).training_step(model, piece, target_tokens)
            for piece in split_batch(known, self._course.meter.pieces)
        ]
        return torch.stack(losses).sum()

    def _demand_smaller(self, batch: dict[str, torch.Tensor], error: RuntimeError) -> None:
        """Halve the pieces, and say so."""
        meter, rows = self._course.meter, len(batch[ROW])
        if meter.pieces >= rows:
            raise RunError(
                f"out of memory with the single example {self._course.place(int(batch[ROW][0]))}: lower "
                "--training.max-input-tokens, or set --training.gradient-checkpointing true"
            ) from error
        meter.pieces *= 2
        for callback in self.callback_handler.callbacks:
            if hasattr(callback, "on_out_of_memory"):
                callback.on_out_of_memory(self.state.global_step + 1, meter.pieces)

    def _demand_finite(self, step: int, rows: torch.Tensor, loss: float) -> None:
        if math.isfinite(loss):
            return
        places = [self._course.place(int(row)) for row in rows]
        shown = ", ".join(places[:5]) + (f" and {len(places) - 5} more" if len(places) > 5 else "")  # noqa: PLR2004
        raise RunError(
            f"the loss is {loss} at step {step}, in the batch of {shown}: try a "
            "lower --training.learning-rate, more --training.warmup or --training.precision fp32"
        )

    def _count(self) -> None:
        """Add up the tokens of the step that ends."""
        meter, lengths = self._course.meter, self._course.examples.lengths
        for batch in self._step_batches:
            meter.tokens += int(lengths[batch[ROW].numpy()].sum())
            meter.padded_tokens += batch["input_ids"].numel() + batch["labels"].numel()
        self._step_batches.clear()

    def _evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        self._course.meter.read_losses()
        metrics = {
            f"eval_{name}": value for name, value in self._course.evaluate(self.state.global_step).items()
        }
        self.log(metrics)
        handler = self.callback_handler
        self.control: TrainerControl = handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    def _save_checkpoint(self, *_: Any, **__: Any) -> None:
        if self.args.should_save:
            course = self._course
            course.meter.read_losses()
            write_checkpoint(course.checkpoints, self.state.global_step, self._fill, course.keep_checkpoints)

    def _fill(self, directory: Path) -> None:
        state.save_weights(self.model, directory)
        state.save_optimizer(self.optimizer, self.lr_scheduler, directory)
        state.save_random_state(directory)
        self._course.meter.save(directory)
        lasting: dict[str, list[Any]] = {}
        for callback in self.callback_handler.callbacks:
            if isinstance(callback, ExportableState):
                lasting.setdefault(type(callback).__name__, []).append(callback.state())
        self.state.stateful_callbacks = lasting
        self.state.save_to_json(str(directory / TRAINER_STATE_NAME))

    def _load_from_checkpoint(
        self, resume_from_checkpoint: str, model: torch.nn.Module | None = None
    ) -> None:
        state.load_weights(self.model if model is None else model, Path(resume_from_checkpoint))

    def _load_optimizer_and_scheduler(self, checkpoint: str | None) -> None:
        if checkpoint is not None:
            state.load_optimizer(self.optimizer, self.lr_scheduler, Path(checkpoint))

    def _load_rng_state(self, checkpoint: str | None) -> None:
        if checkpoint is not None:
            state.load_random_state(Path(checkpoint))
