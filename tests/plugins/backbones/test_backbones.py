"""The built-in backbones: what they say of themselves is true of the models they load."""

from __future__ import annotations

import ast
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from transformers import BartConfig, BartForConditionalGeneration, T5Config, T5ForConditionalGeneration

import ftkit
from ftkit.registry.matrix import obstacles
from support import small

# From the published config.json of each checkpoint: class, width, feed-forward, heads, layers, and the rest.
T5 = {
    "t5-small": (512, 2048, 64, 8, 6),
    "t5-base": (768, 3072, 64, 12, 12),
    "t5-large": (1024, 4096, 64, 16, 24),
    "t5-3b": (1024, 16384, 128, 32, 24),
    "t5-11b": (1024, 65536, 128, 128, 24),
}
GATED = {
    "small": (512, 1024, 64, 6, 8),
    "base": (768, 2048, 64, 12, 12),
    "large": (1024, 2816, 64, 16, 24),
    "xl": (2048, 5120, 64, 32, 24),
    "xxl": (4096, 10240, 64, 64, 24),
}
BART = {"bart-base": (768, 3072, 12, 6), "bart-large": (1024, 4096, 16, 12)}


def describe(name: str) -> ftkit.BackboneInfo:
    plugin = ftkit.load_plugins(backbone=name).backbone
    assert plugin is not None
    assert isinstance(plugin.info, ftkit.BackboneInfo)
    return plugin.info


def t5_model(sizes: tuple[int, ...], **variant: object) -> torch.nn.Module:
    width, feed_forward, key, heads, layers = sizes
    config = T5Config(
        vocab_size=32128,
        d_model=width,
        d_ff=feed_forward,
        d_kv=key,
        num_heads=heads,
        num_layers=layers,
        **variant,
    )
    with torch.device("meta"):
        model = T5ForConditionalGeneration(config)
    model.tie_weights()
    return model


def gated_model(sizes: tuple[int, ...]) -> torch.nn.Module:
    return t5_model(sizes, feed_forward_proj="gated-gelu", tie_word_embeddings=False)


def bart_model(sizes: tuple[int, ...]) -> torch.nn.Module:
    width, feed_forward, heads, layers = sizes
    config = BartConfig(
        vocab_size=50265,
        d_model=width,
        encoder_ffn_dim=feed_forward,
        decoder_ffn_dim=feed_forward,
        encoder_attention_heads=heads,
        decoder_attention_heads=heads,
        encoder_layers=layers,
        decoder_layers=layers,
    )
    with torch.device("meta"):
        model = BartForConditionalGeneration(config)
    model.tie_weights()
    return model


def size(model: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


@pytest.mark.parametrize("name", T5)
def test_a_t5_checkpoint_states_the_size_of_its_published_config(name: str) -> None:
    assert describe("t5").checkpoints[name].parameters == size(t5_model(T5[name]))


@pytest.mark.parametrize("name", GATED)
def test_gated_checkpoints_state_the_size_of_their_published_config(name: str) -> None:
    expected = size(gated_model(GATED[name]))
    assert describe("flan-t5").checkpoints[f"flan-t5-{name}"].parameters == expected
    assert describe("t5").checkpoints[f"t5-v1.1-{name}"].parameters == expected


@pytest.mark.parametrize("name", BART)
def test_a_bart_checkpoint_states_the_size_of_its_published_config(name: str) -> None:
    assert describe("bart").checkpoints[name].parameters == size(bart_model(BART[name]))


def test_the_defaults_have_the_sizes_that_their_papers_models_have() -> None:
    sizes = {}
    for name in small.BACKBONES:
        info = describe(name)
        sizes[info.default_checkpoint] = info.checkpoints[info.default_checkpoint].parameters
    assert sizes == {"t5-base": 222_903_552, "bart-base": 139_420_416, "flan-t5-small": 76_961_152}


@pytest.mark.parametrize("name", small.BACKBONES)
def test_checkpoints_are_named_after_their_backbone(name: str) -> None:
    info = describe(name)
    assert all(checkpoint.startswith(f"{name}-") for checkpoint in info.checkpoints)
    assert info.rehearsal_checkpoint == f"{name}-tiny"
    assert info.checkpoints[f"{name}-tiny"].embedded


@pytest.mark.parametrize("name", small.BACKBONES)
def test_every_role_is_played_by_a_module_and_every_projection_plays_a_role(name: str) -> None:
    info = describe(name)
    models = [t5_model(T5["t5-small"]), gated_model(GATED["small"])]
    models = [bart_model(BART["bart-base"])] if name == "bart" else models
    named = {module for model in models for module, _ in model.named_modules(remove_duplicate=False)}
    linear = {
        module
        for model in models
        for module, kind in model.named_modules()
        if isinstance(kind, torch.nn.Linear)
    }
    suffixes = [suffix for role in info.roles.values() for suffix in role]
    for suffix in suffixes:
        assert any(f".{module}".endswith(f".{suffix}") for module in named), suffix
    assert not [m for m in linear if not any(f".{m}".endswith(f".{suffix}") for suffix in suffixes)]


@pytest.mark.parametrize("name", ["t5", "flan-t5"])
def test_t5_refuses_float16_and_says_why(name: str) -> None:
    with pytest.raises(ftkit.OptionsError, match=r"overflow in float16.*9295.*bfloat16"):
        small.load(name, dtype="float16")


def test_bart_refuses_float16_too() -> None:
    with pytest.raises(ftkit.OptionsError, match="it must be float32 or bfloat16, not 'float16'"):
        small.load("bart", dtype="float16")


@pytest.mark.parametrize("name", small.BACKBONES)
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_weights_load_in_the_precision_asked_for(name: str, dtype: str) -> None:
    model, tokenizer = small.load(name, dtype=dtype)
    assert {weight.dtype for weight in model.parameters()} <= {getattr(torch, dtype), torch.float32}
    assert model.get_input_embeddings().weight.dtype == getattr(torch, dtype)
    assert torch.isfinite(small.logits(model, tokenizer)).all()


@pytest.mark.parametrize("name", small.BACKBONES)
def test_the_dropout_option_replaces_every_rate_of_the_checkpoint(name: str) -> None:
    model, _ = small.load(name, model_options={"dropout": "0.0"})
    rates = {m.p for m in model.modules() if isinstance(m, torch.nn.Dropout)}
    config = {value for key, value in model.config.to_dict().items() if key.endswith("dropout") and value}
    assert rates <= {0.0}
    assert not config


def test_bart_names_its_longest_input_and_t5_has_none() -> None:
    assert describe("bart").max_input_tokens == 1024
    assert describe("t5").max_input_tokens is describe("flan-t5").max_input_tokens is None


PLUGINS = [
    f"ftkit_plugins.{kind}.{name}"
    for kind, names in {
        "backbones": ("t5", "bart", "flan_t5"),
        "methods": ("full", "lora", "adapter"),
        "tasks": ("qa", "sentiment", "translation"),
    }.items()
    for name in names
]


def test_importing_all_nine_plugins_takes_milliseconds_and_no_heavy_library() -> None:
    program = (
        f"import sys, time; start = time.perf_counter(); import {', '.join(PLUGINS)}; "
        "heavy = {'torch', 'transformers', 'peft', 'adapters', 'sacrebleu', 'huggingface_hub'}; "
        "print(sorted(heavy & set(sys.modules)), time.perf_counter() - start)"
    )
    seconds = []
    for _ in range(3):
        ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        heavy, _, taken = ended.stdout.rpartition(" ")
        assert heavy == "[]"
        seconds.append(float(taken))
        time.sleep(0.05)
    assert min(seconds) < 0.5


@pytest.mark.parametrize("module", PLUGINS)
def test_a_plugin_uses_nothing_of_ftkit_but_its_public_names(module: str) -> None:
    file = Path(__import__(module, fromlist=["_"]).__file__ or "")
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "ftkit":
            assert node.module == "ftkit"
            assert all(alias.name in ftkit.__all__ for alias in node.names)


@pytest.mark.parametrize("name", small.BACKBONES)
def test_the_method_and_task_plugins_all_fit(name: str) -> None:
    info = describe(name)
    for record in (*ftkit.list_plugins("method"), *ftkit.list_plugins("task")):
        if record.builtin:
            plugins = ftkit.load_plugins(**{record.kind: record.qualified})
            plugin = plugins.method or plugins.task
            assert plugin is not None
            assert obstacles(info, plugin.info) == []  # type: ignore[arg-type]


@pytest.mark.parametrize("name", small.BACKBONES)
def test_generation_has_the_same_result_with_and_without_a_cache(name: str) -> None:
    model, tokenizer = small.load(name, "adapter")
    small.train(model, tokenizer)
    inputs = small.batch(tokenizer)
    inputs.pop("labels")
    texts = [
        model.eval().generate(**inputs, max_new_tokens=8, num_beams=1, use_cache=c) for c in (True, False)
    ]
    assert torch.equal(*texts)
