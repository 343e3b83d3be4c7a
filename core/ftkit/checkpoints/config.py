"""Checking a checkpoint's JSON files before transformers reads them.

transformers before 5.3 runs code that a hostile `config.json` names, whatever `trust_remote_code` says
(CVE-2026-4372, through `_attn_implementation_internal`), and builds any size it asks for. A config is read
here as plain data first, and every reason to refuse it is reported at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ftkit.descriptions import BackboneInfo
from ftkit.errors import CheckpointError

_LARGEST_FILE = 2**20  # bytes; real ones have a few thousand
_FORBIDDEN = {
    "auto_map": "names code of its own to run",
    "custom_pipelines": "names code of its own to run",
    "_attn_implementation_internal": "can make transformers download and run code (CVE-2026-4372)",
    "quantization_config": "is quantised, and ftkit trains float32 and bfloat16 weights",
}
_ATTENTION_KEYS = ("_attn_implementation", "attn_implementation")
_ATTENTION = (None, "eager", "sdpa", "flash_attention_2", "flex_attention")

# The largest value that any published sequence-to-sequence checkpoint has, with room above.
_LIMITS = {
    "vocab": 2**21,
    "layers": 2**9,
    "heads": 2**10,
    "buckets": 2**12,
    "positions": 2**21,
    "position_embeddings": 2**21,
    "d_model": 2**16,
    "d_kv": 2**12,
    "d_ff": 2**18,
    "ffn_dim": 2**18,
    "hidden_size": 2**16,
    "intermediate_size": 2**18,
}
_LARGEST_EMBEDDING = 2**32  # elements: vocabulary times width


def check_config(file: Path, backbone: BackboneInfo, source: str) -> None:
    """Refuse a `config.json` that isn't a plain description of one of the backbone's models.

    Args:
        file: The `config.json`.
        backbone: Whose model it must describe.
        source: What the person called the checkpoint, for the message.

    Raises:
        CheckpointError: With every reason.
    """
    config = _read(file, source)
    reasons = [
        *_family_reasons(config, backbone),
        *_code_reasons(config),
        *_size_reasons(config),
    ]
    if reasons:
        raise CheckpointError(
            f"{source}: its config.json is refused\n" + "\n".join(f"  {r}" for r in reasons)
        )


def check_tokenizer_config(file: Path, source: str) -> None:
    """Refuse a `tokenizer_config.json` that names code to run; a missing one is fine.

    Raises:
        CheckpointError: With every reason.
    """
    if not file.exists():
        return
    reasons = list(_code_reasons(_read(file, source)))
    if reasons:
        lines = "\n".join(f"  {reason}" for reason in reasons)
        raise CheckpointError(f"{source}: its tokenizer_config.json is refused\n{lines}")


def _read(file: Path, source: str) -> Mapping[str, Any]:
    try:
        if file.stat().st_size > _LARGEST_FILE:
            raise CheckpointError(f"{source}: its {file.name} has more than {_LARGEST_FILE:,} bytes")
        data = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise CheckpointError(f"{source}: its {file.name} can't be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f"{source}: its {file.name} is not JSON: {error}") from error
    if not isinstance(data, dict):
        raise CheckpointError(f"{source}: its {file.name} must be a JSON object, not {data!r:.80}")
    return data


def _family_reasons(config: Mapping[str, Any], backbone: BackboneInfo) -> Iterator[str]:
    wanted = backbone.model_type
    found = config.get("model_type")
    if found is None:
        yield f"it gives no model_type, and this backbone loads {wanted!r}"
    elif found != wanted:
        yield f"it describes a {found!r} model, and this backbone loads {wanted!r}"
    architectures = config.get("architectures")
    if architectures is None:
        return
    names = architectures if isinstance(architectures, list) else [architectures]
    unknown = [str(name) for name in names if name not in backbone.architectures]
    if unknown:
        known = ", ".join(backbone.architectures)
        yield f"its architecture {', '.join(unknown)} is unknown to this backbone, which loads {known}"


def _code_reasons(config: Any) -> Iterator[str]:
    """Keys that make transformers run or fetch something, at any depth."""
    if isinstance(config, Mapping):
        for key, value in config.items():
            if key in _FORBIDDEN and value is not None:
                yield f"{key} {_FORBIDDEN[key]}"
            elif key in _ATTENTION_KEYS and value not in _ATTENTION:
                known = ", ".join(filter(None, _ATTENTION))
                yield f"{key} must be one of {known}, not {value!r}"
            yield from _code_reasons(value)
    elif isinstance(config, list):
        for value in config:
            yield from _code_reasons(value)


def _size_reasons(config: Mapping[str, Any]) -> Iterator[str]:
    for key, value in config.items():
        limit = _limit(key)
        if limit is None or value is None:
            continue
        if not isinstance(value, int) or isinstance(value, bool):
            yield f"{key} is {value!r}, not a whole number"
        elif not 1 <= value <= limit:
            yield f"{key} is {value:,}, beyond 1 to {limit:,}"
    width, vocabulary = config.get("d_model", config.get("hidden_size")), config.get("vocab_size")
    if isinstance(width, int) and isinstance(vocabulary, int) and width * vocabulary > _LARGEST_EMBEDDING:
        yield f"its embedding would have {width * vocabulary:,} elements, more than {_LARGEST_EMBEDDING:,}"


def _limit(key: str) -> int | None:
    """The limit for a key such as `vocab_size`, `decoder_layers`, `num_heads` or `encoder_ffn_dim`."""
    stem = key.removesuffix("_size") if key == "vocab_size" else key
    return next((limit for word, limit in _LIMITS.items() if stem == word or stem.endswith(f"_{word}")), None)
