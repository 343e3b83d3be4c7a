"""Backbones with one defect each."""

from __future__ import annotations

from support.mutants.specimens import Mutant

_T5_MODEL = "return family.load_t5_model(source, describe_backbone(), dtype, options)"
_T5_TOKENIZER = "return family.load_t5_tokenizer(source, describe_backbone(), options)"

BACKBONES = (
    Mutant(
        "freezes its encoder",
        "t5",
        {
            "return family.load_t5_model(source, describe_backbone(), dtype, options)": "model = family.load_t5_model(source, describe_backbone(), dtype, options); model.get_encoder().requires_grad_(False); return model"
        },
    ),
    Mutant(
        "has a tokenizer without end token",
        "t5",
        {
            _T5_TOKENIZER: (
                f"{_T5_TOKENIZER.replace('return', 'tokenizer =')}\n"
                "    tokenizer._tokenizer.post_processor = __import__('tokenizers').processors.TemplateProcessing(single='$A')\n"
                "    return tokenizer"
            )
        },
    ),
    Mutant(
        "has a tokenizer that lowers letters",
        "t5",
        {
            _T5_TOKENIZER: (
                f"{_T5_TOKENIZER.replace('return', 'tokenizer =')}\n"
                "    tokenizer._tokenizer.normalizer = __import__('tokenizers').normalizers.Lowercase()\n"
                "    return tokenizer"
            )
        },
    ),
    Mutant(
        "has a tokenizer with tokens that the model lacks",
        "t5",
        {
            _T5_TOKENIZER: (
                f"{_T5_TOKENIZER.replace('return', 'tokenizer =')}\n"
                "    tokenizer.add_tokens([f'new{n}' for n in range(500)])\n    return tokenizer"
            )
        },
    ),
    Mutant(
        "promises a language that its tokenizer lacks",
        "bart",
        {
            '"adapters")': '"adapters", "multilingual")',
            'return load_pretrained_tokenizer(source, describe_backbone(), revision=options["revision"])': (
                "tokenizer = load_pretrained_tokenizer(source, describe_backbone(), revision=options['revision'])\n"
                "    tokenizer._tokenizer.normalizer = __import__('tokenizers').normalizers.Sequence([\n"
                "        __import__('tokenizers').normalizers.NFD(), __import__('tokenizers').normalizers.StripAccents()\n"
                "    ])\n    return tokenizer"
            ),
        },
    ),
    Mutant(
        "misspells the modules of a role",
        "bart",
        {'("self_attn.q_proj", "encoder_attn.q_proj")': '("self_attn.query",)'},
    ),
    Mutant(
        "gives one module two roles",
        "bart",
        {
            '"value": ("self_attn.v_proj", "encoder_attn.v_proj")': '"value": ("self_attn.k_proj", "encoder_attn.k_proj")',
        },
    ),
    Mutant("states a wrong size", "bart", {"1_566_464": "1_566_465"}),
    Mutant("leaves the model in training mode", "t5", {_T5_MODEL: f"{_T5_MODEL}.train()"}),
    Mutant(
        "ignores the precision asked for",
        "t5",
        {_T5_MODEL: _T5_MODEL.replace("dtype", 'dtype.replace("bfloat16", "float32")')},
    ),
    Mutant(
        "takes any precision",
        "bart",
        {"        dtype,\n": '        dtype if dtype == "bfloat16" else "float32",\n'},
    ),
    Mutant(
        "starts from random weights",
        "t5",
        {
            _T5_MODEL: (
                f"{_T5_MODEL.replace('return', 'model =')}\n"
                "    __import__('torch').nn.init.normal_(model.shared.weight)\n    return model"
            )
        },
    ),
    Mutant(
        "freezes in the forward pass",
        "t5",
        {
            _T5_MODEL: (
                f"{_T5_MODEL.replace('return', 'model =')}\n"
                "    model.encoder.register_forward_hook(lambda m, i, o: type(o)(o[0].detach()))\n"
                "    return model"
            )
        },
    ),
    Mutant(
        "sees its padding",
        "t5",
        {
            _T5_MODEL: (
                f"{_T5_MODEL.replace('return', 'model =')}\n"
                "    forward = model.forward\n"
                "    def without_mask(*args, attention_mask=None, **kwargs):\n"
                "        return forward(*args, **kwargs)\n"
                "    model.forward = without_mask\n    return model"
            )
        },
    ),
    Mutant(
        "lets another error out where there is no checkpoint",
        "t5",
        {
            _T5_MODEL: f"open(source + '/config.json').close()\n    {_T5_MODEL}",
        },
    ),
    Mutant(
        "names no architecture that it loads",
        "t5",
        {"architectures=family.ARCHITECTURES": 'architectures=("T5",)'},
    ),
    Mutant(
        "calls queries keys and keys queries",
        "bart",
        {
            '"query": ("self_attn.q_proj", "encoder_attn.q_proj")': '"query": ("self_attn.k_proj", "encoder_attn.k_proj")',
            '"key": ("self_attn.k_proj", "encoder_attn.k_proj")': '"key": ("self_attn.q_proj", "encoder_attn.q_proj")',
        },
        missed=True,
    ),
    Mutant(
        "reads an option and ignores it",
        "bart",
        {"{} if rate is None else dict.fromkeys(rates, rate)": "{}"},
        missed=True,
    ),
)
