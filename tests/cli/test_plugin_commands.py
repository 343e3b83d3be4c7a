"""`list-plugins`, `show` and `check-plugins` as a person meets them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ftkit.cli.app import app
from ftkit.cli.overview import SECTIONS
from support.program import run_ftkit, run_python
from support.wheels import ECHO, ECHO_HOOKS, install, task_distribution

WITHOUT_BUILTINS = {"FTKIT_DISABLE_PLUGINS": "ftkit"}

_LOAD_BOTH = """
import ftkit
for name in ("left:t5", "right:t5", "right:t5-s"):
    selected = ftkit.load_plugins(name)
    assert selected.manager.hook.load_model(source=None, options={}) == selected.backbone.record.module
    print(selected.backbone.record.distribution.name, selected.checkpoint)
"""


def backbone(name: str) -> str:
    """The source of a whole backbone with one checkpoint, whose model is the module's name."""
    return (
        '"""A backbone."""\nfrom ftkit import BackboneInfo, Checkpoint, hookimpl\n\n\n'
        "@hookimpl\ndef describe_backbone():\n"
        f'    checkpoints = {{"{name}-s": Checkpoint("x/s")}}\n'
        f'    return BackboneInfo("t5", ("T5",), checkpoints, "{name}-s", {{"query": ("q",)}})\n\n\n'
        "@hookimpl\ndef load_tokenizer():\n    return __name__\n\n\n"
        "@hookimpl\ndef load_model():\n    return __name__\n"
    )


def extension(folder: Path) -> Path:
    """A folder beside `folder` with an installed extension, made once."""
    home = folder.parent / "extension"
    if not home.exists():
        body = (
            "from ftkit import ExtensionInfo, hookimpl\n\n\n"
            "@hookimpl\ndef describe_extension():\n    return ExtensionInfo()\n"
        )
        lines = "[ftkit.extensions]\nextra = extra\n"
        install([task_distribution("extra", body, entry_points=lines)], home)
    return home / "site"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A healthy task, one whose dependency is missing, and two that claim the same name."""
    long = (
        f'"""{"A summary of many words that has to be wrapped in a narrow terminal. " * 3}"""\n{ECHO_HOOKS}'
    )
    needy = "import no_such_module\n"
    return install(
        [
            task_distribution("echo"),
            task_distribution("long", long),
            task_distribution("needy", needy, requires=("no-such-module>=2; extra == 'full'",)),
            task_distribution("one", entry_points="[ftkit.tasks]\ntwin = one\n", modules={"one.py": ECHO}),
            task_distribution("two", entry_points="[ftkit.tasks]\ntwin = two\n", modules={"two.py": ECHO}),
        ],
        tmp_path_factory.mktemp("plugins"),
    )


def test_listing_in_a_pipe_has_one_line_a_plugin_without_trailing_blanks(site: Path) -> None:
    lines = run_ftkit("list-plugins", "--kind", "task", sites=[site]).out.splitlines()
    assert lines[0].split() == ["KIND", "NAME", "DISTRIBUTION", "STATUS", "SUMMARY"]
    third_party = [line for line in lines if " 1.0 " in line]
    assert len(third_party) == 5
    assert not any(line != line.rstrip() for line in lines)
    assert any(line.endswith("narrow terminal.") for line in third_party)


@pytest.mark.parametrize("kind", ["method", "task", "extension"])
def test_listing_one_kind_gives_all_of_it_and_leaves_the_others_out(site: Path, kind: str) -> None:
    every = run_ftkit("list-plugins", "--json", sites=[site, extension(site)]).json
    rows = run_ftkit("list-plugins", "--kind", kind, "--json", sites=[site, extension(site)]).json
    assert rows
    assert rows == [row for row in every if row["kind"] == kind]


def test_showing_a_plugin_gives_provenance_columns_metrics_and_hooks(site: Path) -> None:
    shown = run_ftkit("show", "task:echo", sites=[site])
    assert shown.status == 0
    for expected in (
        "task:echo: Echo: the task",
        "echo 1.0",
        f"{site}/echo.py",
        "the text to give back",
        "0–1",
    ):
        assert expected in shown.out
    assert "describe_task, format_example, parse_output, score" in shown.out


def test_showing_as_json_gives_the_description_whole(site: Path) -> None:
    shown = run_ftkit("show", "echo:echo", "--json", sites=[site]).json
    assert shown["info"]["max_output_tokens"] == 8
    assert shown["info"]["columns"] == [{"name": "text", "help": "the text to give back", "required": True}]
    assert shown["file"] == f"{site}/echo.py"
    assert (shown["healthy"], shown["faults"], shown["builtin"]) == (True, [], False)


def test_showing_a_broken_plugin_names_line_and_remedy_and_ends_with_one(site: Path) -> None:
    shown = run_ftkit("show", "needy", sites=[site])
    assert shown.status == 1
    assert "needs the module no_such_module, which is not installed" in shown.err
    assert f"({site}/needy.py:1)" in shown.err
    assert 'pip install "needy[full]"' in shown.err


def test_a_name_in_conflict_is_refused_and_each_qualified_name_works(site: Path) -> None:
    refused = run_ftkit("show", "twin", sites=[site])
    assert (refused.status, refused.out) == (2, "")
    assert "one:twin" in refused.err
    assert "two:twin" in refused.err
    assert run_ftkit("show", "one:twin", "--json", sites=[site]).json["info"]
    assert run_ftkit("show", "TWO:Twin", "--json", sites=[site]).json["distribution"] == "two"


def test_two_distributions_that_claim_t5_are_both_listed_and_both_can_be_used(tmp_path: Path) -> None:
    lines = "[ftkit.backbones]\nt5 = {}\n"
    claims = [
        task_distribution(name, backbone("t5"), entry_points=lines.format(name)) for name in ("left", "right")
    ]
    site = install(claims, tmp_path)
    rows = run_ftkit("list-plugins", "--json", sites=[site], **WITHOUT_BUILTINS).json
    statuses = {row["distribution"]: row["status"] for row in rows if row["name"] == "t5"}
    assert (statuses["left"], statuses["right"]) == ("conflict", "conflict")
    for command in ("show", "check-plugins"):
        refused = run_ftkit(command, "t5", sites=[site], **WITHOUT_BUILTINS)
        assert (refused.status, refused.out) == (2, "")
        assert "left:t5" in refused.err
        assert "right:t5" in refused.err
    for name in ("left", "right"):
        shown = run_ftkit("show", f"{name}:t5", "--json", sites=[site], **WITHOUT_BUILTINS)
        assert (shown.status, shown.json["distribution"], shown.json["file"]) == (
            0,
            name,
            f"{site}/{name}.py",
        )
        assert list(shown.json["info"]["checkpoints"]) == ["t5-s"]
        [row] = run_ftkit("check-plugins", f"{name}:t5", "--json", sites=[site], **WITHOUT_BUILTINS).json
        assert row["distribution"] == name
        assert ["claimed by" in fault["problem"] for fault in row["faults"]] == [True]
    loaded = run_python("-c", _LOAD_BOTH, sites=[site], **WITHOUT_BUILTINS)
    assert loaded.out.splitlines() == ["left None", "right None", "right t5-s"], loaded.err


def test_checking_a_healthy_plugin_ends_with_zero_and_says_what_its_import_costs(site: Path) -> None:
    checked = run_ftkit("check-plugins", "echo", "--json", sites=[site])
    assert checked.status == 0
    [row] = checked.json
    assert row["healthy"] is True
    assert row["import_seconds"] > 0
    assert row["imported_modules"] >= 1


def test_checking_all_ends_with_one_and_counts_in_the_last_line(site: Path) -> None:
    checked = run_ftkit("check-plugins", sites=[site], **WITHOUT_BUILTINS)
    assert checked.status == 1
    assert re.fullmatch(r"2 healthy, 3 unhealthy, \d+ skipped", checked.out.splitlines()[-1])


def test_a_slow_import_is_noted_as_advice_and_makes_no_plugin_unhealthy(tmp_path: Path) -> None:
    site = install([task_distribution("slow", f"import time; time.sleep(1.2)\n{ECHO_HOOKS}")], tmp_path)
    checked = run_ftkit("check-plugins", "slow", "--json", sites=[site])
    assert checked.status == 0
    assert "import heavy libraries inside the hooks" in checked.json[0]["notes"][0]


@pytest.mark.parametrize("command", [["show", "nonesuch"], ["check-plugins", "nonesuch"]])
def test_an_unknown_name_is_one_message_without_a_traceback(command: list[str]) -> None:
    refused = run_ftkit(*command)
    assert (refused.status, refused.out) == (2, "")
    assert refused.err.startswith("error: no plugin 'nonesuch' is installed here")
    assert "Traceback" not in refused.err
    assert "Traceback" in run_ftkit("--debug", *command).err


def test_without_any_plugin_every_command_still_answers() -> None:
    for command in (
        ["list-plugins"],
        ["list-plugins", "--json"],
        ["list-plugins", "--matrix"],
        ["check-plugins"],
    ):
        assert run_ftkit(*command, **WITHOUT_BUILTINS).status == 0


def test_a_plugin_that_is_not_tried_gives_a_row_and_no_usage_error(tmp_path: Path) -> None:
    site = install([task_distribution("echo"), task_distribution("old", requires=("ftkit>=99",))], tmp_path)
    checked = run_ftkit("check-plugins", "old", "--json", sites=[site])
    [row] = checked.json
    assert (checked.status, row["status"], row["healthy"]) == (1, "incompatible", False)
    assert "requires ftkit >=99" in row["faults"][0]["problem"]
    table = run_ftkit("check-plugins", "old", sites=[site])
    assert table.status == 1
    assert "unhealthy" in table.out
    off = {"FTKIT_DISABLE_PLUGINS": "echo"}
    skipped = run_ftkit("check-plugins", "echo", "--json", sites=[site], **off)
    [row] = skipped.json
    assert (skipped.status, row["status"], row["faults"]) == (0, "disabled", [])
    assert "skipped" in run_ftkit("check-plugins", "echo", sites=[site], **off).out


def test_a_checkpoint_that_the_backbone_lacks_is_refused_and_one_that_it_has_is_shown(tmp_path: Path) -> None:
    lines = "[ftkit.backbones]\nmine = mine\n"
    site = install([task_distribution("mine", backbone("mine"), entry_points=lines)], tmp_path)
    assert run_ftkit("show", "mine-s", sites=[site]).status == 0
    for wrong in ("mine-nonsense", "t5-nonsense"):
        refused = run_ftkit("show", wrong, sites=[site])
        assert (refused.status, refused.out) == (2, "")
        assert refused.err.startswith("error: ")
        assert repr(wrong) in refused.err
        assert "Traceback" not in refused.err


def test_version_and_help_answer_on_stdout() -> None:
    assert run_ftkit("--version").out.startswith("ftkit 0.")
    assert "Example: ftkit " in run_ftkit("show", "--help").out


def test_help_has_every_command_in_one_section_with_its_summary_and_an_example() -> None:
    sectioned = [name for names in SECTIONS.values() for name in names]
    assert sorted(sectioned) == sorted(command.name for command in app.registered_commands)
    shown = run_ftkit("--help").out
    for title, names in SECTIONS.items():
        section = shown.partition(f"{title}:\n")[2].partition("\n\n")[0]
        assert all(f"  {name} " in section for name in names)
    assert all(f"\n  ftkit {name} " in shown for name in sectioned)


@pytest.mark.parametrize("instruction", ["complete_bash", "complete_zsh"])
def test_completion_offers_qualified_names_where_the_bare_one_is_refused(
    site: Path, instruction: str
) -> None:
    words = {"COMP_WORDS": "ftkit show ", "COMP_CWORD": "2", "_TYPER_COMPLETE_ARGS": "ftkit show "}
    completed = run_ftkit(sites=[site], _FTKIT_COMPLETE=instruction, **words).out
    assert "one:twin" in completed.replace("\\", "")
    assert "echo" in completed
