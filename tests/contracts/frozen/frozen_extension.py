"""Keep a log of a run, and put a mark before its inputs."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ftkit import Example, ExtensionInfo, Option, hookimpl

if TYPE_CHECKING:
    from transformers import TrainerCallback


class Log:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.mark = ""

    @hookimpl
    def describe_extension(self) -> ExtensionInfo:
        return ExtensionInfo(options=(Option("mark", "str", "!", "what is put before"),), citation="none")

    @hookimpl
    def extension_selected(self, options: Mapping[str, Any]) -> None:
        self.mark = options["mark"]
        self.lines = ["selected"]

    @hookimpl
    def run_started(self, directory: Path, recipe: Mapping[str, Any], options: Mapping[str, Any]) -> None:
        self.lines.append(f"started {recipe['task']['name']} {options['mark']}")

    @hookimpl
    def trainer_arguments(
        self, arguments: Mapping[str, Any], options: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        self.lines.append(f"arguments {options['mark']}")
        return {"logging_steps": max(1, arguments["logging_steps"] // 2)}

    @hookimpl
    def trainer_callbacks(self, directory: Path, options: Mapping[str, Any]) -> Sequence[TrainerCallback]:
        from transformers import TrainerCallback

        self.lines.append(f"callbacks {options['mark']}")
        return [TrainerCallback()]

    @hookimpl(wrapper=True)
    def format_example(self, row: Mapping[str, Any]) -> Generator[None, Example, Example]:
        example = yield
        text = f"{self.mark} {example.input}"
        return Example(text, example.target, example.references)

    @hookimpl
    def run_evaluated(self, step: int, metrics: Mapping[str, float], options: Mapping[str, Any]) -> None:
        self.lines.append(f"evaluated {step} {len(metrics)} {options['mark']}")

    @hookimpl
    def run_finished(self, directory: Path, result: Mapping[str, Any], options: Mapping[str, Any]) -> None:
        self.lines.append(f"finished {result['steps']} {options['mark']}")
        (directory / "frozen.log").write_text("\n".join(self.lines), encoding="utf-8")


log = Log()
