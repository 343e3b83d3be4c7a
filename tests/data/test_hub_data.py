"""Data sets of the hub by name: from a hub on this machine, and without any."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet as pq

from support import data_hub
from support.program import Outcome, run_python

CARD = """---
configs:
- config_name: de-en
  data_files:
  - {split: train, path: de-en-train.parquet}
  - {split: validation, path: de-en-validation.parquet}
---
"""
# `datasets` reads its variables when it is imported: each question is asked by a process of its own.
SCRIPT = """
import sys
from ftkit.data.reading import Reading
from ftkit.data.sources import find_sources
from ftkit.errors import DataError
name, streaming = sys.argv[1], sys.argv[2] == "streamed"
try:
    [source] = find_sources(name, Reading(streaming=streaming))
    rows = list(source.rows())
    print(len(rows), rows[0].place, rows[0].row["translation"]["de"], source.digest() is not None)
except DataError as error:
    print("refused:", error)
"""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("hub")
    rows = [{"translation": {"en": f"house {n}", "de": f"Haus {n}"}} for n in range(30)]
    pq.write_table(pa.Table.from_pylist(rows), folder / "de-en-train.parquet")
    pq.write_table(pa.Table.from_pylist(rows[:5]), folder / "de-en-validation.parquet")
    (folder / "README.md").write_text(CARD)
    with data_hub.serve({"wmt16": folder, "someone/wmt": folder}) as address:
        yield address


def ask(name: str, how: str, home: Path, **variables: str) -> Outcome:
    ended = run_python("-c", SCRIPT, name, how, HF_HOME=str(home), cwd=home, **variables)
    assert ended.status == 0, ended.err
    return ended


@pytest.mark.parametrize(
    ("name", "count", "how"),
    [
        ("wmt16/de-en", 30, "copied"),
        ("wmt16/de-en:validation", 5, "copied"),
        ("someone/wmt", 30, "copied"),
        ("someone/wmt/de-en:train", 30, "copied"),
        ("someone/wmt", 30, "streamed"),
        ("wmt16/de-en:validation", 5, "streamed"),
        pytest.param("wmt16/de-en", 30, "streamed", marks=pytest.mark.slow),
        pytest.param("someone/wmt/de-en:train", 30, "streamed", marks=pytest.mark.slow),
    ],
)
def test_names_lead_to_repository_config_and_split(
    hub: str, tmp_path: Path, name: str, count: int, how: str
) -> None:
    found = ask(name, how, tmp_path, HF_ENDPOINT=hub)
    assert found.out.strip() == f"{count} {name}:1 Haus 0 {how == 'copied'}"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("sqaud", "sqaud is neither a file here nor a data set on the hub or in its cache"),
        ("wmt16/fr-en", "BuilderConfig 'fr-en' not found. Available: ['de-en']"),
        ("wmt16/de-en:test", "Unknown split \"test\". Should be one of ['train', 'validation']"),
    ],
)
def test_what_the_hub_does_not_have_is_one_error(hub: str, tmp_path: Path, name: str, said: str) -> None:
    refused = ask(name, "copied", tmp_path, HF_ENDPOINT=hub)
    assert refused.out.startswith("refused: ")
    assert said in refused.out


def test_offline_what_was_copied_before_is_read_and_the_rest_is_one_error(hub: str, tmp_path: Path) -> None:
    ask("wmt16/de-en", "copied", tmp_path, HF_ENDPOINT=hub)
    assert ask("wmt16/de-en", "copied", tmp_path, HF_HUB_OFFLINE="1").out.startswith("30 wmt16/de-en:1")
    refused = ask("squad", "copied", tmp_path, HF_HUB_OFFLINE="1")
    assert "squad is neither a file here nor a data set on the hub or in its cache" in refused.out
    assert "Couldn't reach 'squad' on the Hub" in refused.out
