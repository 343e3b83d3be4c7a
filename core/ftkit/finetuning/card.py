"""The model card of a run: what was made of what, how well it does, and how to use it.

A README in the form of the hub's model cards (Mitchell et al., 2019, arXiv:1810.03993), filled in from the
result alone: nothing in it is claimed that the run didn't measure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from ftkit.counting import counted
from ftkit.runs.folder import RunFolder
from ftkit.runs.recipe import EXTENSION
from ftkit.runs.resolving import Setup


def write_card(setup: Setup, result: Mapping[str, Any], folder: RunFolder) -> str:
    """The card's text."""
    parts = [
        f"---\n{yaml.safe_dump(_header(setup), sort_keys=False)}---",
        f"# {setup.name}",
        _summary(setup, result),
        "## Results\n\n" + _results(result) + "\n\n![curves](curves.svg)",
        f"## Use\n\n```sh\nftkit predict {folder.path} {setup.prediction_arguments}\n```\n\n"
        + _artifact(setup),
        "## Training\n\n" + _training(setup, result),
        "## Made with\n\n" + _table(("", ""), {**result["versions"], **result["plugins"]}.items()),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _header(setup: Setup) -> dict[str, Any]:
    info = setup.plugins.backbone_info
    header = {"base_model": setup.checkpoint, "tags": ["ftkit", setup.recipe.method, setup.recipe.task]}
    return {**header, "license": info.licence} if info.licence else header


def _summary(setup: Setup, result: Mapping[str, Any]) -> str:
    examples = counted(result["examples"], "example")
    examples += " of the bundled sample" if setup.recipe.rehearsal else ""
    note = (
        "\n\nThis was a rehearsal on a tiny checkpoint: it shows that the recipe works, and says nothing "
        "about real language."
    )
    trained = f"{result['trainable_parameters']:,} of {result['total_parameters']:,} parameters were trained"
    made = f"`{setup.checkpoint}` fine-tuned with the method *{setup.recipe.method}*"
    made += f" for the task *{setup.recipe.task}* on {examples}; {trained}."
    return made + (note if setup.recipe.rehearsal else "")


def _results(result: Mapping[str, Any]) -> str:
    told = {
        **{name: f"{round(value, 4):g}" for name, value in result["metrics"].items()},
        "examples": f"{result['validation_examples']:,}",
        "outputs without an answer": f"{result['unparseable']:,}",
    }
    return _table(("on the validation examples", ""), told.items())


def _artifact(setup: Setup) -> str:
    method = setup.plugins.method_info
    citation = method.citation if method else ""
    source = f" Method: {citation}." if citation else ""
    return f"`artifact/` holds what was trained, in the format of the method's own library.{source}"


def _training(setup: Setup, result: Mapping[str, Any]) -> str:
    options = setup.recipe.options
    given = {
        f"{part}.{name}": value
        for part in ("training", "method", "task", *(part for part in options if part.startswith(EXTENSION)))
        for name, value in options[part].items()
        if value not in (None, (), "")
    }
    took = {
        "steps": result["steps"],
        "seconds": f"{result['train_seconds']:.0f}",
        "peak memory": f"{result['peak_memory_bytes'] / 1e9:.2f} GB",
        "seed": result["seed"],
    }
    return _table(("", ""), {**took, **given}.items())


def _table(heads: tuple[str, str], rows: Any) -> str:
    lines = [f"| {heads[0]} | {heads[1]} |", "|---|---|"]
    return "\n".join([*lines, *(f"| {name} | {str(value).replace('|', '&#124;')} |" for name, value in rows)])
