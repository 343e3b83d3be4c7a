"""The fine-tuning itself: trainer, callbacks and extensions put together, and run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from transformers import TrainerCallback

from ftkit.evaluating.evaluation import Evaluation
from ftkit.interrupts import Interrupts
from ftkit.loading import LoadedModel
from ftkit.precision import held_in_bfloat16
from ftkit.runs.folder import RunFolder
from ftkit.runs.resolving import Setup
from ftkit.training.arguments import RunArguments, trainer_arguments
from ftkit.training.batching import make_batches
from ftkit.training.best import BestWeights
from ftkit.training.checkpoints import step_of
from ftkit.training.clock import Clock
from ftkit.training.course import Course
from ftkit.training.dropout import fast_dropout
from ftkit.training.encoder_cache import encode_inputs
from ftkit.training.footprint import Footprint
from ftkit.training.heap import give_back_freed_memory, kept_memory
from ftkit.training.meter import Meter, load_meter
from ftkit.training.milestones import Milestones
from ftkit.training.progress import Progress
from ftkit.training.ready import Ready
from ftkit.training.state import load_weights
from ftkit.training.trainer import TokenBudgetTrainer


@dataclass(frozen=True)
class Trained:
    """What the training itself took.

    Attributes:
        meter: Its counts.
        seconds: Wall time.
        steps: Optimizer steps.
        memory: What it held, in bytes; see `Footprint.figures`.
        best_step: The step whose weights the model has now; None where none was evaluated on the way.
        evaluation: That of the model as it is now; None where none was made in this process.
    """

    meter: Meter
    seconds: float
    steps: int
    memory: Mapping[str, int]
    best_step: int | None
    evaluation: Evaluation | None


def fine_tune(
    ready: Ready,
    folder: RunFolder,
    *,
    evaluate: Callable[[int], Evaluation],
    interrupts: Interrupts,
    resume_from: Path | None,
    quiet: bool,
) -> Trained:
    """Train the model in place; where it was evaluated on the way, it ends with its best weights.

    Args:
        ready: What to train, on what.
        folder: The run's folder.
        evaluate: Evaluates the model as it is after a step.
        interrupts: Hears the signals that end the training early.
        resume_from: A checkpoint to go on from.
        quiet: Show nothing.

    Raises:
        Interrupted: A signal came; the last step is saved.
        RunError: The loss is not finite, or memory ran out for good.
    """
    setup, model = ready.setup, ready.loaded.model
    settings, best = setup.settings, BestWeights(folder.best, setup.task_info.metrics[0])
    meter = Meter() if resume_from is None else load_meter(resume_from)
    clock, footprint = Clock(meter, settings["max_seconds"]), Footprint(meter, model)

    of_the_best: Evaluation | None = None

    def evaluate_and_keep(step: int) -> Mapping[str, float]:
        nonlocal of_the_best
        with meter.stopped():
            evaluation = evaluate(step)
            metrics, seconds = evaluation.metrics, round(meter.seconds, 3)
            folder.append_metrics({"step": step, "seconds": seconds, "evaluation": dict(metrics)})
            if best.consider(step, metrics, model):
                of_the_best = evaluation
            give_back_freed_memory()  # what an evaluation took is none of the training's
        return metrics

    def callbacks() -> list[TrainerCallback]:
        milestones = Milestones(settings, interrupts, best, clock, folder.steps_evaluated)
        ours = Progress(folder, clock, quiet=quiet), milestones, footprint
        further = setup.plugins.call_extensions("trainer_callbacks", directory=folder.path)
        return [*ours, *(each for more in further for each in more)]

    if resume_from is not None and meter.ended:  # transformers' trainer would do a step before it looks
        load_weights(model, resume_from)
        steps, seconds = step_of(resume_from), meter.seconds_before
    else:
        ready_trainer = trainer_of(ready, folder, callbacks, clock, evaluate_and_keep)
        # Memory is kept here alone: a plan, which has a trainer too, watches how much the process asks for.
        with interrupts.deferred(), ready_trainer as trainer, footprint.watched(), kept_memory():
            trainer.train(resume_from_checkpoint=None if resume_from is None else str(resume_from))
            meter.read_losses()
            steps, seconds = trainer.state.global_step, meter.seconds
    best.restore(model)
    return Trained(meter, seconds, steps, footprint.figures, best.step, of_the_best)


@contextmanager
def trainer_of(
    ready: Ready,
    folder: RunFolder,
    callbacks: Callable[[], list[TrainerCallback]],
    clock: Clock,
    evaluate: Callable[[int], Mapping[str, float]],
) -> Iterator[TokenBudgetTrainer]:
    """The trainer of a run, in the conditions in which it trains.

    A plan's probe uses it as well: what changes a training step belongs in here, so that plans know of it.

    Args:
        ready: What to train, on what.
        folder: The run's folder.
        callbacks: Makes the trainer's callbacks, once its arguments are known.
        clock: Says when the time is up; its meter counts what is done.
        evaluate: Gives the metrics of the model as it is after a step.
    """
    setup, loaded, examples = ready.setup, ready.loaded, ready.examples
    arguments = _arguments(setup, loaded, folder)
    encoded = None
    if setup.settings["cache_encoder"]:
        encoded = encode_inputs(loaded.model, examples, folder.path, setup.settings["precision"])
    course = Course(
        batches=make_batches(setup, examples, arguments.process_index, arguments.world_size),
        examples=examples,
        encoded=encoded,
        low_precision=setup.settings["precision"] == "bf16",
        clock=clock,
        checkpoints=folder.checkpoints,
        keep_checkpoints=setup.settings["keep_checkpoints"],
        label_smoothing=setup.settings["label_smoothing"],
        evaluate=evaluate,
        place=ready.place,
    )
    trainer = TokenBudgetTrainer(loaded.model, loaded.tokenizer, arguments, callbacks(), course)
    with fast_dropout(), _held(setup, loaded, arguments):
        yield trainer


def _held(setup: Setup, loaded: LoadedModel, arguments: RunArguments) -> AbstractContextManager[None]:
    """Frozen weights in the precision of the training; sharded ones must stay of one type."""
    low = setup.settings["precision"] == "bf16" and not arguments.fsdp
    return held_in_bfloat16(loaded.model, trained=False) if low else nullcontext()


def _arguments(setup: Setup, loaded: LoadedModel, folder: RunFolder) -> RunArguments:
    """The trainer's arguments: those of the extensions over our own."""
    arguments = trainer_arguments(setup.settings, setup.recipe.seed, loaded.model.device, folder)
    ours = MappingProxyType(arguments)
    for overriding in setup.plugins.call_extensions("trainer_arguments", arguments=ours):
        arguments = {**arguments, **overriding}
    return RunArguments(**arguments)
