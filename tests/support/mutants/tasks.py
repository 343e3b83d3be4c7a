"""Tasks with one defect each."""

from __future__ import annotations

from support.mutants.specimens import Mutant

_IMPORTS = "from __future__ import annotations\n"
_QA_INPUT = 'before = f"question: {question} context: "'

TASKS = (
    Mutant("prints at import", "qa", {_IMPORTS: f"{_IMPORTS}\nprint('hello')\n"}),
    Mutant("seeds Python's random numbers", "qa", {_QA_INPUT: f"__import__('random').seed(0); {_QA_INPUT}"}),
    Mutant(
        "changes the working directory at import",
        "qa",
        {_IMPORTS: f"{_IMPORTS}\n__import__('os').chdir('/')\n"},
    ),
    Mutant("imports torch at import", "sentiment", {_IMPORTS: f"{_IMPORTS}\nimport torch\n"}),
    Mutant("prints in a hook", "sentiment", {"match = _OUTPUT": "print(text); match = _OUTPUT"}),
    Mutant(
        "sets the root logger in a hook",
        "qa",
        {_QA_INPUT: f"__import__('logging').basicConfig(level=10, force=True); {_QA_INPUT}"},
    ),
    Mutant("misspells an argument", "qa", {"def parse_output(text: str)": "def parse_output(txt: str)"}),
    Mutant("misspells a hook", "qa", {"def parse_output(": "def parse_outputs("}),
    Mutant(
        "gives an argument a default",
        "qa",
        {"def score(predictions:": "def score(options=None, predictions:"},
    ),
    Mutant(
        "describes itself in another way later",
        "sentiment",
        {"max_output_tokens=16": "max_output_tokens=__import__('time').perf_counter_ns()"},
    ),
    Mutant(
        "declares an option that it never reads",
        "translation",
        {"        options=(\n": '        options=(\n            Option("beams", "int", 4, "beams"),\n'},
    ),
    Mutant(
        "formats by the row before",
        "qa",
        {
            "def _answers(": "_SEEN = []\n\n\ndef _answers(",
            _QA_INPUT: '_SEEN.append(question); before = f"question: {_SEEN[-2:][0]} context: "',
        },
    ),
    Mutant(
        "puts the answer into the input", "qa", {_QA_INPUT: "before = f\"{row.get('answers')} {question}: \""}
    ),
    Mutant(
        "changes the row",
        "sentiment",
        {'text, label = text_of(row, "text")': 'text, label = row.pop("text")'},
    ),
    Mutant("lets a missing column end in KeyError", "sentiment", {'text_of(row, "text")': 'row["text"]'}),
    Mutant(
        "takes a missing column for nothing", "sentiment", {'text_of(row, "text")': 'str(row.get("text"))'}
    ),
    Mutant(
        "names no column in its refusal",
        "qa",
        {
            'text_of(row, "context")': "_context(row)",
            "def _answers(": (
                "def _context(row):\n    if not isinstance(row.get('context'), str):\n"
                "        raise RowError('bad row')\n    return row['context']\n\n\ndef _answers("
            ),
        },
    ),
    Mutant("draws its inputs", "qa", {_QA_INPUT: f"{_QA_INPUT} + str(__import__('random').random())"}),
    Mutant(
        "allows too few tokens for an answer", "translation", {"max_output_tokens=256": "max_output_tokens=2"}
    ),
    Mutant(
        "requires a column that rows lack",
        "qa",
        {
            'Column("answer", "the right answer, where there is one only", required=False)': 'Column("answer", "the right answer")',
        },
    ),
    Mutant(
        "has a sample that is not there", "qa", {'sample_files("qa", "json")': 'sample_files("qa", "csv")'}
    ),
    Mutant(
        "leaves a blank in front of an answer",
        "translation",
        {
            "return translation.strip() or None": "return translation or None",
        },
    ),
    Mutant(
        "cuts a letter off an answer",
        "translation",
        {
            "return translation.strip() or None": "return translation.strip()[1:] or None",
        },
    ),
    Mutant("can't read its own targets", "translation", {"!= _LANGUAGES[target]": "!= target"}),
    Mutant(
        "guesses where there is no answer",
        "sentiment",
        {
            'return match[1].lower() == "true" if match else None': 'return bool(match and match[1].lower() == "true")',
        },
    ),
    Mutant("parses every target as one answer", "sentiment", {'match[1].lower() == "true"': "True"}),
    Mutant(
        "fails on text that it doesn't expect",
        "sentiment",
        {
            'return match[1].lower() == "true" if match else None': 'return match[1].lower() == "true"',
        },
    ),
    Mutant(
        "declares a label that it doesn't write",
        "sentiment",
        {
            "labels=(_target(positive=True), _target(positive=False))": 'labels=("sentiment: yes", "sentiment: no")',
        },
    ),
    Mutant(
        "scores above 1",
        "sentiment",
        {'"accuracy": sum(hits) / sum(are)': '"accuracy": 100 * sum(hits) / sum(are)'},
    ),
    Mutant(
        "scores half of what is right",
        "sentiment",
        {
            '"accuracy": sum(hits) / sum(are)': '"accuracy": sum(hits) / sum(are) / 2',
        },
    ),
    Mutant(
        "calls the wrong end the good one",
        "sentiment",
        {
            'wrong", mean_of_rows=True': 'wrong", mean_of_rows=True, higher_is_better=False',
        },
    ),
    Mutant("misses a declared metric", "sentiment", {', "macro_f1": sum(f1) / len(f1)}': "}"}),
    Mutant(
        "calls a figure of all rows a mean of rows",
        "sentiment",
        {
            'Metric("macro_f1", "mean of the F1 of the classes that occur; unparseable output is in none")': 'Metric("macro_f1", "mean of the F1 of the classes that occur", mean_of_rows=True)',
        },
    ),
    Mutant(
        "leaves unparseable answers out of the count",
        "sentiment",
        {"sum(hits) / sum(are)": "sum(hits) / (sum(called) or 1)"},
    ),
    Mutant(
        "weighs rows wrongly",
        "sentiment",
        {"np.bincount(cells, weights, _CELLS)": "np.bincount(cells, weights > 0, _CELLS)"},
    ),
    Mutant(
        "signs a metric that isn't there", "sentiment", {'"accuracy": f"accuracy|': '"acuracy": f"accuracy|'}
    ),
    Mutant(
        "scores by the order of rows",
        "qa",
        {
            "return squad_scores(predictions, references)": "return {n: v if predictions[0] else v / 2 for n, v in squad_scores(predictions, references).items()}",
        },
    ),
    Mutant(
        "takes no answer for the answer False",
        "sentiment",
        {"2 * (2 if answer is None else answer)": "2 * bool(answer)"},
        missed=True,
    ),
    Mutant(
        "declares a metric twice",
        "sentiment",
        {
            '            Metric("macro_f1"': '            Metric("accuracy", "the same"),\n            Metric("macro_f1"',
        },
    ),
)
