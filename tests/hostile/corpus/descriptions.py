"""Plugins whose description fails, or is none."""

from __future__ import annotations

from hostile.corpus.builders import Kind, backbone, describing, disturbing, hooks, with_field

_COLUMNS = '(Column("text", "the text to give back"),)'
_METRIC = 'Metric("exact", "share of equal texts")'
_LENGTH = "max_output_tokens=8"
_INFO = "    return TaskInfo("


def _option(title: str, arguments: str, problem: str) -> Kind:
    value = f'options=(__import__("ftkit").Option("x", "int", {arguments}),)'
    return with_field(title, value, problem)


RUNNING = [
    hooks(
        "raises while it describes itself", _INFO, f"    1 / 0\n{_INFO}", "ZeroDivisionError", at="    1 /"
    ),
    hooks(
        "exits while it describes itself", _INFO, f"    raise SystemExit\n{_INFO}", "ended", at="    raise"
    ),
    hooks(
        "hangs while it describes itself",
        _INFO,
        f"    while True: pass\n{_INFO}",
        "gave no answer",
        at="    while",
        fatal=True,
    ),
    describing("prints while it describes itself", _INFO, f"    print('hello')\n{_INFO}", "wrote 6 bytes"),
]

OF_ANOTHER_TYPE = [
    hooks("describes itself by a dict", "return TaskInfo(", "return dict(", "returned dict, not TaskInfo"),
    hooks("describes itself by nothing", "return TaskInfo(", "TaskInfo(", "returned NoneType"),
    describing(
        "describes itself by a subclass",
        _INFO,
        "    class T(TaskInfo): ...\n    return T(",
        "returned T|subclass",
    ),
    describing(
        "describes itself by a subclass with a property",
        _INFO,
        "    class T(TaskInfo):\n        labels = property(lambda self: exit(4))\n    return T(",
        "returned T|subclass|raised|ended",
    ),
    describing(
        "describes itself by an object whose class exits",
        _INFO,
        "    class T:\n        @property\n        def __class__(self): raise SystemExit(4)\n"
        f"    return T()\n{_INFO}",
        "returned T|ended|raised",
    ),
    describing(
        "describes itself by an object whose metaclass raises",
        _INFO,
        "    class M(type):\n        __name__ = property(lambda cls: 1 / 0)\n"
        f"        def __subclasscheck__(cls, other): exit(1)\n    class T(metaclass=M): ...\n"
        f"    return T()\n{_INFO}",
        "returned|raised",
    ),
    describing(
        "describes itself without its constructor",
        _INFO,
        f"    return object.__new__(TaskInfo)\n{_INFO}",
        "constructor|not plain data|raised|is an? ",
    ),
    describing(
        "fills a description past its constructor",
        _INFO,
        "    info = object.__new__(TaskInfo)\n    vars(info).update(dict.fromkeys((\n"
        "        'columns', 'metrics', 'max_output_tokens', 'labels', 'requires_features', 'sample',\n"
        f"        'citation', 'options'), 1))\n    return info\n{_INFO}",
        "constructor|not plain data|is an? ",
    ),
]

FIELDS = [
    hooks("describes a negative length", _LENGTH, "max_output_tokens=-8", "must be positive", at=_INFO),
    describing("describes a length in words", _LENGTH, 'max_output_tokens="8"', "max_output_tokens is a str"),
    describing("describes half a token", _LENGTH, "max_output_tokens=8.5", "max_output_tokens is a float"),
    describing(
        "describes an endless length", _LENGTH, "max_output_tokens=float('inf')", "max_output_tokens is a fl"
    ),
    describing(
        "describes a length that can't be copied",
        _LENGTH,
        "max_output_tokens=type('I', (int,), {'__deepcopy__': lambda *_: 1 / 0})(8)",
        "max_output_tokens is an I",
    ),
    describing("names columns by words", _COLUMNS, '["text"]', r"columns is a list|columns\[0\] is a str"),
    describing("names a column by a word", _COLUMNS, '("text",)', r"columns\[0\] is a str, not a Column"),
    describing("writes one word for columns", _COLUMNS, '"text"', "columns is a str"),
    describing(
        "describes a column by a dict",
        _COLUMNS,
        '({"name": "t", "help": "h"},)',
        r"columns\[0\] is a dict, not a Column",
    ),
    describing("names a metric by a word", _METRIC, '"exact"', r"metrics\[0\] is a str, not a Metric"),
    describing(
        "bounds a metric by nothing", _METRIC, 'Metric("e", "h", minimum=None)', "minimum is None|minimum"
    ),
    describing("bounds a metric by a word", _METRIC, 'Metric("e", "h", maximum="x")', "maximum is a str"),
    describing(
        "bounds a metric by infinity", _METRIC, 'Metric("e", "h", maximum=float("inf"))', "maximum is inf"
    ),
    with_field("cites a number", "citation=3", "citation is an int"),
    with_field("cites an object", "citation=object()", "citation is an object"),
    with_field("cites a table", "citation={1: 2, (1, 2): 3}", "citation is a dict"),
    with_field("writes labels as one word", 'labels="abc"', "labels is a str"),
    with_field("writes labels as a list", "labels=[1, None]", r"labels is a list|labels\[0\]"),
    with_field("has a number for a label", "labels=(1,)", r"labels\[0\] is an int"),
    describing(
        "has labels without end",
        _INFO,
        f"    endless = []; endless.append(endless)\n{_INFO}labels=(endless,),",
        r"labels\[0\] is a list",
    ),
    with_field("requires one word of features", 'requires_features="peft"', "requires_features is a str"),
    with_field("has one word for a sample", 'sample="/x"', "sample is a str, not a Sample"),
    with_field("has a dict for an option", 'options=({"name": "x"},)', r"options\[0\] is a dict"),
    with_field("has no options", "options=None", "options is (a NoneType|None)"),
]

OPTIONS = [
    _option("has a default of another type", '"eight", "help"', "default"),
    _option("has a default below the minimum", '1, "help", minimum=2', "default|minimum"),
    _option("has a default above the maximum", '3, "help", maximum=2', "default|maximum"),
    _option("has a default that is no choice", '3, "help", choices=(1, 2)', "default|choices"),
    _option(
        "has everything wrong about a default", '"8", "h", choices=(1,), minimum=5, maximum=1', "default"
    ),
    _option("has one word for choices", '1, "help", choices="abc"', "choices is a str"),
    _option("has a single default for a list", '1, "help", repeated=True', "default|repeated"),
    _option("has a list of wrong defaults", '(1, "2"), "help", repeated=True', "default"),
]

HARMLESS = [
    with_field("cites thirty megabytes", "citation='x' * 30_000_000", ""),
    with_field("cites what steers the terminal", r"citation='\udcff\x1b[2J'", "", printed=True),
    describing(
        "marks its help up",
        '"share of equal texts"',
        r'"red \x1b[31m [bold]markup[/bold] [/x]"',
        "",
        printed=True,
    ),
    disturbing("forms its description with help in two alphabets", "'Übersetzung 漢字'", ""),
]

BACKBONES = [
    backbone(
        "names a checkpoint after nothing",
        '{"weird-name": Checkpoint("x")}',
        '"weird-name"',
        "weird-name",
    ),
    backbone("names a checkpoint in capitals", '{"culprit-S": Checkpoint("x")}', '"culprit-S"', "culprit-S"),
    backbone(
        "names a checkpoint with an underscore", '{"culprit_s": Checkpoint("x")}', '"culprit_s"', "culprit_s"
    ),
    backbone("has a number for a source", '{"culprit-s": Checkpoint(3)}', '"culprit-s"', "source is an int"),
    backbone(
        "counts parameters in words",
        '{"culprit-s": Checkpoint("x", parameters="x")}',
        '"culprit-s"',
        "parameters is a str",
    ),
    backbone(
        "has a word for a checkpoint",
        '{"culprit-s": "google/t5"}',
        '"culprit-s"',
        r"checkpoints\['culprit-s'\] is a str, not a Checkpoint",
    ),
    backbone("names a checkpoint by a number", '{3: Checkpoint("x")}', "3", "checkpoints has the key 3"),
    backbone("has a list of checkpoints", "[]", "None", "checkpoints is a list"),
]

DESCRIPTIONS = [*RUNNING, *OF_ANOTHER_TYPE, *FIELDS, *OPTIONS, *HARMLESS, *BACKBONES]
