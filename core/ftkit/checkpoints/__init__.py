"""Loading a checkpoint's model and tokenizer on behalf of any backbone, from a folder, the cache or the hub.

    sources   where the files are: a folder as given, the cache first, then the hub
    config    whether the `config.json` there is fit to be read by transformers

Nothing here runs code that comes with a checkpoint: there is no way to trust remote code, pickled weights
need an explicit option, and a `config.json` is checked before transformers sees it. The cache comes before
the hub, so that a run doesn't change because the network answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ftkit.checkpoints.config import check_config, check_tokenizer_config
from ftkit.checkpoints.sources import CONFIG, PICKLE, TOKENIZER, WEIGHTS, Part, Source
from ftkit.counting import counted
from ftkit.descriptions import BackboneInfo
from ftkit.errors import CheckpointError, OptionsError

if TYPE_CHECKING:
    from pathlib import Path

    from transformers import PreTrainedModel, PreTrainedTokenizerBase

_DTYPES = ("float32", "bfloat16")


def load_pretrained_model(
    source: str,
    backbone: BackboneInfo,
    dtype: str = "float32",
    *,
    revision: str | None = None,
    allow_pickle: bool = False,
    config_overrides: Mapping[str, Any] | None = None,
) -> PreTrainedModel:
    """Load the weights of a sequence-to-sequence checkpoint, on the CPU, in evaluation mode.

    Args:
        source: A folder in hub format, or a hub id.
        backbone: Whose checkpoint it must be.
        dtype: `float32` or `bfloat16`.
        revision: Branch, tag or commit of a hub id; None means its main branch.
        allow_pickle: Whether weights may be read from `pytorch_model.bin` where there are no safetensors.
        config_overrides: Values that replace those of `config.json`, such as a dropout rate.

    Returns:
        A model that maps `input_ids` (B, S) and `labels` (B, T) to logits (B, T, vocabulary).

    Raises:
        CheckpointError: There is no such checkpoint, it doesn't fit the backbone, or it isn't safe to load.
        OptionsError: `dtype` is neither of the two.
    """
    if dtype not in _DTYPES:
        raise OptionsError([f"dtype: it must be {' or '.join(_DTYPES)}, not {dtype!r}"])
    place = Source(source, revision, backbone.rehearsal_checkpoint)
    folder = _located(place, PICKLE if allow_pickle else WEIGHTS, backbone)
    pickled = not WEIGHTS.choose(folder)
    try:
        model, report = _from_pretrained(folder, dtype, config_overrides or {}, safetensors=not pickled)
    except Exception as error:  # whatever transformers meets in the files, the checkpoint is at fault
        raise CheckpointError(f"{source} can't be loaded: {_first_line(error)}") from error
    _demand_complete(report, source)
    model.config.name_or_path = model.name_or_path = source
    return model.eval()


def load_pretrained_tokenizer(
    source: str, backbone: BackboneInfo, *, revision: str | None = None
) -> PreTrainedTokenizerBase:
    """Load the tokenizer of a checkpoint, the fast one where there is one.

    Args:
        source: A folder in hub format, or a hub id.
        backbone: Whose checkpoint it must be.
        revision: Branch, tag or commit of a hub id; None means its main branch.

    Raises:
        CheckpointError: There is no such tokenizer, or it isn't safe to load.
    """
    from transformers import AutoTokenizer  # noqa: PLC0415 - seconds, paid by whoever loads a tokenizer

    place = Source(source, revision, backbone.rehearsal_checkpoint)
    folder = _located(place, TOKENIZER, backbone)
    check_tokenizer_config(folder / "tokenizer_config.json", source)
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except Exception as error:
        raise CheckpointError(f"the tokenizer of {source} can't be loaded: {_first_line(error)}") from error
    tokenizer.name_or_path = source
    return tokenizer


def _located(place: Source, part: Part, backbone: BackboneInfo) -> Path:
    """The folder with a part of a checkpoint, and no config in it that was not checked.

    What transformers will read is checked as well as what was there before anything large was fetched: a
    repository may have changed between the two, or since its config came into the cache.
    """
    check_config(place.locate(CONFIG) / "config.json", backbone, place.name)
    folder = place.locate(part)
    if (config := folder / "config.json").exists():
        check_config(config, backbone, place.name)
    return folder


def _from_pretrained(
    folder: Path, dtype: str, overrides: Mapping[str, Any], *, safetensors: bool
) -> tuple[PreTrainedModel, Mapping[str, Any]]:
    import torch  # noqa: PLC0415 - likewise
    from transformers import AutoConfig, AutoModelForSeq2SeqLM  # noqa: PLC0415

    config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False, **overrides)
    model, report = AutoModelForSeq2SeqLM.from_pretrained(
        folder,
        config=config,
        dtype=getattr(torch, dtype),
        use_safetensors=safetensors,
        local_files_only=True,
        trust_remote_code=False,
        output_loading_info=True,
    )
    return model, report


def _demand_complete(report: Mapping[str, Any], source: str) -> None:
    """Refuse weights that lack tensors: transformers would fill them with random numbers."""
    missing = sorted(report["missing_keys"])
    if missing:
        shown = ", ".join(missing[:3]) + (", …" if len(missing) > 3 else "")  # noqa: PLR2004
        raise CheckpointError(
            f"the weights of {source} lack {counted(len(missing), 'tensor')}: {shown}; get the checkpoint "
            "anew, or choose another backbone"
        )


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
