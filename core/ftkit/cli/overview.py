"""`ftkit --help`: the commands by what one wants to do, each with an example."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from typer.core import TyperGroup

SECTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Fine-tune": ("train", "plan", "compare"),
        "Use and judge what came of it": ("predict", "evaluate"),
        "See what there is to choose from": ("list-plugins", "show"),
        "Write plugins": ("new-plugin", "check-plugins"),
    }
)
_EXAMPLE = "Example: "


class GroupedCommands(TyperGroup):
    """The program, with its commands in sections."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - click's signature
        """Write a section for each thing that one may want to do: its commands, and an example of each."""
        for title, names in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, self._summary(name)) for name in names])
                formatter.write_paragraph()
                for name in names:
                    formatter.write_text(self._example(name))

    def _summary(self, name: str) -> str:
        """The first sentence of a command's help, whole."""
        return str(self.commands[name].help).partition("\n")[0]

    def _example(self, name: str) -> str:
        """The first example in a command's help."""
        lines = str(self.commands[name].help).splitlines()
        return next(line.removeprefix(_EXAMPLE) for line in lines if line.startswith(_EXAMPLE))
