"""What is read from metadata: duplicates folded, corruption contained, nothing imported."""

from __future__ import annotations

import json
import subprocess
import sysconfig
from pathlib import Path

import pytest

from support.program import environment, run_ftkit, run_python
from support.wheels import ECHO, PluginDistribution, install, task_distribution

_MODULES = """
import json, sys
from ftkit.cli.app import main
sys.argv = ["ftkit", *json.loads(sys.argv[1])]
try:
    main()
except SystemExit:
    pass
finally:
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


def modules_loaded_by(arguments: list[str], site: Path) -> set[str]:
    ran = run_python("-c", _MODULES, json.dumps(arguments), sites=[site])
    return set(json.loads(ran.err.splitlines()[-1]))


@pytest.fixture(scope="module")
def hundred(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hundred distributions whose modules import torch and transformers at the top."""
    heavy = f'"""Heavy."""\nimport torch, transformers\n{ECHO}'
    many = [task_distribution(f"heavy-{number}", heavy) for number in range(100)]
    return install(many, tmp_path_factory.mktemp("hundred"))


def test_listing_a_hundred_heavy_plugins_imports_none_of_them_nor_torch(hundred: Path) -> None:
    loaded = modules_loaded_by(["list-plugins", "--json"], hundred)
    assert "ftkit.registry.catalogue" in loaded
    assert not {"torch", "transformers", "peft", "adapters", "datasets"} & loaded
    assert not [name for name in loaded if name.startswith(("heavy_", "ftkit_plugins"))]


def test_listing_shows_all_of_a_hundred_plugins_with_their_docstrings(hundred: Path) -> None:
    rows = run_ftkit("list-plugins", "--json", sites=[hundred]).json
    heavy = [row for row in rows if row["name"].startswith("heavy-")]
    assert len(heavy) == 100
    assert {row["summary"] for row in heavy} == {"Heavy."}


def test_completion_of_a_plugin_name_imports_no_plugin_and_no_torch(hundred: Path) -> None:
    completed = run_ftkit(
        sites=[hundred], _FTKIT_COMPLETE="complete_bash", COMP_WORDS="ftkit show heavy-9", COMP_CWORD="2"
    )
    assert completed.out.split() == ["heavy-9", *(f"heavy-{number}" for number in range(90, 100))]


def test_two_names_for_one_target_are_a_name_and_its_alias(tmp_path: Path) -> None:
    lines = "[ftkit.tasks]\nquestion-echo = echo\nqe = echo\nQuestion_Echo = echo\n"
    site = install([task_distribution("echo", entry_points=lines)], tmp_path)
    rows = [row for row in run_ftkit("list-plugins", "--json", sites=[site]).json if not row["builtin"]]
    assert [(row["name"], row["aliases"]) for row in rows] == [("qe", ["question-echo"])]


def test_json_rows_have_exactly_the_documented_keys(tmp_path: Path) -> None:
    site = install([task_distribution("echo")], tmp_path)
    rows = run_ftkit("list-plugins", "--json", sites=[site]).json
    keys = [
        "kind",
        "name",
        "aliases",
        "distribution",
        "version",
        "summary",
        "target",
        "builtin",
        "status",
        "reason",
    ]
    assert rows
    assert all(list(row) == keys for row in rows)


def test_same_distribution_found_twice_on_the_path_is_one_plugin(tmp_path: Path) -> None:
    site = install([task_distribution("echo")], tmp_path)
    (tmp_path / "lib64").symlink_to(site)
    rows = run_ftkit("list-plugins", "--json", sites=[site, tmp_path / "lib64"]).json
    assert [row["status"] for row in rows if row["name"] == "echo"] == ["ok"]


def test_installed_distribution_wins_over_the_egg_info_of_its_source_tree(tmp_path: Path) -> None:
    site = install([task_distribution("echo", version="2.0")], tmp_path)
    tree = tmp_path / "tree"
    info = tree / "echo.egg-info"
    info.mkdir(parents=True)
    (info / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: echo\nVersion: 0.1\n")
    (info / "entry_points.txt").write_text("[ftkit.tasks]\nechoing = echo\n")
    rows = run_ftkit("list-plugins", "--json", sites=[tree, site]).json
    assert [(row["name"], row["version"]) for row in rows if row["distribution"] == "echo"] == [
        ("echo", "2.0")
    ]


def test_a_metadata_folder_named_like_ftkit_hides_nothing_of_ftkits_own(tmp_path: Path) -> None:
    site = install([task_distribution("dash")], tmp_path)
    (site / "dash-1.0.dist-info").rename(site / "ftkit-dash-1.0.dist-info")
    rows = run_ftkit("list-plugins", "--json", sites=[site]).json
    plain = run_ftkit("list-plugins", "--json").json
    assert plain
    assert [row for row in rows if row["distribution"] == "ftkit"] == plain
    assert [row["status"] for row in rows if row not in plain] in (["ok"], ["unreadable"])


def test_a_distribution_that_passes_itself_off_as_ftkit_is_unreadable_and_hides_nothing(
    tmp_path: Path,
) -> None:
    site = install([task_distribution("evil")], tmp_path)
    metadata = site / "evil-1.0.dist-info" / "METADATA"
    metadata.write_text(metadata.read_text().replace("Name: evil", "Name: ftkit"))
    rows = run_ftkit("list-plugins", "--json", sites=[site]).json
    plain = run_ftkit("list-plugins", "--json").json
    assert [row for row in rows if row["builtin"]] == plain
    [evil] = [row for row in rows if row not in plain]
    assert (evil["distribution"], evil["status"]) == ("evil", "unreadable")
    without = run_ftkit("list-plugins", "--json", "--builtin-only", sites=[site]).json
    assert [row["status"] for row in without if row not in plain] == ["disabled"]


def test_two_eggs_on_the_path_are_two_distributions(tmp_path: Path) -> None:
    eggs = [tmp_path / f"{name}-1.0-py3.egg" for name in ("one", "two")]
    for egg, name in zip(eggs, ("one", "two"), strict=True):
        (egg / "EGG-INFO").mkdir(parents=True)
        (egg / f"{name}.py").write_text(ECHO)
        (egg / "EGG-INFO" / "PKG-INFO").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (egg / "EGG-INFO" / "entry_points.txt").write_text(f"[ftkit.tasks]\n{name} = {name}\n")
    rows = run_ftkit("list-plugins", "--json", sites=eggs).json
    found = [(row["name"], row["distribution"], row["status"]) for row in rows if not row["builtin"]]
    assert found == [("one", "one", "ok"), ("two", "two", "ok")]


def test_a_distribution_that_is_called_like_a_kind_has_no_fault_but_its_conflict(tmp_path: Path) -> None:
    rival = task_distribution("rival", entry_points="[ftkit.tasks]\ntask = rival\n")
    site = install([task_distribution("task"), rival], tmp_path)
    rows = run_ftkit("check-plugins", "--json", sites=[site], FTKIT_DISABLE_PLUGINS="ftkit").json
    faults = {
        row["distribution"]: [fault["problem"] for fault in row["faults"]]
        for row in rows
        if row["distribution"] != "ftkit"
    }
    assert sorted(faults) == ["rival", "task"]
    for problems in faults.values():
        assert ["is claimed by" in problem for problem in problems] == [True]


@pytest.mark.parametrize("command", [["list-plugins", "--json"], ["show", "echo"], ["check-plugins", "echo"]])
def test_modules_in_the_current_directory_are_none_of_the_standard_library(
    tmp_path: Path, command: list[str]
) -> None:
    site = install([task_distribution("echo")], tmp_path)
    folder = tmp_path / "work"
    folder.mkdir()
    for name in ("json", "signal", "tempfile", "typing"):
        (folder / f"{name}.py").write_text("raise RuntimeError('mine')\n")
    program = Path(sysconfig.get_path("scripts")) / "ftkit"
    ended = subprocess.run(
        [str(program), *command],
        env=environment([site], FTKIT_DISABLE_PLUGINS="ftkit"),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_requirement_with_a_marker_that_is_false_here_does_not_count(tmp_path: Path) -> None:
    requires = ('ftkit>=99; python_version < "3"', 'ftkit>=99; extra == "dev"', "ftkit>=0.1")
    site = install([task_distribution("echo", requires=requires)], tmp_path)
    rows = run_ftkit("list-plugins", "--json", sites=[site]).json
    assert [row["status"] for row in rows if row["name"] == "echo"] == ["ok"]


def test_corrupt_file_of_a_distribution_without_ftkit_plugins_is_not_mentioned(tmp_path: Path) -> None:
    site = install([task_distribution("echo"), PluginDistribution("other", "[console]\n")], tmp_path)
    (site / "other-1.0.dist-info" / "entry_points.txt").write_bytes(b"\xff\xfe")
    rows = run_ftkit("list-plugins", "--json", sites=[site]).json
    assert [row["distribution"] for row in rows if not row["builtin"]] == ["echo"]


@pytest.mark.parametrize("word", ["echo", "ECHO", "task:echo", "echo-dist", "Echo_Dist", "echo-dist:echo"])
def test_disabling_takes_plugin_and_distribution_names_in_any_spelling(tmp_path: Path, word: str) -> None:
    lines = {"entry_points": "[ftkit.tasks]\necho = echo_dist\n"}
    site = install([task_distribution("echo-dist", **lines)], tmp_path)
    rows = run_ftkit("list-plugins", "--json", sites=[site], FTKIT_DISABLE_PLUGINS=f"x, {word}").json
    [echo] = [row for row in rows if row["name"] == "echo"]
    assert (echo["status"], echo["reason"]) == ("disabled", f"FTKIT_DISABLE_PLUGINS names {word!r}")


def test_disabling_what_is_not_installed_is_remarked_on_stderr_alone() -> None:
    listed = run_ftkit("list-plugins", "--json", FTKIT_DISABLE_PLUGINS="nonesuch")
    assert "'nonesuch'" in listed.err
    assert isinstance(listed.json, list)


@pytest.mark.parametrize("how", ["variable", "option"])
def test_builtin_only_disables_every_third_party_plugin(tmp_path: Path, how: str) -> None:
    site = install([task_distribution("echo")], tmp_path)
    option = ["--builtin-only"] if how == "option" else []
    variable = {"FTKIT_BUILTIN_ONLY": "1"} if how == "variable" else {}
    rows = run_ftkit("list-plugins", "--json", *option, sites=[site], **variable).json
    assert {row["status"] for row in rows if not row["builtin"]} == {"disabled"}
    assert all(row["status"] == "ok" for row in rows if row["builtin"])
