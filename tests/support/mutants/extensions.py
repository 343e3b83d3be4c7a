"""Extensions with one defect each."""

from __future__ import annotations

from support.mutants.specimens import Mutant

EXTENSIONS = (
    Mutant("has no docstring", "diary", {'"""Keep a diary of a run, and mark its inputs."""\n': ""}),
    Mutant("gives the trainer an argument that it hasn't", "diary", {'{"logging_steps":': '{"log_steps":'}),
    Mutant("gives a class for a callback", "diary", {"[TrainerCallback()]": "[TrainerCallback]"}),
    Mutant(
        "changes the recipe",
        "diary",
        {
            '(directory / "diary.txt").write_text(recipe': 'recipe["seed"] = 1; (directory / "diary.txt").write_text(recipe'
        },
    ),
    Mutant(
        "writes into the current folder",
        "diary",
        {
            '(directory / "diary.txt").write_text(str': '__import__("pathlib").Path("diary.txt").write_text(str'
        },
    ),
    Mutant(
        "forgets to give back what it wraps",
        "diary",
        {'    return Example(f"diary {example.input}", example.target, example.references)\n': ""},
    ),
    Mutant(
        "writes over the run's result",
        "diary",
        {'(directory / "diary.txt").write_text(str': '(directory / "result.json").write_text(str'},
    ),
)
