"""Methods with one defect each."""

from __future__ import annotations

from support.mutants.specimens import Mutant

_QUERIES_SAVED = "{name: weight.data for name, weight in model.named_parameters() if weight.requires_grad}"
_UNFREEZE = "weight.requires_grad_(requires_grad=True)"

METHODS = (
    Mutant(
        "seeds torch's", "queries", {"trained = dict(": "__import__('torch').manual_seed(0); trained = dict("}
    ),
    Mutant("forgets a mark", "lora", {"@hookimpl\ndef save_artifact": "def save_artifact"}),
    Mutant(
        "trains a parameter too many and doesn't save it",
        "queries",
        {
            "    for _, weight in _queries(model, backbone):\n": "    model.get_input_embeddings().weight.requires_grad_(True)\n"
            "    for _, weight in _queries(model, backbone):\n",
            _QUERIES_SAVED: f"{_QUERIES_SAVED[:-1]} and 'shared' not in name}}",
        },
    ),
    Mutant("trains nothing", "queries", {_UNFREEZE: "weight.requires_grad_(requires_grad=False)"}),
    Mutant(
        "drops a tensor when it saves",
        "queries",
        {
            "save_file(trained,": "trained.popitem(); save_file(trained,",
            "if saved.keys() != trained.keys():": "if saved.keys() - trained.keys():",
            "for name, weight in trained.items():": "for name, weight in ((n, trained[n]) for n in saved):",
        },
    ),
    Mutant("saves in half precision", "queries", {"weight.data for name": "weight.data.half() for name"}),
    Mutant(
        "saves a pickle",
        "queries",
        {
            "save_file(trained, directory / _FILE)": "__import__('torch').save(trained, directory / 'queries.pt')",
            '_FILE = "queries.safetensors"': '_FILE = "queries.pt"',
            "saved = load_file(directory / _FILE)": "saved = __import__('torch').load(directory / _FILE)",
        },
    ),
    Mutant(
        "saves the frozen weights as well",
        "queries",
        {
            _QUERIES_SAVED: "{name: weight.data.clone() for name, weight in model.named_parameters()}",
            "if saved.keys() != trained.keys():": "if trained.keys() - saved.keys():",
        },
    ),
    Mutant(
        "fills what an artifact lacks with what is there",
        "queries",
        {
            "if saved.keys() != trained.keys():": "if saved.keys() - trained.keys():",
            "weight.data.copy_(saved[name])": "weight.data.copy_(saved.get(name, weight.data))",
        },
    ),
    Mutant(
        "comes back frozen",
        "queries",
        {
            "        weight.data.copy_(saved[name])": "        weight.requires_grad_(False).data.copy_(saved[name])",
        },
    ),
    Mutant(
        "leaves the model in training mode",
        "queries",
        {"    return model\n\n\n@hookimpl\ndef save": "    return model.train()\n\n\n@hookimpl\ndef save"},
    ),
    Mutant(
        "changes a frozen weight",
        "queries",
        {
            "    model.requires_grad_(requires_grad=False)\n": "    model.requires_grad_(requires_grad=False)\n    model.get_input_embeddings().weight.mul_(1.01)\n",
        },
    ),
    Mutant(
        "knows the names of one architecture alone",
        "queries",
        {'backbone.roles["query"]': '("SelfAttention.q",)'},
    ),
    Mutant(
        "uses a role that it doesn't require",
        "lora",
        {'requires_roles=("query", "value")': 'requires_roles=("query",)'},
    ),
    Mutant(
        "says that it merges and doesn't", "full", {"@hookimpl\ndef merge_artifact": "def merge_artifact"}
    ),
    Mutant(
        "merges into another model",
        "queries",
        {
            '"""Give the model as it is."""\n    return model': '"""Give the model as it is."""\n    model.lm_head.weight.data.mul_(2)\n    return model',
        },
    ),
    Mutant(
        "ends in FileNotFoundError at a folder without artifact",
        "lora",
        {
            "config = read_artifact_config(directory, _WEIGHTS)": (
                "config = __import__('json').loads((directory / 'adapter_config.json').read_text())"
            ),
        },
    ),
    Mutant(
        "forgets to load what it saved",
        "queries",
        {"        weight.data.copy_(saved[name])": "        weight.data.copy_(weight.data)"},
    ),
    Mutant(
        "trains a parameter too many and saves it",
        "queries",
        {
            'backbone.roles["query"]': '(*backbone.roles["query"], *(n for n in ("SelfAttention.v", "self_attn.v_proj")))',
        },
    ),
)
