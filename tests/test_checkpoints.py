"""Checkpoints: where they are looked for, what is refused, and why."""

from __future__ import annotations

import json
import os
import pickle
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from huggingface_hub import constants, file_download
from safetensors.torch import load_file, save_file
from transformers import AutoConfig

import ftkit
from ftkit import BackboneInfo, CheckpointError, load_pretrained_model, load_pretrained_tokenizer
from ftkit.checkpoints.config import check_config
from support import hub, small
from support.program import run_python

NOT_EVIL = "must be one of eager, sdpa, flash_attention_2, flex_attention, not 'evil/kernel'"
IN_HUB_FORMAT = "name a folder in hub format, or a hub id, with --checkpoint"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the small BART that a test may spoil."""
    copy = tmp_path / "checkpoint"
    shutil.copytree(small.checkpoint("bart"), copy)
    return copy


def info(name: str = "bart") -> BackboneInfo:
    plugin = ftkit.load_plugins(backbone=name).backbone
    assert plugin is not None
    assert isinstance(plugin.info, BackboneInfo)
    return plugin.info


def change(file: Path, **values: Any) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | values))


def refusal(source: Path | str, backbone: str = "bart", **arguments: Any) -> str:
    with pytest.raises(CheckpointError) as caught:
        load_pretrained_model(str(source), info(backbone), **arguments)
    return str(caught.value)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"model_type": "t5"}, "it describes a 't5' model, and this backbone loads 'bart'"),
        ({"model_type": None}, "it gives no model_type"),
        (
            {"architectures": ["EvilForConditionalGeneration"]},
            "its architecture EvilForConditionalGeneration",
        ),
        ({"architectures": "Evil"}, "its architecture Evil is unknown"),
        ({"auto_map": {"AutoModel": "code.Evil"}}, "auto_map names code of its own"),
        ({"nested": {"deep": [{"auto_map": {}}]}}, "auto_map names code of its own"),
        ({"_attn_implementation_internal": "evil/kernel"}, "_attn_implementation_internal can make"),
        ({"_attn_implementation": "evil/kernel"}, f"_attn_implementation {NOT_EVIL}"),
        ({"attn_implementation": "evil/kernel"}, f"attn_implementation {NOT_EVIL}"),
        ({"quantization_config": {"quant_method": "x"}}, "quantization_config is quantised"),
        ({"vocab_size": 10**12}, "vocab_size is 1,000,000,000,000, beyond"),
        ({"vocab_size": 0}, "vocab_size is 0, beyond"),
        ({"encoder_layers": 10**6}, "encoder_layers is 1,000,000, beyond"),
        ({"decoder_ffn_dim": -4}, "decoder_ffn_dim is -4, beyond"),
        ({"d_model": "32"}, "d_model is '32', not a whole number"),
        ({"d_model": 65536, "vocab_size": 2**21}, "its embedding would have 137,438,953,472 elements"),
        ({"encoder_attention_heads": True}, "encoder_attention_heads is True, not a whole number"),
        ({"max_position_embeddings": 10**9}, "max_position_embeddings is 1,000,000,000, beyond"),
    ],
)
def test_a_hostile_config_is_refused_with_its_reason(
    folder: Path, values: dict[str, Any], reason: str
) -> None:
    change(folder / "config.json", **values)
    message = refusal(folder)
    assert "its config.json is refused" in message
    assert reason in message
    with pytest.raises(CheckpointError, match=r"config\.json is refused"):
        load_pretrained_tokenizer(str(folder), info())


def test_every_reason_against_a_config_is_given_at_once(folder: Path) -> None:
    change(folder / "config.json", model_type="gpt2", auto_map={}, vocab_size=-1)
    assert len(refusal(folder).splitlines()) == 4


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "is not JSON"),
        (b"[]", "must be a JSON object, not []"),
        (b"\xff\xfe", "is not JSON"),
        (b'{"a": ' * 100_000, "is not JSON"),
        (b" " * 2**21, "has more than 1,048,576 bytes"),
    ],
    ids=["cut", "list", "bytes", "deep", "huge"],
)
def test_a_config_that_is_no_json_object_is_refused(folder: Path, content: bytes, reason: str) -> None:
    (folder / "config.json").write_bytes(content)
    assert reason in refusal(folder)


def test_transformers_never_sees_a_config_that_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AutoConfig, "from_pretrained", lambda *_, **__: pytest.fail("it was read"))
    change(folder / "config.json", auto_map={})
    refusal(folder)


def test_the_configs_of_all_small_and_real_architectures_pass() -> None:
    for name in small.BACKBONES:
        check_config(small.checkpoint(name) / "config.json", info(name), name)


def test_a_tokenizer_config_that_names_code_is_refused(folder: Path) -> None:
    change(folder / "tokenizer_config.json", auto_map={"AutoTokenizer": ["code.Evil", None]})
    with pytest.raises(CheckpointError, match=r"tokenizer_config\.json is refused\n  auto_map names code"):
        load_pretrained_tokenizer(str(folder), info())


def pickled(folder: Path) -> None:
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()


@pytest.mark.parametrize("backbone", ["t5", "bart"])
def test_a_tokenizer_without_its_fast_form_is_converted_from_its_own(backbone: str, tmp_path: Path) -> None:
    """As t5-v1.1 is published: a SentencePiece model alone."""
    shutil.copytree(small.checkpoint(backbone), tmp_path, dirs_exist_ok=True)
    (tmp_path / "tokenizer.json").unlink()
    converted = load_pretrained_tokenizer(str(tmp_path), info(backbone))
    expected = small.load(backbone).tokenizer
    assert converted.is_fast
    for sentence in small.SENTENCES:
        assert converted(sentence)["input_ids"] == expected(sentence)["input_ids"]


def test_pickled_weights_are_refused_with_the_option_that_allows_them(folder: Path) -> None:
    pickled(folder)
    message = refusal(folder)
    assert "has no safetensors weights" in message
    assert "--model.allow-pickle true" in message


def test_pickled_weights_load_where_that_is_allowed(folder: Path) -> None:
    expected = small.load("bart").model.state_dict()
    pickled(folder)
    loaded = ftkit.load("bart", checkpoint=str(folder), device="cpu", model_options={"allow_pickle": "true"})
    assert all(torch.equal(tensor, expected[name]) for name, tensor in loaded.model.state_dict().items())


def test_safetensors_are_preferred_even_where_pickles_are_allowed(folder: Path) -> None:
    (folder / "pytorch_model.bin").write_bytes(b"no pickle at all")
    load_pretrained_model(str(folder), info(), allow_pickle=True)


def test_a_pickle_that_would_run_code_runs_none_even_where_pickles_are_allowed(
    folder: Path, tmp_path: Path
) -> None:
    class Evil:
        def __reduce__(self) -> Any:
            return (os.mkdir, (str(tmp_path / "ran"),))

    (folder / "model.safetensors").unlink()
    torch.save({"model.shared.weight": Evil()}, folder / "pytorch_model.bin", pickle_module=pickle)
    assert "can't be loaded" in refusal(folder, allow_pickle=True)
    assert not (tmp_path / "ran").exists()


def test_sharded_weights_load(folder: Path) -> None:
    model = small.load("bart").model
    (folder / "model.safetensors").unlink()
    model.save_pretrained(folder, max_shard_size="20KB")
    assert len(list(folder.glob("model-*.safetensors"))) > 1
    loaded = load_pretrained_model(str(folder), info())
    assert all(torch.equal(t, loaded.state_dict()[n]) for n, t in model.state_dict().items())


def test_a_missing_shard_is_noticed(folder: Path) -> None:
    model = small.load("bart").model
    (folder / "model.safetensors").unlink()
    model.save_pretrained(folder, max_shard_size="20KB")
    sorted(folder.glob("model-*.safetensors"))[0].unlink()
    assert "has no safetensors weights" in refusal(folder)


def test_weights_that_lack_tensors_are_refused_not_filled_with_random_numbers(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    del tensors["model.encoder.layers.0.fc1.weight"]
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    assert "lack 1 tensor: model.encoder.layers.0.fc1.weight" in refusal(folder)


def test_weights_of_the_bare_model_as_bart_is_published_load_whole(folder: Path) -> None:
    whole = small.load("bart").model
    (folder / "model.safetensors").unlink()
    whole.model.save_pretrained(folder)
    assert json.loads((folder / "config.json").read_text())["architectures"] == ["BartModel"]
    assert not [name for name in small.saved_tensors(folder) if name.startswith("model.")]
    loaded = load_pretrained_model(str(folder), info())
    assert all(torch.equal(t, loaded.state_dict()[n]) for n, t in whole.state_dict().items())


def test_tensors_that_old_t5_checkpoints_hold_too_many_are_passed_over(tmp_path: Path) -> None:
    """The first T5 files have a position bias in the cross-attention, which no code reads."""
    shutil.copytree(small.checkpoint("t5"), tmp_path, dirs_exist_ok=True)
    tensors = load_file(tmp_path / "model.safetensors")
    tensors["decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight"] = torch.zeros(32, 4)
    save_file(tensors, tmp_path / "model.safetensors", metadata={"format": "pt"})
    loaded = load_pretrained_model(str(tmp_path), info("t5"))
    assert torch.equal(loaded.get_input_embeddings().weight, tensors["shared.weight"])


def test_truncated_weights_are_one_error(folder: Path) -> None:
    content = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(content[: len(content) // 2])
    assert "can't be loaded" in refusal(folder)


def test_weights_of_other_sizes_than_the_config_says_are_one_error(folder: Path) -> None:
    change(folder / "config.json", d_model=48)
    assert "can't be loaded" in refusal(folder)


def test_a_tokenizer_with_more_tokens_than_the_model_knows_is_refused(folder: Path) -> None:
    tokenizer = load_pretrained_tokenizer(str(folder), info())
    tokenizer.add_tokens([f"<new{n}>" for n in range(100)])
    tokenizer.save_pretrained(folder)
    with pytest.raises(
        CheckpointError, match=r"tokenizer has \d+ tokens, and its model has embeddings for 320 only"
    ):
        ftkit.load("bart", checkpoint=str(folder), device="cpu")


@pytest.mark.parametrize("source", ["/no/such/folder", "./here", "~/there", "a/b/c"])
def test_what_looks_like_a_folder_is_not_looked_for_on_the_hub(source: str) -> None:
    assert refusal(source) == f"there is no folder {source}"


def test_a_folder_without_config_says_so(tmp_path: Path) -> None:
    assert refusal(tmp_path) == f"the folder {tmp_path} has no config.json; {IN_HUB_FORMAT}"


def test_what_can_be_neither_folder_nor_repository_says_so() -> None:
    assert "is neither a folder nor a hub id" in refusal("what is this?")


def test_the_source_is_what_artifacts_will_name_as_their_base() -> None:
    loaded = small.load("bart")
    assert loaded.model.name_or_path == loaded.tokenizer.name_or_path == str(small.checkpoint("bart"))


class Hubs:
    """Serves repositories to this process's hub client, with a cache of its own."""

    def __init__(self, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cache = cache
        self.monkeypatch = monkeypatch

    def use(self, address: str) -> None:
        template = address + "/{repo_id}/resolve/{revision}/{filename}"
        self.monkeypatch.setattr(constants, "ENDPOINT", address)
        self.monkeypatch.setattr(constants, "HF_HUB_CACHE", str(self.cache))
        self.monkeypatch.setattr(file_download, "HUGGINGFACE_CO_URL_TEMPLATE", template)

    @contextmanager
    def serving(self, **repositories: Path) -> Iterator[hub.Hub]:
        with hub.serve({f"someone/{name}": folder for name, folder in repositories.items()}) as served:
            self.use(served.address)
            yield served


@pytest.fixture
def hubs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hubs:
    return Hubs(tmp_path / "cache", monkeypatch)


def load_both(source: str, **arguments: Any) -> tuple[Any, Any]:
    return load_pretrained_model(source, info(), **arguments), load_pretrained_tokenizer(source, info())


def test_a_repository_is_fetched_once_and_then_comes_from_the_cache_without_a_question(hubs: Hubs) -> None:
    with hubs.serving(bart=small.checkpoint("bart")) as served:
        model, tokenizer = load_both("someone/bart")
        assert model.name_or_path == tokenizer.name_or_path == "someone/bart"
        first_weights = next(i for i, path in enumerate(served.asked) if "model.safetensors" in path)
        first_config = next(i for i, path in enumerate(served.asked) if path.endswith("config.json"))
        assert first_config < first_weights
        count = len(served.asked)
        load_both("someone/bart")
        assert len(served.asked) == count
    hubs.use("http://127.0.0.1:9")
    model, tokenizer = load_both("someone/bart")
    expected = small.load("bart")
    assert torch.equal(small.logits(model, tokenizer), small.logits(*expected))


def test_a_hostile_repository_is_refused_before_its_weights_are_fetched(hubs: Hubs, folder: Path) -> None:
    change(folder / "config.json", _attn_implementation_internal="evil/kernel")
    with hubs.serving(evil=folder) as served:
        assert "CVE-2026-4372" in refusal("someone/evil")
    assert not [path for path in served.asked if "safetensors" in path]


@pytest.mark.parametrize("load", [load_pretrained_model, load_pretrained_tokenizer])
def test_a_repository_that_turned_hostile_since_its_config_was_cached_is_refused(
    hubs: Hubs, folder: Path, tmp_path: Path, load: Any
) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    shutil.copy(folder / "config.json", bare)
    change(folder / "config.json", _attn_implementation_internal="evil/kernel")
    with hubs.serving(evil=bare) as served:
        assert "someone/evil on the hub has no safetensors weights" in refusal("someone/evil")
        served.repositories["someone/evil"], served.commit = folder, "f" * 40
        if load is load_pretrained_tokenizer:  # reads a config where there is one, whoever fetched it
            refusal("someone/evil")
        with pytest.raises(CheckpointError, match="CVE-2026-4372"):
            load("someone/evil", info())


def test_a_repository_with_pickles_alone_is_refused_without_fetching_them(hubs: Hubs, folder: Path) -> None:
    pickled(folder)
    with hubs.serving(pickle=folder) as served:
        assert "someone/pickle on the hub has no safetensors weights" in refusal("someone/pickle")
        assert not [path for path in served.asked if ".bin" in path]
        load_both("someone/pickle", allow_pickle=True)


def test_a_repository_that_does_not_exist_says_so(hubs: Hubs) -> None:
    with hubs.serving():
        assert "the hub has no repository 'someone/nothing'" in refusal("someone/nothing")


def test_a_repository_without_config_says_so(hubs: Hubs, folder: Path) -> None:
    (folder / "config.json").unlink()
    with hubs.serving(bare=folder):
        assert refusal("someone/bare") == f"someone/bare on the hub has no config.json; {IN_HUB_FORMAT}"


PROGRAM = """
import time
import ftkit
start = time.perf_counter()
try:
    ftkit.load("bart", device="cpu")
except ftkit.CheckpointError as error:
    print(error)
print(time.perf_counter() - start)
"""


@pytest.mark.parametrize("how", ["switched off", "unreachable"])
def test_without_a_network_one_error_names_the_checkpoint_and_three_ways_on(how: str, tmp_path: Path) -> None:
    off = {"HF_HUB_OFFLINE": "1"} if how == "switched off" else {}
    settings = {"HF_HOME": str(tmp_path), "HF_ENDPOINT": "http://127.0.0.1:9"} | off
    ended = run_python("-c", PROGRAM, **settings)
    text, _, seconds = ended.out.strip().rpartition("\n")
    assert float(seconds) < 10
    assert "facebook/bart-base" in text
    assert str(tmp_path) in text
    assert ("HF_HUB_OFFLINE is set" if off else "no answer") in text
    assert "hf download facebook/bart-base" in text
    assert "--checkpoint FOLDER" in text
    assert "--model bart-tiny" in text
