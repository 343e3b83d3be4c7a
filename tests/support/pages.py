"""Documentation pages as programs: their files are written, their commands run, their outputs compared.

```toml title="folder/file"     becomes that file
```console                      `$ command` lines, each followed by what it prints (see `as_pattern` for `…`)
```python                       runs as a script that must end well
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r'^```(?P<language>\w*)(?: title="(?P<title>[^"]+)")?\n(?P<text>.*?)^```$', re.M | re.S)


@dataclass(frozen=True)
class Block:
    """A code block of a page.

    Attributes:
        language: What stands behind the fence; empty where nothing does.
        title: The file that it becomes, or None.
        text: What it holds.
        line: Where its fence stands.
    """

    language: str
    title: str | None
    text: str
    line: int


def blocks(page: Path) -> list[Block]:
    """A page's code blocks, in order."""
    text = page.read_text(encoding="utf-8")
    assert text.count("\n```") % 2 == 0, f"{page}: a block doesn't end"
    return [
        Block(found["language"], found["title"], found["text"], text.count("\n", 0, found.start()) + 1)
        for found in _BLOCK.finditer(text)
    ]


def run_page(page: Path, folder: Path, env: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """Go through a page's blocks; yield (command, expected output, real output) for each command."""
    for block in blocks(page):
        if block.title:
            file = folder / block.title
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, encoding="utf-8")
        elif block.language == "console":
            for command, expected in _commands(block.text):
                yield command, expected, _run(["bash", "-c", command], folder, env)
        elif block.language == "python":
            ended = subprocess.run(["python", "-c", block.text], cwd=folder, env=env, check=False)
            assert ended.returncode == 0, block.text


def as_pattern(expected: str) -> re.Pattern[str]:
    """What an output must match as a whole.

    `…` stands for anything within its line; alone on a line, for any number of lines, none included.
    """
    return re.compile("".join(_line_pattern(line) for line in expected.split("\n")))


def _line_pattern(line: str) -> str:
    if line == "…":
        return r"(?:.*\n)*?(?:.*\Z)?"
    return ".*".join(re.escape(part) for part in line.split("…")) + r"(?:\n|\Z)"


def _commands(text: str) -> Iterator[tuple[str, str]]:
    for part in re.split(r"^\$ ", text, flags=re.M)[1:]:
        command, _, expected = part.partition("\n")
        yield command, expected.strip("\n")


def _run(command: list[str], folder: Path, env: dict[str, str]) -> str:
    ended = subprocess.run(
        command,
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    return ended.stdout.strip("\n")
