"""Plugins whose functions don't match the hook specs."""

from __future__ import annotations

from hostile.corpus.builders import Kind, behind_hooks, hooks
from support.wheels import ECHO_HOOKS, task_distribution

_PARSE = "@hookimpl\ndef parse_output"
_NO_FUNCTION = "is marked but is not a plain function|is not implemented"
_CACHED = "import functools\nscore = hookimpl(functools.lru_cache(score))"
_ODD_MARK = "mark|is not implemented|raised"

SIGNATURES = [
    hooks(
        "misspells a hook", "\ndef score(", "\ndef scor(", "is not a hook of ftkit|score is not implemented"
    ),
    hooks("misspells an argument", "def format_example(row)", "def format_example(rwo)", "argument 'rwo'"),
    hooks("gives an argument a default", "def parse_output(text)", "def parse_output(text='')", "a default"),
    hooks("takes anything", "def parse_output(text)", "def parse_output(text, **rest)", "never fills"),
    hooks("takes an argument by position only", "def parse_output(text)", "def parse_output(text, /)", ""),
    hooks("writes a hook as a generator", "    return text", "    yield text", "is a generator"),
    hooks("writes a hook as a coroutine", "def parse_output", "async def parse_output", "is asynchronous"),
    hooks(
        "leaves a required hook out",
        "@hookimpl\ndef parse_output(text):\n    return text\n",
        "\n",
        "parse_output is not implemented",
        at="",
    ),
    hooks("forgets to mark a hook", _PARSE, "def parse_output", "is not implemented", at="def parse"),
    hooks(
        "implements a hook twice",
        "    return {",
        "    return {}\n\n\n@hookimpl(specname='score')\ndef scored(predictions, references):\n    return {",
        "more than once",
    ),
    hooks(
        "implements a hook of another kind",
        "def parse_output(text):\n    return text\n",
        "def parse_output(text):\n    return text\n\n\n"
        "@hookimpl\ndef merge_artifact(model):\n    return model\n",
        "belongs to kind method",
    ),
]

WRAPPERS = [
    hooks(
        "uses the old hookwrapper",
        _PARSE,
        "@hookimpl(hookwrapper=True)\ndef parse_output",
        "old-style hookwrapper|parse_output is not implemented",
    ),
    hooks(
        "wraps without yielding",
        _PARSE,
        "@hookimpl(wrapper=True)\ndef parse_output",
        "never yields|parse_output is not implemented",
    ),
    hooks(
        "only wraps a required hook",
        _PARSE + "(text):\n",
        "@hookimpl(wrapper=True)\ndef parse_output(text):\n    yield\n",
        "parse_output is not implemented",
        at="",
    ),
    hooks(
        "only wraps its describe hook",
        "@hookimpl\ndef describe_task():\n",
        "@hookimpl(wrapper=True)\ndef describe_task():\n    yield\n",
        "describe_task is not implemented",
        at="",
    ),
]

ODD_FUNCTIONS = [
    hooks(
        "marks a cached function",
        "@hookimpl\ndef score",
        "import functools\n@hookimpl\n@functools.lru_cache\ndef score",
        f"score ({_NO_FUNCTION})",
        at="",
    ),
    behind_hooks(
        "marks its hook again once cached",
        _CACHED,
        f"score ({_NO_FUNCTION})",
    ),
    hooks(
        "marks an object that can be called",
        "@hookimpl\ndef parse_output(text):\n    return text",
        "class P:\n    def __call__(self, text): return text\nparse_output = hookimpl(P())",
        f"parse_output ({_NO_FUNCTION})",
        at="",
    ),
    Kind(
        "takes a cached hook from another module",
        f"score ({_NO_FUNCTION})",
        [
            task_distribution(
                "culprit",
                modules={
                    "culprit.py": '"""A culprit."""\nfrom culprit_hooks import *\n',
                    "culprit_hooks.py": f"{ECHO_HOOKS}\n{_CACHED}\n",
                },
            )
        ],
    ),
    behind_hooks("has a word for a mark", "score.ftkit_impl = 'nonsense'", _ODD_MARK),
    behind_hooks("has a number in its mark", "score.ftkit_impl = {'specname': 42}", _ODD_MARK),
    behind_hooks("has a word for a signature", "score.__signature__ = 'bad'", "signature|raised"),
    behind_hooks("wraps itself for ever", "score.__wrapped__ = score", "wrapper|raised"),
    behind_hooks("wraps a built-in function", "score.__wrapped__ = len", "raised|unknown argument|signature"),
]

HOOKS = [*SIGNATURES, *WRAPPERS, *ODD_FUNCTIONS]
