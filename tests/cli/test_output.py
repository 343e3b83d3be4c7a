"""What commands print reaches the person, whatever their outputs are and take."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from support.program import environment, run_ftkit
from support.wheels import ECHO_HOOKS, install, task_distribution

WITHOUT_BUILTINS = {"FTKIT_DISABLE_PLUGINS": "ftkit"}
COMMANDS = [["list-plugins"], ["list-plugins", "--json"], ["show", "echo"], ["check-plugins", "echo"]]
SLIGHT = [["--version"], ["--help"], ["show", "--help"], ["show", "nonesuch"]]


def shell(command: list[str], redirection: str, site: Path, **env: str) -> subprocess.CompletedProcess[bytes]:
    """Run `ftkit` under bash with a redirection."""
    line = f"{sys.executable} -m ftkit {' '.join(command)} {redirection}"
    return subprocess.run(
        ["bash", "-c", line],
        env=environment([site], **WITHOUT_BUILTINS | env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )


def in_terminal(command: list[str], site: Path) -> list[str]:
    """The lines that `ftkit` writes to a terminal of eighty columns, without colours."""
    script = f"stty cols 80; {sys.executable} -m ftkit {' '.join(command)}"
    ended = subprocess.run(
        ["script", "-qec", script, "/dev/null"],
        env=environment([site], TERM="xterm", NO_COLOR="1", **WITHOUT_BUILTINS),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode in (0, 1), ended.stdout
    return re.sub(r"\x1b\[\d*m|\r", "", ended.stdout).splitlines()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A healthy task with a long summary, one in many alphabets, and two with long names."""
    long = (
        f'"""{"A summary of many words that has to be wrapped in a narrow terminal. " * 3}"""\n{ECHO_HOOKS}'
    )
    alphabets = ECHO_HOOKS.replace("share of equal texts", r"Anteil — gleich 漢字 \udcff")
    lines = f"[ftkit.tasks]\n{'c' * 300} = refused\n"
    return install(
        [
            task_distribution("echo", long),
            task_distribution("letters", f'"""Übersetzung – 漢字 \\ud800."""\n{alphabets}'),
            task_distribution("l" * 60),
            task_distribution("refused", entry_points=lines),
        ],
        tmp_path_factory.mktemp("plugins"),
    )


@pytest.mark.parametrize(
    ("command", "headers"),
    [
        (["list-plugins"], ["KIND", "NAME", "DISTRIBUTION", "STATUS", "SUMMARY"]),
        (["check-plugins"], ["KIND", "NAME", "DISTRIBUTION", "HEALTH", "SECONDS", "MODULES"]),
    ],
)
def test_tables_in_a_terminal_fit_eighty_columns_whatever_the_names(
    site: Path, command: list[str], headers: list[str]
) -> None:
    lines = in_terminal(command, site)
    table = lines[: lines.index("")] if "" in lines else lines
    assert lines[0].split() == headers
    assert max(map(len, table)) <= 80
    [echo] = [line for line in table if line.split()[1:2] == ["echo"]]
    assert echo.split()[:5] == ["task", "echo", "echo", "1.0", "ok"]


def test_a_summary_is_wrapped_in_its_own_column(site: Path) -> None:
    lines = in_terminal(["list-plugins"], site)
    column = lines[0].index("SUMMARY")
    [first] = [number for number, line in enumerate(lines) if line.split()[1:2] == ["echo"]]
    words = [line[column:].strip() for line in lines[first : first + 40]]
    assert " ".join(words).count("in a narrow terminal.") == 3
    assert lines[first + 1][:column].strip() == ""


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
@pytest.mark.parametrize("command", ["list-plugins", "show letters", "check-plugins letters"])
def test_letters_that_an_encoding_lacks_end_no_command(site: Path, command: str, encoding: str) -> None:
    env = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": encoding}
    text = shell(command.split(), "", site, **env)
    assert text.returncode in (0, 1)
    assert b"letters" in text.stdout
    assert b"Traceback" not in text.stderr
    data = shell([*command.split(), "--json"], "", site, **env)
    assert data.stdout.isascii()
    assert b"letters" in data.stdout
    assert json.loads(data.stdout)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("redirection", [">&-", "> /dev/full"])
def test_an_answer_that_can_not_be_written_is_one_message(
    site: Path, command: list[str], redirection: str
) -> None:
    ended = shell(command, redirection, site)
    assert ended.returncode == 2
    [line] = ended.stderr.decode().splitlines()
    assert line.startswith("error: the answer can't be written: ")


@pytest.mark.parametrize("command", SLIGHT, ids=" ".join)
@pytest.mark.parametrize("redirection", [">&-", "> /dev/full", ">&- 2>&-"])
def test_no_answer_ends_in_a_traceback_where_stdout_takes_nothing(
    site: Path, command: list[str], redirection: str
) -> None:
    ended = shell(command, redirection, site)
    assert b"Traceback" not in ended.stderr
    assert b"Exception ignored" not in ended.stderr


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_commands_work_without_stdin_and_without_stderr(site: Path, command: list[str]) -> None:
    usual = shell(command, "", site)
    for redirection in ("<&-", "2>&-", "<&- 2>&-", "2> /dev/full"):
        ended = shell(command, redirection, site)
        assert ended.returncode == usual.returncode, redirection
        assert _without_figures(ended.stdout) == _without_figures(usual.stdout), redirection
        assert b"Traceback" not in ended.stderr


def _without_figures(text: bytes) -> bytes:
    """An output without the seconds and modules that an import took."""
    return re.sub(rb"\d+(\.\d+)?|\n +(?=\n)| +", b" ", text)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_reader_that_closes_the_pipe_ends_the_program_quietly(site: Path, command: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    ended = subprocess.run(
        [sys.executable, "-m", "ftkit", *command],
        env=environment([site], **WITHOUT_BUILTINS),
        stdin=subprocess.DEVNULL,
        stdout=writer,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (141, b"")


def test_terminal_commands_in_what_a_plugin_says_never_reach_the_terminal(tmp_path: Path) -> None:
    loud = "raise ValueError('\\x1b[2J\\x1b]0;title\\x07 \\x9b31m red')"
    body = f'"""Sum\\x1b[31mmary."""\n{loud}\n'
    site = install([task_distribution("loud", body, summary="\x1b[31mred")], tmp_path)
    for command in (["list-plugins"], ["show", "loud"], ["check-plugins"]):
        printed = run_ftkit(*command, sites=[site], **WITHOUT_BUILTINS)
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", printed.out + printed.err), command
