"""`ftkit.load`, and the loader functions that backbones' checkpoints get."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import AutoTokenizer, MBartConfig, MBartForConditionalGeneration

import ftkit
from ftkit import models
from support import small

BACKBONE = '''
"""Lambda: a backbone that nobody here has seen."""

from ftkit import BackboneInfo, Checkpoint, hookimpl, load_pretrained_model, load_pretrained_tokenizer


@hookimpl
def describe_backbone():
    return BackboneInfo(
        model_type="mbart",
        architectures=("MBartForConditionalGeneration",),
        checkpoints={
            "lambda-1.5": Checkpoint("someone/lambda"),
            "lambda-mini": Checkpoint(FOLDER, embedded=True),
        },
        default_checkpoint="lambda-mini",
        roles={"query": ("self_attn.q_proj",), "value": ("self_attn.v_proj",)},
        features=("peft",),
    )


@hookimpl
def load_tokenizer(source):
    return load_pretrained_tokenizer(source, describe_backbone())


@hookimpl
def load_model(source, dtype):
    return load_pretrained_model(source, describe_backbone(), dtype)
'''


@pytest.fixture
def third_party(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed distribution with a backbone of another architecture."""
    checkpoint = tmp_path / "checkpoint"
    sizes = {"attention_heads": 2, "ffn_dim": 32, "layers": 1}
    halves = {f"{half}_{key}": value for half in ("encoder", "decoder") for key, value in sizes.items()}
    config = MBartConfig(vocab_size=320, d_model=16, max_position_embeddings=64, **halves)
    MBartForConditionalGeneration(config).save_pretrained(checkpoint)
    AutoTokenizer.from_pretrained(small.checkpoint("bart")).save_pretrained(checkpoint)
    site = tmp_path / "site"
    metadata = site / "lambda_backbone-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: lambda-backbone\nVersion: 1.0\n")
    (metadata / "RECORD").write_text("lambda_backbone.py,,\n")
    (metadata / "entry_points.txt").write_text("[ftkit.backbones]\nlambda = lambda_backbone\n")
    (site / "lambda_backbone.py").write_text(f"{BACKBONE}\nFOLDER = {str(checkpoint)!r}\n")
    monkeypatch.syspath_prepend(str(site))


def test_what_is_loaded_unpacks_and_says_where_it_came_from() -> None:
    loaded = small.load("bart", "lora", task="qa", method_options={"rank": "4"})
    model, tokenizer = loaded
    assert loaded.model is model
    assert loaded.tokenizer is tokenizer
    assert loaded.source == str(small.checkpoint("bart"))
    assert loaded.backbone.model_type == "bart"
    assert loaded.plugins.method is not None
    assert loaded.plugins.method.record.name == "lora"
    assert loaded.plugins.task is not None
    assert loaded.options["method"]["rank"] == 4
    assert loaded.options["method"]["alpha"] == 16
    assert loaded.options["model"] == {
        "revision": None,
        "allow_pickle": False,
        "dropout": None,
        "layers": "fast",
    }


def test_without_a_method_the_model_is_as_its_checkpoint_has_it() -> None:
    model, _ = small.load("t5")
    assert type(model).__name__ == "T5ForConditionalGeneration"
    assert not model.training


def test_the_model_goes_to_the_device_asked_for() -> None:
    model, _ = ftkit.load("t5", checkpoint=str(small.checkpoint("t5")), device="meta")
    assert model.device == torch.device("meta")


def test_a_device_that_is_not_here_is_one_error_before_anything_is_loaded() -> None:
    with pytest.raises(ftkit.OptionsError, match="'nonsense' can't be used here"):
        ftkit.load("t5", checkpoint="/no/such/folder", device="nonsense")


def test_wrong_options_of_all_plugins_are_reported_at_once_before_anything_is_loaded() -> None:
    with pytest.raises(ftkit.OptionsError) as caught:
        ftkit.load(
            "t5",
            "lora",
            "translation",
            checkpoint="/no/such/folder",
            model_options={"dropuot": 0},
            method_options={"rank": 0},
            task_options={"target": "klingon"},
        )
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "model.dropuot",
        "method.rank",
        "task.target",
    ]


@pytest.mark.usefixtures("third_party")
def test_lora_finds_its_targets_on_a_backbone_that_nobody_here_has_seen() -> None:
    model, _ = ftkit.load("lambda", "lora", "sentiment", device="cpu")
    targets = {name.split(".lora_")[0].rsplit(".", 1)[1] for name in small.trainable(model)}
    assert targets == {"q_proj", "v_proj"}
    assert not [name for name in small.trainable(model) if "encoder_attn" in name]


@pytest.mark.usefixtures("third_party")
def test_a_method_that_a_backbone_can_not_bear_is_refused_before_anything_is_loaded() -> None:
    with pytest.raises(ftkit.OptionsError, match="method:adapter: the backbone lacks the feature adapters"):
        ftkit.load("lambda", "adapter", checkpoint="/no/such/folder")


@pytest.mark.usefixtures("third_party")
def test_bfloat16_is_refused_where_the_backbone_does_not_claim_it() -> None:
    with pytest.raises(ftkit.OptionsError, match="lacks the feature bfloat16"):
        ftkit.load("lambda", dtype="bfloat16")


@pytest.mark.usefixtures("third_party")
def test_a_third_partys_checkpoint_has_a_loader_function_too() -> None:
    assert "load_lambda_mini" in dir(models)
    assert "load_lambda_1_5" in dir(models)
    model, tokenizer = models.load_lambda_mini(finetune_type="lora", task="sentiment", device="cpu")
    assert model.config.model_type == "mbart"
    assert len(small.trainable(model)) == 8  # two attentions, query and value, A and B
    assert tokenizer("a")["input_ids"]


@pytest.mark.parametrize("method", ["full", "lora", "adapter", "adapters"])
@pytest.mark.parametrize("task", ["question_answering", "sentiment", "translation", "qa"])
def test_a_loader_takes_methods_and_tasks_by_their_names(method: str, task: str) -> None:
    folder = str(small.checkpoint("t5"))
    model, tokenizer = models.load_t5_base(name=folder, finetune_type=method, task=task, device="cpu")
    assert small.trainable(model)
    assert tokenizer.name_or_path == folder


@pytest.mark.parametrize(
    ("loader", "backbone", "checkpoint"),
    [
        ("load_t5_base", "ftkit:t5", "t5-base"),
        ("load_bart_base", "ftkit:bart", "bart-base"),
        ("load_flan_t5_small", "ftkit:flan-t5", "flan-t5-small"),
        ("load_t5_v1_1_small", "ftkit:t5", "t5-v1.1-small"),
    ],
)
def test_each_checkpoint_has_a_loader(loader: str, backbone: str, checkpoint: str) -> None:
    found = getattr(models, loader)
    assert isinstance(found, models.Loader)
    assert (found.backbone, found.checkpoint) == (backbone, checkpoint)
    assert found.__name__ == loader
    assert checkpoint in (found.__doc__ or "")
    assert checkpoint in repr(found)


@pytest.mark.parametrize("name", ["load_t5_huge", "load_nothing", "load_", "nothing"])
def test_what_no_backbone_has_is_no_attribute(name: str) -> None:
    assert not hasattr(models, name)


def test_a_backbone_that_cant_be_loaded_says_why_its_loaders_are_not_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(**_: object) -> None:
        raise ftkit.BrokenPlugin([ftkit.Fault("backbone:t5", "d", "1", "t5", "raised KeyError: 'x'")])

    monkeypatch.setattr(models, "load_plugins", broken)
    with pytest.raises(AttributeError, match=r"no attribute 'load_t5_base': plugin backbone:t5 .* KeyError"):
        _ = models.load_t5_base


def test_a_loader_takes_another_checkpoint_of_its_backbone_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    sources: list[str | None] = []

    def note(*_: object, checkpoint: str | None, **__: object) -> ftkit.LoadedModel:
        sources.append(checkpoint)
        return small.load("t5")

    monkeypatch.setattr(models, "load", note)
    models.load_t5_base()
    models.load_t5_base(name="T5_Large")
    models.load_t5_base(name="google/mine")
    assert sources == ["google-t5/t5-base", "google-t5/t5-large", "google/mine"]


def test_the_facade_gives_the_loaders_and_all_its_names() -> None:
    assert ftkit.models is models
    assert all(getattr(ftkit, name) is not None for name in ftkit.__all__)
