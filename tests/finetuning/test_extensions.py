"""An extension accompanies a run: it sees its life, adds callbacks, overrides arguments, wraps hooks."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from support import small
from support.warm import run_warm_ftkit
from support.wheels import PluginDistribution, install

DIARY = '''"""Write down what happens in a run."""
import json

from ftkit import ExtensionInfo, hookimpl
from ftkit import Example

LINES = []


@hookimpl
def describe_extension():
    return ExtensionInfo()


@hookimpl
def run_started(recipe):
    LINES.append(["started", recipe["method"]["name"]])


@hookimpl
def trainer_arguments(arguments):
    LINES.append(["arguments", arguments["logging_steps"]])
    return {"logging_steps": 1}


@hookimpl
def trainer_callbacks():
    from transformers import TrainerCallback

    class Steps(TrainerCallback):
        def on_step_end(self, args, state, control, **known):
            LINES.append(["step", state.global_step])

    return [Steps()]


@hookimpl(wrapper=True)
def format_example():
    example = yield
    return Example("diary " + example.input, example.target, example.references)


@hookimpl
def run_evaluated(step, metrics):
    LINES.append(["evaluated", step, sorted(metrics)])


@hookimpl
def run_finished(directory, result):
    LINES.append(["finished", result["steps"]])
    (directory / "diary.json").write_text(json.dumps(LINES))
'''


COUNTER = '''"""Count the steps of a run, its earlier processes included."""
from ftkit import ExtensionInfo, hookimpl


@hookimpl
def describe_extension():
    return ExtensionInfo()


@hookimpl
def trainer_callbacks(directory):
    from transformers import TrainerCallback
    from transformers.trainer_callback import ExportableState

    class Count(TrainerCallback, ExportableState):
        steps = 0

        def on_step_end(self, *known, **named):
            self.steps += 1

        def on_train_end(self, *known, **named):
            (directory / "steps.txt").write_text(str(self.steps))

        def state(self):
            return {"args": {}, "attributes": {"steps": self.steps}}

    return [Count()]
'''


def test_a_callback_that_exports_its_state_has_it_again_in_a_resumed_run(tmp_path: Path) -> None:
    site = install(
        [PluginDistribution("counter", "[ftkit.extensions]\ncounter = counter\n", {"counter.py": COUNTER})],
        tmp_path / "plugins",
    )
    folder = tmp_path / "run"
    names = ["--model", "t5", "--checkpoint", str(small.checkpoint("t5")), "--method", "lora"]
    settings = ["--task", "sentiment", "--extension", "counter", "--training.max-steps", "4"]
    saved = ["--training.save-steps", "2", "--training.remove-checkpoints", "false", "--output", str(folder)]
    ended = run_warm_ftkit("train", *names, *settings, *saved, sites=[site])
    assert ended.status == 0, ended.err
    assert (folder / "steps.txt").read_text() == "4"
    for gone in ("result.json", "steps.txt"):
        (folder / gone).unlink()
    shutil.rmtree(folder / "artifact")
    shutil.rmtree(folder / "checkpoints" / "step-4")
    ended = run_warm_ftkit("train", "--resume", str(folder), sites=[site])
    assert ended.status == 0, ended.err
    assert (folder / "steps.txt").read_text() == "4"


def test_an_extension_accompanies_a_run_from_beginning_to_end(tmp_path: Path) -> None:
    site = install(
        [PluginDistribution("diary", "[ftkit.extensions]\ndiary = diary\n", {"diary.py": DIARY})],
        tmp_path / "plugins",
    )
    folder = tmp_path / "run"
    names = ["--model", "t5", "--checkpoint", str(small.checkpoint("t5")), "--method", "lora"]
    settings = ["--task", "sentiment", "--extension", "diary", "--training.max-steps", "2"]
    ended = run_warm_ftkit("train", *names, *settings, "--output", str(folder), sites=[site])
    assert ended.status == 0, ended.err
    assert json.loads((folder / "diary.json").read_text()) == [
        ["started", "lora"],
        ["arguments", 10],
        ["step", 1],
        ["step", 2],
        ["evaluated", 2, ["accuracy", "macro_f1"]],
        ["finished", 2],
    ]
    prediction = json.loads((folder / "predictions.jsonl").read_text().splitlines()[0])
    assert prediction["input"].startswith("diary sentiment analysis: ")
    assert len((folder / "metrics.jsonl").read_text().splitlines()) == 2
